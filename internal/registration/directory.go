package registration

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// search reads the filters and the cursor from the address, and returns one page of members.
func (s *Service) search(r *http.Request) (members.Filter, []members.Organisation, string, error) {
	q := r.URL.Query()
	f := members.Filter{State: members.Member, Words: q.Get("words"), Kind: members.Kind(q.Get("kind"))}
	var fields []fault.Field
	if country := q.Get("country"); country != "" {
		code, _ := language.CountryCode(country)
		if !slices.Contains(members.Countries, code) {
			fields = append(fields, fault.Field{Name: "country", Code: "choice"})
		}
		f.Country = code
	}
	if f.Kind != "" && !slices.Contains(members.Kinds, f.Kind) {
		fields = append(fields, fault.Field{Name: "kind", Code: "choice"})
	}
	if len([]rune(f.Words)) > members.MaxName {
		fields = append(fields, fault.Field{Name: "words", Code: "too-long", Args: map[string]any{"Limit": members.MaxName}})
	}
	if len(fields) > 0 {
		return f, nil, "", fault.Invalid(fields...)
	}
	found, next, err := s.Members.Organisations(r.Context(), f, q.Get("next"))
	if errors.Is(err, dynamo.ErrCursor) {
		err = fault.New(http.StatusBadRequest, "bad-request").Because(err)
	}
	return f, found, next, err
}

// directoryData is what the public list of members shows.
type directoryData struct {
	page.Form
	Choices choices
	Found   []members.Organisation
	Paging  page.Paging
	Filter  members.Filter
}

func (s *Service) showMembers(w http.ResponseWriter, r *http.Request) error {
	filter, found, next, err := s.search(r)
	if err != nil {
		return err
	}
	d := directoryData{
		Form:    page.Form{Area: "directory", Values: r.URL.Query()},
		Choices: allChoices(), Found: found, Filter: filter,
	}
	if r.URL.Query().Get("next") != "" {
		d.Paging.First = address(r, "")
	}
	if next != "" {
		d.Paging.Next = address(r, next)
	}
	return pages.Render(w, r, http.StatusOK, "members.html", d)
}

// address is this page's with another cursor.
func address(r *http.Request, cursor string) string {
	q := url.Values{}
	for name, values := range r.URL.Query() {
		if values[0] != "" && name != "next" {
			q[name] = values
		}
	}
	if cursor != "" {
		q.Set("next", cursor)
	}
	if len(q) == 0 {
		return r.URL.Path
	}
	return r.URL.Path + "?" + q.Encode()
}

// organisationJSON is a member as other sites see it.
type organisationJSON struct {
	ID string `json:"id"`
	members.Profile
	Since string `json:"since"`
}

func (s *Service) listOrganisations(w http.ResponseWriter, r *http.Request) error {
	_, found, next, err := s.search(r)
	if err != nil {
		return err
	}
	list := make([]organisationJSON, 0, len(found))
	for _, o := range found {
		o.Languages, o.Topics = append([]string{}, o.Languages...), append([]members.Topic{}, o.Topics...) // [], not null
		list = append(list, organisationJSON{o.ID, o.Profile, o.Since.Format("2006-01-02")})
	}
	web.Cached(w.Header(), "application/json")
	w.Header().Add("Vary", "Cookie")
	return web.WriteJSON(w, http.StatusOK, struct {
		Organisations []organisationJSON `json:"organisations"`
		Next          string             `json:"next,omitempty"`
	}{list, next})
}
