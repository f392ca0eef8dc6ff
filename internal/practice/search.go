package practice

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/thesaurus"
)

// SearchStore returns the index of all publications, which is kept in the same table.
func SearchStore(client *dynamo.Client, table string, now func() time.Time) *search.Store {
	return search.NewStore(client, table, "practices", now)
}

// Facets of the search index, and the numbers to sort by.
const (
	FacetTheme      = thesaurus.Theme
	FacetTarget     = thesaurus.Target
	FacetCountry    = "country"
	FacetPopulation = "population"
	FacetEvidence   = "evidence"
	FacetLanguage   = "language"
	FacetPeriod     = "period" // each year in which it ran
	FacetKind       = "kind"
	FacetStatus     = "status"
	FacetCost       = "cost"

	NumberPublished = "published" // seconds since 1970
	NumberUpdated   = "updated"
)

// documentVersion is that of a document in the index. Between it and the one of the next version is
// room for the removal.
func documentVersion(number int) int64 { return 2 * int64(number) }

// unfindable returns the write that takes a version out of the index.
func (s *Store) unfindable(id string, number int) types.TransactWriteItem {
	return s.index.Remove(id, documentVersion(number)+1)
}

// Document is how a publication is found: one document with the texts of all its languages.
func (p Publication) Document() search.Document {
	d := search.Document{
		ID: p.ID, Version: documentVersion(p.Version), Language: string(p.Original),
		Facets: map[string][]string{
			FacetTheme: words(p.Themes), FacetTarget: words(p.Targets), FacetCountry: words([]string{p.Country}),
			FacetPopulation: words([]members.Population{p.Population}), FacetEvidence: words([]Evidence{p.Evidence}),
			FacetPeriod: p.years(p.UpdatedAt), FacetKind: words([]Kind{p.Kind}), FacetStatus: words([]Status{p.Status}),
			FacetCost: words([]Cost{p.Cost}), FacetLanguage: words(p.Languages()),
		},
		Numbers: map[string]int64{NumberPublished: p.PublishedAt.Unix(), NumberUpdated: p.UpdatedAt.Unix()},
		Show:    p.show(),
	}
	for _, tag := range p.Languages() {
		t, in := p.Texts[tag], string(tag)
		d.Texts = append(d.Texts,
			search.Text{Field: search.Title, Language: in, Text: t.Title}, search.Text{Field: search.Summary, Language: in, Text: t.Summary})
		for _, s := range Sections {
			if words := *t.At(s); !s.line() && words != "" {
				d.Texts = append(d.Texts, search.Text{Field: search.Body, Language: in, Text: words})
			}
		}
	}
	d.Facets[FacetConcept] = concepts(d.Texts)
	for _, name := range []string{p.Municipality, p.OrganisationName} {
		d.Texts = append(d.Texts, search.Text{Field: search.Keywords, Text: name})
	}
	return d
}

// words are the values of a facet as texts, without empty ones.
func words[T ~string](values []T) []string {
	var all []string
	for _, v := range values {
		if v != "" {
			all = append(all, string(v))
		}
	}
	return all
}

// years lists the years in which a practice ran, up to the present one while it does.
func (f Facts) years(now time.Time) []string {
	begin, err := time.Parse(month, f.Begin)
	if err != nil {
		return nil
	}
	end, err := time.Parse(month, f.End)
	if err != nil || end.After(now) {
		end = now
	}
	var all []string
	for year := begin.Year(); year <= end.Year(); year++ {
		all = append(all, strconv.Itoa(year))
	}
	return all
}

// Hit is what lists show of a practice that was found.
type Hit struct {
	ID           string                   `json:"id"`
	Organisation string                   `json:"organisation"` // its name
	Kind         Kind                     `json:"kind"`
	Themes       []members.Topic          `json:"themes"`
	Targets      []Target                 `json:"targets"`
	Country      string                   `json:"country"`
	Municipality string                   `json:"municipality"`
	Population   members.Population       `json:"population"`
	Status       Status                   `json:"status"`
	Begin        string                   `json:"begin"` // months
	End          string                   `json:"end"`
	Evidence     Evidence                 `json:"evidence"`
	PublishedAt  time.Time                `json:"publishedAt"`
	UpdatedAt    time.Time                `json:"updatedAt"`
	Original     language.Tag             `json:"original"`
	Texts        map[language.Tag]HitText `json:"texts"`
}

// HitText is what a list says of a practice in one language.
type HitText struct {
	Title   string `json:"title"`
	Summary string `json:"summary"`
}

// show writes what lists show of a publication within the bound of the index. What is too long in many
// languages loses the summaries of translations first, then translations.
func (p Publication) show() []byte {
	h := Hit{
		ID: p.ID, Organisation: p.OrganisationName, Kind: p.Kind, Themes: p.Themes, Targets: p.Targets,
		Country: p.Country, Municipality: p.Municipality, Population: p.Population, Status: p.Status,
		Begin: p.Begin, End: p.End, Evidence: p.Evidence,
		PublishedAt: p.PublishedAt.Truncate(time.Second), UpdatedAt: p.UpdatedAt.Truncate(time.Second),
		Original: p.Original, Texts: map[language.Tag]HitText{},
	}
	var show []byte
	fits := func() bool {
		packed, err := json.Marshal(h)
		if err != nil || len(packed) > search.MaxShow {
			return false
		}
		show = packed
		return true
	}
	fits()
	for _, tag := range p.Languages() {
		t := p.Texts[tag]
		h.Texts[tag] = HitText{t.Title, t.Summary}
		if fits() {
			continue
		}
		h.Texts[tag] = HitText{Title: t.Title}
		if !fits() {
			delete(h.Texts, tag)
		}
	}
	return show
}

// ReadHit reads what the index hands back of a practice that was found.
func ReadHit(show []byte) (Hit, error) {
	var h Hit
	if err := json.Unmarshal(show, &h); err != nil {
		return h, fmt.Errorf("practice: what was found cannot be read: %w", err)
	}
	return h, nil
}

// In returns title and summary in the first of the wanted languages that there is, else in the
// original, and the language they are in.
func (h Hit) In(wanted ...language.Tag) (HitText, language.Tag) {
	for _, tag := range wanted {
		if t, ok := h.Texts[tag]; ok {
			return t, tag
		}
	}
	return h.Texts[h.Original], h.Original
}
