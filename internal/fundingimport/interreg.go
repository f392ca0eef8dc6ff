package fundingimport

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/language"
)

// Interreg is the public Algolia index of Interreg's calls. Its key changes now and then, so it is
// configuration.
type Interreg struct {
	// Host is the address of the index's host, Index its name.
	Host, Index string
	// Application and Key are what Algolia asks readers for.
	Application, Key string
	Fetch            *Fetcher
}

// InterregSource is the source as it is when nobody has changed it.
func InterregSource() call.Source {
	return call.Source{ID: "interreg", Kind: call.Interreg, Name: "Interreg", Hours: 24, Programme: "INTERREG"}
}

// Adapter returns the index's adapter. Algolia gives at most 1,000 hits in all.
func (in *Interreg) Adapter() Adapter { return Adapter{Page: in.page} }

// page reads the page whose number the cursor is, from 0.
func (in *Interreg) page(ctx context.Context, source call.Source, cursor string) (Page, error) {
	number, err := strconv.Atoi("0" + cursor)
	if err != nil {
		return Page{}, fmt.Errorf("fundingimport: %q is no page", cursor)
	}
	page, size := Page{Total: -1}, pageSize(source)
	asked, err := json.Marshal(map[string]any{"query": "", "page": number, "hitsPerPage": size})
	if err != nil {
		return page, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, in.Host+"/1/indexes/"+url.PathEscape(in.Index)+"/query", bytes.NewReader(asked))
	if err != nil {
		return page, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Algolia-Application-Id", in.Application)
	r.Header.Set("X-Algolia-Api-Key", in.Key)
	pages, hits := 0, 0
	err = in.Fetch.do(r, []string{"application/json"}, &page.Cost, func(body io.Reader) error {
		return stream(body, "hits", func(name string, value json.RawMessage) error {
			var into *int
			switch name {
			case "nbHits":
				into = &page.Total
			case "nbPages":
				into = &pages
			default:
				return nil
			}
			if err := json.Unmarshal(value, into); err != nil {
				return &Trouble{reasonShape, true, err}
			}
			return nil
		}, func(value json.RawMessage) error {
			if hits++; hits > size {
				return &Trouble{reasonLarge, false, fmt.Errorf("more than %d hits on a page", size)}
			}
			page.takeHit(source, value, number*size+hits)
			return nil
		})
	})
	switch {
	case err != nil:
		return page, err
	case hits == 0 && (number == 0 || number < pages):
		return page, &Trouble{reasonEmpty, true, fmt.Errorf("page %d of %d is empty", number, pages)}
	case number+1 < pages:
		page.Next = strconv.Itoa(number + 1)
	}
	return page, nil
}

// hit is a call as the index has it.
type hit struct {
	ID          string `json:"objectID"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Teaser      string `json:"teaser"`
	Programmes  texts  `json:"associatedProgrammes"`
	Nuts        texts  `json:"callEligibleCountryNuts"`
	CallThemes  texts  `json:"callThemes"`
	Themes      texts  `json:"themes"`
	Audience    texts  `json:"targetAudience"`
	Opens       texts  `json:"callOpenDate"`
	Deadline    texts  `json:"callDeadlineDate"`
	External    string `json:"callExternalUrl"`
	Content     string `json:"contentUrl"`
}

func (page *Page) takeHit(source call.Source, value json.RawMessage, place int) {
	var h hit
	if err := json.Unmarshal(value, &h); err != nil || h.ID == "" {
		page.Refusals = append(page.Refusals, call.Refusal{ID: "#" + strconv.Itoa(place), Reason: "shape"})
		return
	}
	r, err := dated(h.Deadline, "", h.Opens.first())
	if err != nil {
		page.Refusals = append(page.Refusals, call.Refusal{ID: h.ID, Reason: "date"})
		return
	}
	r.Source, r.ID, r.Rank, r.Kind = source.ID, h.ID, call.RankIndex, call.Grant
	r.Title, r.Programme, r.Language = h.Title, source.Programme, "en"
	r.Reference = strings.Join(h.Programmes, ", ")
	r.Text = together(texts{h.Description})
	r.Eligibility.Notes = together(h.Audience)
	for _, region := range h.Nuts {
		if code, ok := language.CountryCode(region[:min(len(region), 2)]); ok { // "EL30" is in Greece
			r.Eligibility.Countries = append(r.Eligibility.Countries, code)
		}
	}
	r.Links = []call.Link{{URL: h.External}, {URL: h.Content}}
	summarise(&r, h.Teaser)
	classify(&r, append(h.CallThemes, h.Themes...)...)
	page.add(r)
}
