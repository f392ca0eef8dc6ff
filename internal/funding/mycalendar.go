package funding

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

// calendarData is what a member's calendar shows.
type calendarData struct {
	Calls []calendarCall
	// Has says that an address is in use; New is one that was just made, which is shown only once.
	Has bool
	New string
}

// calendarCall is a call in a member's calendar, and why it is there.
type calendarCall struct {
	card
	Followed  bool
	Interests []string
}

// dated is a call in a member's calendar.
type dated struct {
	call.Call
	followed  bool
	interests []string
}

// maxMatched is how many calls each interest brings into a calendar: those whose deadlines come first.
const maxMatched = 100

// calendarOf returns the calls that a member follows or whose interests fit, by their next deadline.
// What was put aside is left out.
func (s *Service) calendarOf(ctx context.Context, ref members.Ref, marks interest.Marks) ([]dated, error) {
	why, err := s.matched(ctx, ref)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(why)+len(marks.Followed))
	for id := range why {
		ids = append(ids, id)
	}
	for id := range marks.Followed {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	calls, err := s.Calls.Calls(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	if calls, err = s.merged(ctx, calls, marks); err != nil {
		return nil, err
	}
	now := s.Now()
	var all []dated
	for _, c := range calls {
		_, followed := marks.Followed[c.ID]
		if _, aside := marks.Dismissed[c.ID]; aside || c.MergedInto != "" || !followed && !c.Status(now).Ahead() {
			continue
		}
		all = append(all, dated{c, followed, why[c.ID]})
	}
	slices.SortStableFunc(all, func(a, b dated) int { return a.order(b, now.Unix()) })
	return all, nil
}

// merged puts the call in the place of one that was followed and turned out to be the same.
func (s *Service) merged(ctx context.Context, calls []call.Call, marks interest.Marks) ([]call.Call, error) {
	var missing []string
	for _, c := range calls {
		if version, followed := marks.Followed[c.ID]; followed && c.MergedInto != "" {
			marks.Followed[c.MergedInto] = version
			missing = append(missing, c.MergedInto)
		}
	}
	missing = slices.DeleteFunc(missing, func(id string) bool {
		return slices.ContainsFunc(calls, func(c call.Call) bool { return c.ID == id })
	})
	more, err := s.Calls.Calls(ctx, missing)
	return slices.Concat(calls, more), err
}

// order puts what comes next first, and what has no deadline ahead last.
func (d dated) order(other dated, now int64) int {
	at := func(d dated) int64 {
		for _, deadline := range d.Deadlines {
			if t := deadline.At().Unix(); t > now && !d.Withdrawn {
				return t
			}
		}
		return call.NoDeadline
	}
	switch a, b := at(d), at(other); {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return strings.Compare(d.ID, other.ID)
}

// matched returns the calls that can still be applied to and fit the interests that a member gets mail
// about, with the names of these. Only what the index shows of a call is matched, so that programs may
// ask for calendars often: a word deep in a text does not count.
func (s *Service) matched(ctx context.Context, ref members.Ref) (map[string][]string, error) {
	all, err := s.Interests.OfOrganisation(ctx, ref.Organisation)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(i interest.Interest) bool {
		at := subscription(i, ref)
		return at < 0 || i.Subscribers[at].Paused
	})
	index, err := s.Index(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	open := map[string]search.Range{call.NumberEntry: {Min: s.Now().Unix() + 1, Max: call.NoDeadline - 1}}
	why := map[string][]string{}
	for _, i := range all {
		hits, err := fitting(index, &i.Criteria, open)
		if err != nil {
			return nil, err
		}
		for _, id := range hits {
			why[id] = append(why[id], i.Name)
		}
	}
	return why, nil
}

// fitting are the ids of the calls that fit, by what the index shows of them.
func fitting(index *search.Index, c *interest.Criteria, ranges map[string]search.Range) ([]string, error) {
	hits, _, err := candidates(index, c, ranges, call.NumberDeadline, maxMatched)
	if err != nil {
		return nil, err
	}
	calls := make([]*call.Content, len(hits))
	for i := range hits {
		calls[i] = &hits[i].Content
	}
	var ids []string
	for _, m := range interest.Prepare(calls).Match(c) {
		ids = append(ids, hits[m.Call].ID)
	}
	return ids, nil
}

func (s *Service) showCalendar(w http.ResponseWriter, r *http.Request) error {
	return s.renderCalendar(w, r, "")
}

func (s *Service) renderCalendar(w http.ResponseWriter, r *http.Request, address string) error {
	ref, err := member(r)
	if err != nil {
		return err
	}
	marks, err := s.marks(r)
	if err != nil {
		return err
	}
	all, err := s.calendarOf(r.Context(), ref, marks)
	if err != nil {
		return err
	}
	p := web.Printer(r.Context())
	data := calendarData{Has: marks.Calendar != "", New: address}
	for _, d := range all {
		c := newCard(r, p, call.Hit{ID: d.ID, Content: d.Content}, s.Now())
		c.Text = ""
		data.Calls = append(data.Calls, calendarCall{c, d.followed, d.interests})
	}
	return pages.Render(w, r, http.StatusOK, "calendar.html", data)
}

// changeCalendar makes a new secret address of the member's calendar, which ends the one before, or
// ends it without another.
func (s *Service) changeCalendar(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	ref, err := member(r)
	if err != nil {
		return err
	}
	secret, hash := token.New(), ""
	switch r.PostForm.Get("act") {
	case "new":
		hash = token.Hash(secret)
	case "end":
	default:
		return fault.Invalid(fault.Field{Name: "act", Code: "choice"})
	}
	if err := s.changeMarks(r, func(m *interest.Marks) { m.Calendar = hash }); err != nil {
		return err
	}
	if hash == "" {
		return web.SeeOther(w, r, calendar+"?done=ended")
	}
	return s.renderCalendar(w, r, s.Post.Site.URL+"/calendars/"+ref.String()+"/"+secret+".ics")
}

// writeMyCalendar answers with the deadlines in a member's calendar to whoever knows its address.
func (s *Service) writeMyCalendar(w http.ResponseWriter, r *http.Request) error {
	ref, err := members.ParseRef(r.PathValue("person"))
	if err != nil {
		return fault.NotFound()
	}
	marks, err := s.Interests.Marks(r.Context(), ref)
	if err != nil {
		return err
	}
	secret := strings.TrimSuffix(r.PathValue("secret"), ".ics")
	if marks.Calendar == "" || subtle.ConstantTimeCompare([]byte(token.Hash(secret)), []byte(marks.Calendar)) != 1 {
		return fault.NotFound()
	}
	person, err := s.Members.Person(r.Context(), ref)
	if errors.Is(err, members.ErrNone) || err == nil && person.State != members.Member {
		return fault.NotFound()
	}
	if err != nil {
		return err
	}
	all, err := s.calendarOf(r.Context(), ref, marks)
	if err != nil {
		return err
	}
	calls := make([]call.Call, len(all))
	for i, d := range all {
		calls[i] = d.Call
	}
	w.Header().Set("Cache-Control", "private, max-age=300")
	return s.sendCalendar(w, r, web.Printer(r.Context()).Text("funding.calendar.title"), calls)
}
