package main

import (
	"maps"
	"slices"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/standard"
	"github.com/blevesearch/bleve/v2/analysis/lang/de"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"
	blevequery "github.com/blevesearch/bleve/v2/search/query"
)

// analyzers are the best that bleve has for each language of the labelled practices: none for Greek.
var analyzers = map[string]string{"de": de.AnalyzerName, "el": standard.Name, "en": en.AnalyzerName, "fr": fr.AnalyzerName}

// boosts are the weights that ours has.
var boosts = map[string]float64{"title": 5, "summary": 2, "body": 1}

// bleveEngine has a field for each text and language, and asks for the words in all of them.
func bleveEngine(practices []practice) (engine, error) {
	m := bleve.NewIndexMapping()
	for _, field := range slices.Sorted(maps.Keys(boosts)) {
		for tag, name := range analyzers {
			f := bleve.NewTextFieldMapping()
			f.Analyzer = name
			m.DefaultMapping.AddFieldMappingsAt(field+"-"+tag, f)
		}
	}
	index, err := bleve.NewMemOnly(m)
	if err != nil {
		return nil, err
	}
	for _, p := range practices {
		err := index.Index(p.ID, map[string]string{
			"title-" + p.Language: p.Title, "summary-" + p.Language: p.Summary, "body-" + p.Language: p.Body,
		})
		if err != nil {
			return nil, err
		}
	}
	return func(q query) ([]string, error) {
		var parts []blevequery.Query
		for _, field := range slices.Sorted(maps.Keys(boosts)) {
			for _, tag := range slices.Sorted(maps.Keys(analyzers)) {
				match := bleve.NewMatchQuery(q.Words)
				match.SetField(field + "-" + tag)
				match.SetBoost(boosts[field])
				parts = append(parts, match)
			}
		}
		found, err := index.Search(bleve.NewSearchRequestOptions(bleve.NewDisjunctionQuery(parts...), depth, 0, false))
		if err != nil {
			return nil, err
		}
		var ids []string
		for _, h := range found.Hits {
			ids = append(ids, h.ID)
		}
		return ids, nil
	}, nil
}
