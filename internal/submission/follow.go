package submission

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// followData is what the page to follow themes shows.
type followData struct {
	page.Form
	Themes  []members.Topic
	None    bool
	Stopped bool // the mail, by its own link or in the preferences
}

func (s *Service) showFollow(w http.ResponseWriter, r *http.Request) error {
	who, err := author(r)
	if err != nil {
		return err
	}
	themes, err := s.Practices.Following(r.Context(), who.Ref)
	if err != nil {
		return err
	}
	person, err := s.Members.Person(r.Context(), who.Ref)
	if err != nil {
		return err
	}
	return renderFollow(w, r, http.StatusOK, followData{
		Form: page.Form{Values: url.Values{"themes": words(themes)}}, None: len(themes) == 0,
		Stopped: len(themes) > 0 && !person.Preferences.Practices,
	})
}

func renderFollow(w http.ResponseWriter, r *http.Request, status int, data followData) error {
	data.Area, data.Themes = "submission.follow", members.Topics
	return pages.Render(w, r, status, "follow.html", data)
}

// follow replaces the themes that a member follows, and records a consent that is given or withdrawn
// by it.
func (s *Service) follow(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	who, err := author(r)
	if err != nil {
		return err
	}
	themes := typed[members.Topic](r.PostForm["themes"])
	slices.Sort(themes)
	themes = slices.Compact(themes)
	if slices.ContainsFunc(themes, func(t members.Topic) bool { return !slices.Contains(members.Topics, t) }) {
		form := page.Form{Values: r.PostForm, Errors: []fault.Field{{Name: "themes", Code: "choice"}}}
		return renderFollow(w, r, http.StatusUnprocessableEntity, followData{Form: form})
	}
	if err := s.Practices.Follow(r.Context(), who.Ref, themes); err != nil {
		return err
	}
	shown := web.Printer(r.Context())
	consenting := members.Consenting{
		How: "preferences", Language: shown.Tag(),
		Texts: map[members.Purpose]string{members.ForPractices: members.TextHash(shown.Text("submission.follow.lead"))},
	}
	change := s.Members.Subscribe
	if len(themes) == 0 {
		change = s.Members.Unsubscribe
	}
	if err := change(r.Context(), who.Ref, members.ForPractices, consenting); err != nil {
		return err
	}
	return web.SeeOther(w, r, root+"/follow?done=saved")
}
