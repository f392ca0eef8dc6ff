package main

import (
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	practices "github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/search"
)

// ours searches the practices as the library publishes them, with or without its thesaurus.
func ours(labelled []practice, thesaurus *search.Thesaurus) (engine, error) {
	var docs []search.Document
	for _, p := range labelled {
		facts := practices.Facts{}
		for _, theme := range p.Themes {
			facts.Themes = append(facts.Themes, members.Topic(theme))
		}
		for _, target := range p.Targets {
			facts.Targets = append(facts.Targets, practices.Target(target))
		}
		tag := language.Tag(p.Language)
		docs = append(docs, practices.Publication{ID: p.ID, Version: 1, Content: practices.Content{
			Facts: facts, Original: tag,
			Texts: map[language.Tag]practices.Text{tag: {Title: p.Title, Summary: p.Summary, HowItWorks: p.Body}},
		}}.Document())
	}
	index, err := search.NewIndex(docs...)
	if err != nil {
		return nil, err
	}
	return func(q query) ([]string, error) {
		found, err := index.Search(search.Query{Language: q.Language, Words: q.Words, Size: depth, Thesaurus: thesaurus})
		var ids []string
		for _, h := range found.Hits {
			ids = append(ids, h.ID)
		}
		return ids, err
	}, nil
}
