package practice

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/search"
)

var (
	eleni = Author{Ref: members.Ref{Organisation: "STROVOLOS", Person: "ELENI"}, Name: "Eleni", OrganisationName: "Δήμος Στροβόλου"}
	andys = Author{Ref: members.Ref{Organisation: "STROVOLOS", Person: "ANDYS"}, Name: "Andys", OrganisationName: "Δήμος Στροβόλου"}
	maria = members.Ref{Organisation: members.Secretariat, Person: "MARIA"}
	nikos = members.Ref{Organisation: members.Secretariat, Person: "NIKOS"}
)

// content is a complete practice.
func content(title string) Content {
	return Content{
		Facts: Facts{
			Kind: "practice", Themes: []members.Topic{"housing"}, Principles: []Principle{6}, Targets: []Target{"refugees"},
			Country: "CY", Municipality: "Strovolos", Population: "50to100k", Status: "running", Begin: "2024-03",
			Cost: "under10k", Funding: []Funding{"own"}, Evidence: "monitoring", Licence: "CC-BY-4.0",
		},
		Original: "en",
		Texts: map[language.Tag]Text{"en": {
			Title: title, Summary: "Keys to empty flats.", Challenge: "Rents rose.", Goal: "Homes.", HowItWorks: "The town rents and lets.",
			Results: "Forty families.", Transferability: "Any town with empty flats.",
		}},
	}
}

// desk is a store on its own table, with a clock that each look moves on.
func desk(t *testing.T) *Store {
	t.Helper()
	client, tables := emulator.Tables(t, "PracticesTable")
	var clock atomic.Int64
	clock.Store(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC).UnixNano())
	return NewStore(client, tables["PracticesTable"], func() time.Time { return time.Unix(0, clock.Add(int64(time.Second))).UTC() })
}

func create(t *testing.T, s *Store, title string) (Practice, Draft) {
	t.Helper()
	p, d, err := s.Create(t.Context(), eleni, content(title))
	if err != nil {
		t.Fatal(err)
	}
	return p, d
}

// submit hands in what is saved.
func submit(t *testing.T, s *Store, id string) Version {
	t.Helper()
	d, err := s.Draft(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	v, err := s.Submit(t.Context(), id, d.Revision, "Please look.", eleni)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func decide(t *testing.T, s *Store, id string, number int, o Outcome) {
	t.Helper()
	if err := s.Decide(t.Context(), id, number, Decision{Outcome: o, By: maria, Name: "Maria", Note: "Thank you."}); err != nil {
		t.Fatalf("%s: %v", o, err)
	}
}

func long(n int) string { return strings.Repeat("ω", n) }

// found returns how many practices a new reader of the index finds by a word.
func found(t *testing.T, s *Store, word string) int {
	t.Helper()
	index, err := search.NewReader(s.index).Index(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := index.Search(search.Query{Language: "en", Words: word})
	if err != nil {
		t.Fatal(err)
	}
	return got.Total
}
