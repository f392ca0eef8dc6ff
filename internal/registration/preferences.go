package registration

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// preferencesData is what the page shows.
type preferencesData struct {
	page.Form
	Address string
	Token   string
	Choices choices
	Saved   bool
}

func preferenceValues(p members.Preferences, tag language.Tag) url.Values {
	v := url.Values{"newsletter": {string(p.Newsletter)}, "language": {string(tag)}}
	for name, wanted := range map[string]bool{"announcements": p.Announcements, "practices": p.Practices, "funding": p.Funding} {
		if wanted {
			v.Set(name, "yes")
		}
	}
	return v
}

func parsePreferences(v url.Values) (members.Preferences, language.Tag) {
	return members.Preferences{
		Newsletter:    members.Frequency(v.Get("newsletter")),
		Announcements: v.Get("announcements") == "yes",
		Practices:     v.Get("practices") == "yes",
		Funding:       v.Get("funding") == "yes",
	}, language.Tag(v.Get("language"))
}

// reader returns the person whose preferences a request is about: the holder of the link from a
// mail, or else the signed-in person.
func (s *Service) reader(r *http.Request) (members.Person, error) {
	if link := r.URL.Query().Get("token"); link != "" {
		ref, err := s.Links.Reader(link)
		if err != nil {
			return members.Person{}, fault.New(http.StatusBadRequest, "broken-link").Because(err)
		}
		return s.active(r, ref)
	}
	if who := web.Who(r.Context()); who != nil {
		ref, err := members.ParseRef(who.Member)
		if err != nil {
			return members.Person{}, err
		}
		return s.active(r, ref)
	}
	return members.Person{}, fault.New(http.StatusUnauthorized, "sign-in-required")
}

// active returns a person who is still in the network.
func (s *Service) active(r *http.Request, ref members.Ref) (members.Person, error) {
	p, err := s.Members.Person(r.Context(), ref)
	if errors.Is(err, members.ErrNone) || (err == nil && (p.State == members.Left || p.State == members.Declined)) {
		return p, fault.New(http.StatusGone, "not-in-network")
	}
	return p, err
}

func (s *Service) showPreferences(w http.ResponseWriter, r *http.Request) error {
	p, err := s.reader(r)
	if fault.Is(err, "sign-in-required") {
		query := url.Values{"next": {r.URL.RequestURI()}}
		if chosen := web.ChosenLanguage(r.Context()); chosen != "" {
			query.Set("lang", string(chosen))
		}
		http.Redirect(w, r, "/sign-in?"+query.Encode(), http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	return renderPreferences(w, r, http.StatusOK, p, page.Form{Values: preferenceValues(p.Preferences, p.Language)})
}

func renderPreferences(w http.ResponseWriter, r *http.Request, status int, p members.Person, form page.Form) error {
	form.Area = "preferences"
	return pages.Render(w, r, status, "preferences.html", preferencesData{
		Form: form, Address: p.Address, Token: r.URL.Query().Get("token"), Choices: allChoices(),
		Saved: r.URL.Query().Get("done") == "saved",
	})
}

func (s *Service) savePreferences(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	p, err := s.reader(r)
	if err != nil {
		return err
	}
	prefs, tag := parsePreferences(r.PostForm)
	fields := prefs.Validate("")
	if _, known := language.Parse(string(tag)); !known {
		fields = append(fields, fault.Field{Name: "language", Code: "choice"})
	}
	if len(fields) > 0 {
		return renderPreferences(w, r, http.StatusUnprocessableEntity, p, page.Form{Values: r.PostForm, Errors: fields})
	}
	shown := web.Printer(r.Context())
	err = s.Members.SavePreferences(r.Context(), p.Ref, prefs, tag, members.Consenting{
		How: "preferences", Language: shown.Tag(),
		Texts: map[members.Purpose]string{
			members.ForNewsletter:    members.TextHash(shown.Text("preferences.newsletter")),
			members.ForAnnouncements: members.TextHash(shown.Text("preferences.announcements")),
			members.ForPractices:     members.TextHash(shown.Text("preferences.practices")),
			members.ForFunding:       members.TextHash(shown.Text("preferences.funding")),
		},
	})
	if err != nil {
		return err
	}
	q := url.Values{"done": {"saved"}}
	if link := r.URL.Query().Get("token"); link != "" {
		q.Set("token", link)
	}
	return web.SeeOther(w, r, "/preferences?"+q.Encode())
}

// unsubscribing returns the person and the mail that an unsubscribe link is about.
func (s *Service) unsubscribing(r *http.Request) (members.Person, maillink.Subscription, error) {
	subscription, err := s.Links.Subscription(r.URL.Query().Get("token"))
	if err != nil {
		return members.Person{}, subscription, fault.New(http.StatusBadRequest, "broken-link").Because(err)
	}
	p, err := s.active(r, subscription.Reader)
	return p, subscription, err
}

// unsubscribeData is what the page behind an unsubscribe link shows.
type unsubscribeData struct {
	Kind        maillink.Kind
	Address     string
	Preferences string
	Done        bool
}

func (s *Service) showUnsubscribe(w http.ResponseWriter, r *http.Request) error {
	p, subscription, err := s.unsubscribing(r)
	if err != nil {
		return err
	}
	return pages.Render(w, r, http.StatusOK, "unsubscribe.html", unsubscribeData{Kind: subscription.Kind, Address: p.Address, Preferences: s.Links.Preferences(p.Ref, web.Language(r.Context()))})
}

// purposes are what the kinds of bulk mail were consented to for.
var purposes = map[maillink.Kind]members.Purpose{
	maillink.Newsletter: members.ForNewsletter, maillink.Announcement: members.ForAnnouncements,
	maillink.Practices: members.ForPractices, maillink.Funding: members.ForFunding,
}

// unsubscribe acts at once and answers without a redirect, as RFC 8058 asks: the caller may be a mail
// provider that posts one of two encodings without a cookie. The body is not needed; the link says it all.
func (s *Service) unsubscribe(w http.ResponseWriter, r *http.Request) error {
	p, subscription, err := s.unsubscribing(r)
	kind := subscription.Kind
	if fault.Is(err, "not-in-network") {
		return pages.Render(w, r, http.StatusOK, "unsubscribe.html", unsubscribeData{Kind: kind, Done: true})
	}
	if err != nil {
		return err
	}
	purpose, ok := purposes[kind]
	if !ok {
		return fault.New(http.StatusBadRequest, "broken-link")
	}
	err = s.Members.Unsubscribe(r.Context(), p.Ref, purpose, members.Consenting{How: "one-click", Language: web.Language(r.Context())})
	if err != nil {
		return err
	}
	if subscription.Campaign != "" {
		if err := s.Left(r.Context(), subscription.Campaign, p.Ref.String()); err != nil {
			s.Log.ErrorContext(r.Context(), "not counted who left", "campaign", subscription.Campaign, "error", err)
		}
	}
	return pages.Render(w, r, http.StatusOK, "unsubscribe.html", unsubscribeData{
		Kind: kind, Address: p.Address, Preferences: s.Links.Preferences(p.Ref, web.Language(r.Context())), Done: true,
	})
}
