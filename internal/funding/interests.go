package funding

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/web"
)

// interestView is an interest as the list of interests shows it.
type interestView struct {
	interest.Interest
	Lines  []string // its criteria
	Mine   bool     // the reader saved it
	Mail   string   // when the reader gets mail about it, as a sentence
	Often  interest.Frequency
	Paused bool
}

// interestsData is what the list of interests shows.
type interestsData struct {
	Interests   []interestView
	Frequencies []interest.Frequency
	// Stopped says that the reader wants mail about an interest, and none about funding.
	Stopped bool
}

func (s *Service) showInterests(w http.ResponseWriter, r *http.Request) error {
	ref, err := member(r)
	if err != nil {
		return err
	}
	all, err := s.visible(r, ref)
	if err != nil {
		return err
	}
	person, err := s.Members.Person(r.Context(), ref)
	if err != nil {
		return err
	}
	p := web.Printer(r.Context())
	data := interestsData{Frequencies: interest.Frequencies}
	for _, i := range all {
		v := interestView{Interest: i, Lines: describe(p, &i.Criteria), Mine: i.By == ref, Mail: p.Text("funding.mail.none")}
		if at := subscription(i, ref); at >= 0 {
			v.Often, v.Paused = i.Subscribers[at].Frequency, i.Subscribers[at].Paused
			v.Mail = p.Text("funding.mail." + string(v.Often))
			if v.Paused {
				v.Mail = p.Text("funding.mail.paused")
			}
			data.Stopped = data.Stopped || !v.Paused && !person.Preferences.Funding
		}
		data.Interests = append(data.Interests, v)
	}
	return pages.Render(w, r, http.StatusOK, "interests.html", data)
}

// visible returns the interests that a person sees: their own and those that colleagues share, by name.
func (s *Service) visible(r *http.Request, ref members.Ref) ([]interest.Interest, error) {
	all, err := s.Interests.OfOrganisation(r.Context(), ref.Organisation)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(i interest.Interest) bool { return !i.Shared && i.By != ref })
	slices.SortStableFunc(all, func(a, b interest.Interest) int { return strings.Compare(members.Fold(a.Name), members.Fold(b.Name)) })
	return all, nil
}

// interest returns the interest that a request is about, if the signed-in person sees it, and that
// person.
func (s *Service) interest(r *http.Request) (interest.Interest, members.Ref, error) {
	ref, err := member(r)
	if err != nil {
		return interest.Interest{}, ref, err
	}
	i, err := s.Interests.Get(r.Context(), ref.Organisation, r.PathValue("interest"))
	if err == nil && !i.Shared && i.By != ref {
		err = fault.NotFound()
	}
	return i, ref, err
}

// changeMail changes how often the signed-in person gets mail about an interest, pauses it or goes on.
func (s *Service) changeMail(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	act, often := r.PostForm.Get("act"), r.PostForm.Get("frequency")
	for try := 1; ; try++ {
		i, ref, err := s.interest(r)
		if err != nil {
			return err
		}
		switch at := subscription(i, ref); {
		case act == "pause" && at >= 0, act == "resume" && at >= 0:
			i.Subscribers = slices.Clone(i.Subscribers)
			i.Subscribers[at].Paused = act == "pause"
		case act != "set":
			return fault.Invalid(fault.Field{Name: "act", Code: "choice"})
		case often == noMail:
			i = subscribed(i, ref, "")
		default:
			i = subscribed(i, ref, interest.Frequency(often))
		}
		if refused := i.Validate(); len(refused) > 0 {
			return fault.Invalid(refused...)
		}
		_, err = s.Interests.Save(r.Context(), i)
		if errors.Is(err, interest.ErrEdited) && try < tries {
			continue
		}
		if err != nil {
			return err
		}
		return s.done(w, r, i, ref)
	}
}

// done records the consent to mail, if there is any, and leads back to the list, which says when the
// next mail comes.
func (s *Service) done(w http.ResponseWriter, r *http.Request, i interest.Interest, ref members.Ref) error {
	to := mine + "?done=" + noMail
	if at := subscription(i, ref); at >= 0 && i.Subscribers[at].Paused {
		to = mine + "?done=paused"
	} else if at >= 0 {
		if err := s.subscribe(r, ref, i.Subscribers[at].Frequency); err != nil {
			return err
		}
		to = mine + "?done=" + string(i.Subscribers[at].Frequency)
	}
	return web.SeeOther(w, r, to)
}

// subscribe records that a member asked for mail, with the sentence that said when it comes.
func (s *Service) subscribe(r *http.Request, ref members.Ref, f interest.Frequency) error {
	p := web.Printer(r.Context())
	return s.Members.Subscribe(r.Context(), ref, members.ForFunding, members.Consenting{
		How: "preferences", Language: p.Tag(),
		Texts: map[members.Purpose]string{members.ForFunding: members.TextHash(p.Text("funding.mail." + string(f)))},
	})
}

// resumeMail begins the mail again that a member has stopped, for all interests as they are.
func (s *Service) resumeMail(w http.ResponseWriter, r *http.Request) error {
	ref, err := member(r)
	if err != nil {
		return err
	}
	if err := s.subscribe(r, ref, interest.Weekly); err != nil {
		return err
	}
	return web.SeeOther(w, r, mine+"?done=resumed")
}

// deleteData is what the page before a deletion shows.
type deleteData struct {
	interest.Interest
	Others int // colleagues who get mail about it
}

func (s *Service) askDelete(w http.ResponseWriter, r *http.Request) error {
	i, ref, err := s.interest(r)
	if err != nil {
		return err
	}
	data := deleteData{Interest: i}
	for _, sub := range i.Subscribers {
		if sub.Person != ref {
			data.Others++
		}
	}
	return pages.Render(w, r, http.StatusOK, "delete.html", data)
}

func (s *Service) delete(w http.ResponseWriter, r *http.Request) error {
	i, _, err := s.interest(r)
	if err != nil {
		return err
	}
	if err := s.Interests.Delete(r.Context(), i.Organisation, i.ID); err != nil {
		return err
	}
	return web.SeeOther(w, r, mine+"?done=deleted")
}
