package funding

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// What a member can do about a call. The addresses stand in mails: opening one shows a page with a
// button, and only that changes something.
const (
	follow   = "follow"
	unfollow = "unfollow"
	dismiss  = "dismiss"
	restore  = "restore"
)

var acts = []string{follow, unfollow, dismiss, restore}

// reasons are those for which a call is put aside, in the order that the form shows them.
var reasons = []string{"theme", "size", "partners", "eligible", "time", "language", "other"}

// maxNote is how long the words of whoever puts a call aside may be, in characters.
const maxNote = 500

// markData is what the page with the button shows.
type markData struct {
	page.Form
	Call    call.Call
	Act     string
	Reasons []string
	MaxNote int
}

// marked returns the call and the act that a request is about.
func (s *Service) marked(r *http.Request) (call.Call, string, error) {
	act := r.PathValue("act")
	if !slices.Contains(acts, act) {
		return call.Call{}, act, fault.NotFound()
	}
	c, err := s.call(r)
	if err == nil && c.MergedInto != "" {
		c, err = s.Calls.Get(r.Context(), c.MergedInto)
	}
	return c, act, err
}

func (s *Service) showMark(w http.ResponseWriter, r *http.Request) error {
	c, act, err := s.marked(r)
	if err != nil {
		return err
	}
	return renderMark(w, r, http.StatusOK, markData{Form: page.Form{Values: url.Values{}}, Call: c, Act: act})
}

func renderMark(w http.ResponseWriter, r *http.Request, status int, data markData) error {
	data.Area, data.Reasons, data.MaxNote = "funding.dismiss", reasons, maxNote
	return pages.Render(w, r, status, "mark.html", data)
}

func (s *Service) mark(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	c, act, err := s.marked(r)
	if err != nil {
		return err
	}
	why, note := r.PostForm.Get("why"), typedText(r.PostForm.Get("note"))
	var refused []fault.Field
	if act == dismiss && why != "" && !slices.Contains(reasons, why) {
		refused = append(refused, fault.Field{Name: "why", Code: "choice"})
	}
	if act == dismiss && utf8.RuneCountInString(note) > maxNote {
		refused = append(refused, fault.Field{Name: "note", Code: "too-long", Args: map[string]any{"Limit": maxNote}})
	}
	if len(refused) > 0 {
		return renderMark(w, r, http.StatusUnprocessableEntity, markData{Form: page.Form{Values: r.PostForm, Errors: refused}, Call: c, Act: act})
	}
	err = s.changeMarks(r, func(m *interest.Marks) {
		switch act {
		case follow:
			m.Followed[c.ID] = c.Version
			delete(m.Dismissed, c.ID)
		case unfollow:
			delete(m.Followed, c.ID)
		case dismiss:
			m.Dismissed[c.ID] = interest.Dismissal{Why: why, At: s.Now().UTC()}
			delete(m.Followed, c.ID)
		case restore:
			delete(m.Dismissed, c.ID)
		}
	})
	if err != nil {
		return err
	}
	if act == dismiss && (why != "" || note != "") {
		who := web.Who(r.Context())
		ref, err := member(r)
		if err != nil {
			return err
		}
		if err := s.Partners.Refuse(r.Context(), Refused{Call: c.ID, Title: c.Title, Organisation: who.Organisation, Person: ref, Why: why, Note: note}); err != nil {
			return err
		}
	}
	return web.SeeOther(w, r, call.Path(c.ID)+"?done="+act)
}

// tries is how often a change is made anew because something else changed at the same moment.
const tries = 5

// maxMarked is how many calls a person follows or has put aside before those that are over are
// forgotten.
const maxMarked = 300

// changeMarks changes the signed-in person's marks.
func (s *Service) changeMarks(r *http.Request, change func(*interest.Marks)) error {
	for try := 1; ; try++ {
		m, err := s.marks(r)
		if err != nil {
			return err
		}
		if m.Followed = maps.Clone(m.Followed); m.Followed == nil {
			m.Followed = map[string]int{}
		}
		if m.Dismissed = maps.Clone(m.Dismissed); m.Dismissed == nil {
			m.Dismissed = map[string]interest.Dismissal{}
		}
		if err := s.forgetOver(r.Context(), &m); err != nil {
			return err
		}
		change(&m)
		_, err = s.Interests.SaveMarks(r.Context(), m)
		if !errors.Is(err, interest.ErrEdited) || try == tries {
			return err
		}
	}
}

// forgetOver drops the marks of calls that are over, once there are many.
func (s *Service) forgetOver(ctx context.Context, m *interest.Marks) error {
	if len(m.Followed)+len(m.Dismissed) <= maxMarked {
		return nil
	}
	calls, err := s.Calls.Calls(ctx, slices.Concat(slices.Collect(maps.Keys(m.Followed)), slices.Collect(maps.Keys(m.Dismissed))))
	if err != nil {
		return err
	}
	for _, c := range calls {
		if c.Status(s.Now()) == call.Closed {
			delete(m.Followed, c.ID)
			delete(m.Dismissed, c.ID)
		}
	}
	return nil
}
