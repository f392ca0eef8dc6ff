package submission

import (
	"context"
	"net/http"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/web"
)

// alikeFrom is the similarity, from 0 to 1, from which on a published practice is shown as one that
// looks alike. TestAlike measures it on labelled pairs; docs/performance.md has the figures.
const alikeFrom = 0.3

// maxAlike is how many are shown at most: who reads more of them writes less.
const maxAlike = 3

// alike is a published practice that resembles one that is being written.
type alike struct {
	practice.Hit
	Title    string
	Language language.Tag
	Score    float64
}

// alike returns the published practices that resemble a draft, the most similar first. A practice
// never resembles itself, so that an update is no duplicate.
func (s *Service) alike(ctx context.Context, id string, c practice.Content) ([]alike, error) {
	index, err := s.Index(ctx)
	if err != nil {
		return nil, err
	}
	return resembling(index, id, c)
}

func resembling(index *search.Index, id string, c practice.Content) ([]alike, error) {
	var found []alike
	for _, hit := range index.Similar(documentOf(id, c), maxAlike) {
		if hit.Score < alikeFrom {
			break
		}
		h, err := practice.ReadHit(hit.Show)
		if err != nil {
			return nil, err
		}
		text, tag := h.In(c.Original)
		found = append(found, alike{h, text.Title, tag, hit.Score})
	}
	return found, nil
}

// documentOf is what a draft is compared by: its words, not who wrote them or where.
func documentOf(id string, c practice.Content) search.Document {
	d := search.Document{ID: id, Language: string(c.Original)}
	for tag, text := range c.Texts {
		for _, s := range practice.Sections {
			field := search.Body
			switch s {
			case "title":
				field = search.Title
			case "summary":
				field = search.Summary
			}
			if words := *text.At(s); words != "" {
				d.Texts = append(d.Texts, search.Text{Field: field, Language: string(tag), Text: words})
			}
		}
	}
	return d
}

// alikeData is what the page between the first step and the next shows.
type alikeData struct {
	Practice practice.Practice
	Alike    []alike
	Next     string // the step to go on with
}

func (s *Service) showAlike(w http.ResponseWriter, r *http.Request) error {
	p, d, _, err := s.draft(r)
	if err != nil {
		return err
	}
	found, err := s.alike(r.Context(), p.ID, d.Content)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return web.SeeOther(w, r, pathOf(p.ID)+"/"+steps[1].Name)
	}
	return pages.Render(w, r, http.StatusOK, "alike.html", alikeData{p, found, steps[1].Name})
}
