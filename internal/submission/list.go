package submission

import (
	"errors"
	"net/http"
	"slices"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/practicepage"
	"github.com/municipalitiesnet/munet/internal/web"
)

// listData is what the list of an organisation's practices shows.
type listData struct {
	Organisation string
	Practices    []listed
	Paging       page.Paging
}

// listed is a practice of the list.
type listed struct {
	practice.Practice
	Tag page.Tag
}

// Asked is the key of what the owners should do, by state.
func (l listed) Asked() string { return "submission.asked." + string(l.State) }

func (s *Service) showList(w http.ResponseWriter, r *http.Request) error {
	who, err := author(r)
	if err != nil {
		return err
	}
	cursor := r.URL.Query().Get("after")
	found, next, err := s.Practices.OfOrganisation(r.Context(), who.Organisation, cursor)
	if err != nil {
		return err
	}
	data := listData{Organisation: who.OrganisationName}
	p := web.Printer(r.Context())
	for _, one := range found {
		data.Practices = append(data.Practices, listed{one, practicepage.StateTag(p, one.State)})
	}
	if cursor != "" {
		data.Paging.First = web.Link(r, root)
	}
	if next != "" {
		data.Paging.Next = web.Link(r, root+"?after="+next)
	}
	return pages.Render(w, r, http.StatusOK, "list.html", data)
}

// practiceData is what the page of one practice shows.
type practiceData struct {
	listed
	Draft    practice.Draft
	Decision *practice.Decision
	Steps    []stepView
	// Updating says that somebody works on an update of what is published.
	Updating  bool
	Languages []language.Tag // of the texts, the original first
	Others    []language.Tag // in which there is no text yet
	Contact   string         // the name of the contact person, or ""
	WasPublic bool           // the draft is an update of what is or was in the library
}

func (s *Service) showPractice(w http.ResponseWriter, r *http.Request) error {
	p, d, _, err := s.draft(r)
	if err != nil {
		return err
	}
	data := practiceData{
		listed: listed{p, practicepage.StateTag(web.Printer(r.Context()), p.State)}, Draft: d,
		Steps: stepViews(d.Content, ""), Updating: p.Published > 0 && d.Revision > 0,
	}
	data.Languages, data.Others = languagesOf(d.Content)
	if data.Decision, err = s.lastDecision(r.Context(), p); err != nil {
		return err
	}
	if data.WasPublic, err = s.wasPublic(r.Context(), p); err != nil {
		return err
	}
	contact, err := s.contact(r.Context(), p.Contact, p.Organisation)
	if err != nil && !errors.Is(err, errNoContact) {
		return err
	}
	data.Contact = contact.Name
	return pages.Render(w, r, http.StatusOK, "practice.html", data)
}

// languagesOf returns the languages that a practice has, the original first, and the official ones
// that it has not.
func languagesOf(c practice.Content) (has, others []language.Tag) {
	has = []language.Tag{c.Original}
	for _, code := range members.Languages {
		tag := language.Tag(code)
		if _, there := c.Texts[tag]; tag == c.Original {
			continue
		} else if there {
			has = append(has, tag)
		} else {
			others = append(others, tag)
		}
	}
	return has, others
}

// Sections are those that reviewers commented on, in their order.
func (d practiceData) Sections() []practice.Section {
	return slices.DeleteFunc(slices.Clone(practice.Sections), func(s practice.Section) bool { return len(d.Decision.Comments[s]) == 0 })
}

// Whole are the comments about all of it.
func (d practiceData) Whole() []string { return d.Decision.Comments[practice.Whole] }

// StepOf is the step in which a section is written.
func (d practiceData) StepOf(s practice.Section) string { return stepOf(string(s)) }

// previewData is what the preview shows.
type previewData struct {
	Practice  practice.Practice
	Article   practicepage.Article
	Languages []language.Tag
}

// showPreview shows the draft as it will be published, in the language of the query.
func (s *Service) showPreview(w http.ResponseWriter, r *http.Request) error {
	p, d, who, err := s.draft(r)
	if err != nil {
		return err
	}
	a, err := practicepage.New(d.Content, who.OrganisationName, language.Tag(r.URL.Query().Get("text")))
	if err != nil {
		return err
	}
	has, _ := languagesOf(d.Content)
	return pages.Render(w, r, http.StatusOK, "preview.html", previewData{p, a, has})
}

// translationOf returns the language of a translation that a request is about.
func translationOf(r *http.Request, c practice.Content) (language.Tag, error) {
	tag := language.Tag(r.PathValue("language"))
	if tag == c.Original || !slices.Contains(members.Languages, string(tag)) {
		return tag, fault.NotFound()
	}
	return tag, nil
}
