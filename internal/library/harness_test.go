package library

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/contract/described"
	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/web"
)

const site = "https://munet.example"

var (
	eleni = practice.Author{Ref: members.Ref{Organisation: "STROVOLOS", Person: "ELENI"}, Name: "Eleni", OrganisationName: "Δήμος Στροβόλου"}
	maria = practice.Decision{By: members.Ref{Organisation: members.Secretariat, Person: "MARIA"}, Name: "Maria"}
)

// shelf is the library with a real table. Its index is made of what the table holds, at each request.
type shelf struct {
	*testing.T
	*Service
	store *practice.Store
	mux   http.Handler
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	client, tables := emulator.Tables(t, "PracticesTable")
	var clock atomic.Int64
	clock.Store(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).UnixNano())
	now := func() time.Time { return time.Unix(0, clock.Add(int64(time.Second))).UTC() }
	s := &shelf{T: t, store: practice.NewStore(client, tables["PracticesTable"], now)}
	s.Service = &Service{Practices: s.store, Index: s.index, Site: site, Contact: "office@munet.example", Now: now}
	m := web.NewMux(web.Options{Fail: page.Fail, Log: slog.New(slog.DiscardHandler)})
	s.Routes(m)
	s.mux = described.Handler(t, m)
	return s
}

func (s *shelf) index(ctx context.Context) (*search.Index, error) {
	var docs []search.Document
	for pub, err := range s.store.All(ctx) {
		if err != nil {
			return nil, err
		}
		docs = append(docs, pub.Document())
	}
	return search.NewIndex(docs...)
}

// content is a complete practice, changed by the caller.
func content(title string, change ...func(*practice.Content)) practice.Content {
	c := practice.Content{
		Facts: practice.Facts{
			Kind: "practice", Themes: []members.Topic{"housing"}, Principles: []practice.Principle{6}, Targets: []practice.Target{"refugees"},
			Country: "CY", Municipality: "Strovolos", Population: "50to100k", Status: "finished", Begin: "2023-03", End: "2024-06",
			Cost: "under10k", Funding: []practice.Funding{"own"}, Evidence: "monitoring", Licence: "CC-BY-4.0",
		},
		Original: "en",
		Texts: map[language.Tag]practice.Text{"en": {
			Title: title, Summary: "Keys to empty flats.", Challenge: "Rents rose.", Goal: "Homes.", HowItWorks: "The town rents and lets.",
			Results: "Forty families.", Transferability: "Any town with empty flats.",
		}},
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

// published puts a practice into the library.
func (s *shelf) published(c practice.Content) (id string) {
	s.Helper()
	ctx := s.Context()
	p, d, err := s.store.Create(ctx, eleni, c)
	if err != nil {
		s.Fatal(err)
	}
	if _, err = s.store.Submit(ctx, p.ID, d.Revision, "", eleni); err != nil {
		s.Fatal(err)
	}
	s.decide(p.ID, 1, practice.Publish)
	return p.ID
}

func (s *shelf) decide(id string, number int, o practice.Outcome) {
	s.Helper()
	d := maria
	d.Outcome = o
	if err := s.store.Decide(s.Context(), id, number, d); err != nil {
		s.Fatal(err)
	}
}

func (s *shelf) get(target string, headers ...string) *httptest.ResponseRecorder {
	s.Helper()
	r := httptest.NewRequestWithContext(s.Context(), http.MethodGet, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	return w
}

// reads returns the body of an answer that must be good.
func (s *shelf) reads(target string) string {
	s.Helper()
	w := s.get(target)
	if w.Code != http.StatusOK {
		s.Fatalf("GET %s: %d\n%s", target, w.Code, w.Body)
	}
	return w.Body.String()
}
