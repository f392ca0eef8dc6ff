package library

import (
	"net/http"
	"strconv"
	"time"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/web"
)

// How many practices a page of the interface holds, unless "limit" asks for fewer or more.
const (
	apiSize    = 25
	apiSizeMax = 100
)

// foundJSON is a practice in a list, as other sites see it. Title and summary are in Language: the
// reader's, if there is a text in it.
type foundJSON struct {
	ID           string             `json:"id"`
	URL          string             `json:"url"`
	Kind         practice.Kind      `json:"kind"`
	Language     language.Tag       `json:"language"`
	Languages    []language.Tag     `json:"languages"`
	Title        string             `json:"title"`
	Summary      string             `json:"summary"`
	Organisation string             `json:"organisation"`
	Country      string             `json:"country"`
	Municipality string             `json:"municipality"`
	Population   members.Population `json:"population"`
	Themes       []members.Topic    `json:"themes"`
	Targets      []practice.Target  `json:"targets"`
	Status       practice.Status    `json:"status"`
	Begin        string             `json:"begin"`
	End          string             `json:"end"`
	Evidence     practice.Evidence  `json:"evidence"`
	PublishedAt  time.Time          `json:"publishedAt"`
	UpdatedAt    time.Time          `json:"updatedAt"`
}

// countJSON is how many of the found practices have a value.
type countJSON struct {
	Value string `json:"value"`
	Name  string `json:"name"`
	Count int    `json:"count"`
}

func (s *Service) listPractices(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r.URL.Query())
	if err != nil {
		return err
	}
	size := apiSize
	if limit := r.URL.Query().Get("limit"); limit != "" {
		if size, err = strconv.Atoi(limit); err != nil || size < 1 || size > apiSizeMax {
			return fault.Invalid(fault.Field{Name: "limit", Code: "choice"})
		}
	}
	p := web.Printer(r.Context())
	found, err := s.find(r, q, size, facetNames()...)
	if err != nil {
		return err
	}
	answer := struct {
		Total     int                    `json:"total"`
		Practices []foundJSON            `json:"practices"`
		Facets    map[string][]countJSON `json:"facets"`
		Next      string                 `json:"next,omitempty"`
	}{found.total, []foundJSON{}, map[string][]countJSON{}, found.next}
	for _, h := range found.hits {
		answer.Practices = append(answer.Practices, s.foundJSON(h, p.Tag()))
	}
	for _, f := range facets {
		answer.Facets[f.name] = []countJSON{}
		for _, c := range f.sort(found.counts[f.name]) {
			answer.Facets[f.name] = append(answer.Facets[f.name], countJSON{c.Value, f.text(p, c.Value), c.N})
		}
	}
	web.Cached(w.Header(), "application/json")
	w.Header().Add("Vary", "Accept-Language, Cookie")
	return web.WriteJSON(w, http.StatusOK, answer)
}

func (s *Service) foundJSON(h hit, wish language.Tag) foundJSON {
	text, tag := h.In(wish)
	return foundJSON{
		ID: h.ID, URL: s.address(h.ID, tag), Kind: h.Kind, Language: tag, Languages: h.languages(), Title: text.Title, Summary: text.Summary,
		Organisation: h.Organisation, Country: h.Country, Municipality: h.Municipality, Population: h.Population,
		Themes: filled(h.Themes), Targets: filled(h.Targets), Status: h.Status, Begin: h.Begin, End: h.End, Evidence: h.Evidence,
		PublishedAt: seconds(h.PublishedAt), UpdatedAt: seconds(h.UpdatedAt),
	}
}

// practiceJSON is a whole practice as other sites see it. Nothing in it is about a person.
type practiceJSON struct {
	ID           string `json:"id"`
	URL          string `json:"url"`
	Version      int    `json:"version"`
	Organisation struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"organisation"`
	practice.Content
	LicenceURL string `json:"licenceUrl"`
	// Contact is the address of a form whose message reaches the owners, or "".
	Contact     string    `json:"contact"`
	PublishedAt time.Time `json:"publishedAt"`
	UpdatedAt   time.Time `json:"updatedAt"`
}

func (s *Service) getPractice(w http.ResponseWriter, r *http.Request) error {
	pub, err := s.Practices.Publication(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	web.Cached(w.Header(), "application/json")
	w.Header().Set("Last-Modified", pub.UpdatedAt.UTC().Format(http.TimeFormat))
	return web.WriteJSON(w, http.StatusOK, s.practiceJSON(pub))
}

func (s *Service) practiceJSON(pub practice.Publication) practiceJSON {
	j := practiceJSON{
		ID: pub.ID, URL: s.Site + pathOf(pub.ID), Version: pub.Version, Content: pub.Content, LicenceURL: pub.Licence.URL(),
		PublishedAt: seconds(pub.PublishedAt), UpdatedAt: seconds(pub.UpdatedAt),
	}
	j.Organisation.ID, j.Organisation.Name = pub.Organisation, pub.OrganisationName
	j.Themes, j.Principles, j.Targets = filled(pub.Themes), filled(pub.Principles), filled(pub.Targets)
	j.Funding, j.Links = filled(pub.Funding), filled(pub.Links)
	if pub.Contact.Organisation != "" {
		j.Contact = s.Site + pathOf(pub.ID) + "/contact"
	}
	return j
}

// filled makes a list that is written as [], not as null.
func filled[T any](list []T) []T { return append([]T{}, list...) }

func seconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
