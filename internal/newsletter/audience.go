package newsletter

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// Audience narrows down who gets a newsletter, among those who want its kind. Whoever it is for must
// match one value of every list that is not empty. It is looked at when the list of recipients is
// written and again at the moment before each mail.
type Audience struct {
	Kinds     []members.Kind  `json:"kinds"`
	Countries []string        `json:"countries"`
	Languages []language.Tag  `json:"languages"` // that people chose
	Topics    []members.Topic `json:"topics"`
	Role      Role            `json:"role"`
}

// Role is what a person does in the network.
type Role string

// The roles; "" is both of them.
const (
	Anybody         Role = ""
	Representatives Role = "representative"
	Coordinators    Role = "coordinator"
)

var roles = []Role{Representatives, Coordinators}

// Everybody reports whether it narrows nothing down.
func (a Audience) Everybody() bool {
	return !a.asksOrganisation() && len(a.Languages) == 0 && a.Role == Anybody
}

// asksOrganisation reports whether the person alone does not tell.
func (a Audience) asksOrganisation() bool {
	return len(a.Kinds) > 0 || len(a.Countries) > 0 || len(a.Topics) > 0
}

// includes reports whether a person of an organisation belongs to it.
func (a Audience) includes(p members.Person, org members.Organisation) bool {
	return (a.Role == Anybody || p.Coordinator == (a.Role == Coordinators)) &&
		(len(a.Languages) == 0 || slices.Contains(a.Languages, p.Language)) &&
		(len(a.Kinds) == 0 || slices.Contains(a.Kinds, org.Kind)) &&
		(len(a.Countries) == 0 || slices.Contains(a.Countries, org.Country)) &&
		(len(a.Topics) == 0 || slices.ContainsFunc(org.Topics, func(t members.Topic) bool { return slices.Contains(a.Topics, t) }))
}

// refusals says by reference why people do not get a newsletter; those who get it are left out.
func refusals(ctx context.Context, store *members.Store, n Newsletter, people []members.Person) (map[string]string, error) {
	refused := map[string]string{}
	var wanting []members.Person
	for _, p := range people {
		if reason := refusal(n.Kind, p); reason != "" {
			refused[p.Ref.String()] = reason
		} else {
			wanting = append(wanting, p)
		}
	}
	if n.Audience.Everybody() {
		return refused, nil
	}
	for chunk := range slices.Chunk(wanting, lookup) {
		organisations := map[string]members.Organisation{}
		if n.Audience.asksOrganisation() {
			var err error
			if organisations, err = store.OrganisationsOf(ctx, chunk); err != nil {
				return nil, err
			}
		}
		for _, p := range chunk {
			if !n.Audience.includes(p, organisations[p.Ref.Organisation]) {
				refused[p.Ref.String()] = "audience"
			}
		}
	}
	return refused, nil
}

// audienceData is what the page to choose the audience shows.
type audienceData struct {
	page.Form
	Newsletter Newsletter
	Changed    bool
	Reach      reach
	Kinds      []members.Kind
	Countries  []string
	Languages  []language.Tag
	Topics     []members.Topic
	Roles      []Role
}

func (s *Service) showAudience(w http.ResponseWriter, r *http.Request) error {
	n, _, err := s.draft(r)
	if err != nil {
		return err
	}
	a := n.Audience
	values := url.Values{
		"organisations": texts(a.Kinds), "countries": a.Countries, "readers": texts(a.Languages),
		"topics": texts(a.Topics), "role": {string(a.Role)},
	}
	return s.renderAudience(w, r, http.StatusOK, audienceData{Newsletter: n, Form: page.Form{Values: values}})
}

func (s *Service) renderAudience(w http.ResponseWriter, r *http.Request, status int, data audienceData) error {
	var err error
	if data.Reach, err = s.reach(r.Context(), data.Newsletter); err != nil {
		return err
	}
	data.Area = "newsletter.audience"
	data.Kinds, data.Countries, data.Topics = members.Kinds, members.Countries, members.Topics
	data.Languages, data.Roles = language.Available(), roles
	return pages.Render(w, r, status, "audience.html", data)
}

func (s *Service) saveAudience(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	n, _, err := s.draft(r)
	if err != nil {
		return err
	}
	audience, fields := parseAudience(r.PostForm)
	if len(fields) > 0 {
		return s.renderAudience(w, r, http.StatusUnprocessableEntity, audienceData{Newsletter: n, Form: page.Form{Values: r.PostForm, Errors: fields}})
	}
	err = s.Newsletters.SaveAudience(r.Context(), n.ID, parseVersion(r.PostForm.Get("version")), audience, web.Who(r.Context()).Name)
	if fault.Is(err, ErrChanged.Code) {
		return s.renderAudience(w, r, http.StatusConflict, audienceData{Newsletter: n, Form: page.Form{Values: r.PostForm}, Changed: true})
	}
	if err != nil {
		return err
	}
	return redirect(w, r, pathOf(n.ID)+"/audience", "saved")
}

// parseAudience reads the form of audienceData. All values of a list are as good as none of it.
func parseAudience(v url.Values) (Audience, []fault.Field) {
	var fields []fault.Field
	refuse := func(ok bool, name string) {
		if !ok {
			fields = append(fields, fault.Field{Name: name, Code: "choice"})
		}
	}
	var a Audience
	var ok bool
	a.Kinds, ok = among(v["organisations"], members.Kinds)
	refuse(ok, "organisations")
	a.Countries, ok = among(v["countries"], members.Countries)
	refuse(ok, "countries")
	a.Languages, ok = among(v["readers"], language.Available())
	refuse(ok, "readers")
	a.Topics, ok = among(v["topics"], members.Topics)
	refuse(ok, "topics")
	a.Role = Role(v.Get("role"))
	refuse(a.Role == Anybody || slices.Contains(roles, a.Role), "role")
	return a, fields
}

// among returns the chosen ones of all values in their order, and whether there was no other.
func among[T ~string](chosen []string, all []T) ([]T, bool) {
	var found []T
	for _, value := range all {
		if slices.Contains(chosen, string(value)) {
			found = append(found, value)
		}
	}
	for _, value := range chosen {
		if !slices.Contains(all, T(value)) {
			return nil, false
		}
	}
	if len(found) == len(all) {
		return nil, true
	}
	return found, true
}

// texts are values as a form holds them.
func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, value := range values {
		out[i] = string(value)
	}
	return out
}
