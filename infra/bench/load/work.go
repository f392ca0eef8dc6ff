package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/session"
)

// signedIn is a member with a session. Each is on one errand at a time.
type signedIn struct {
	organisation int
	session      string // its id
}

// counter marks what is written, so that it is found again, and not mistaken for what an earlier run wrote
// into the same tables.
type counter struct {
	run string
	n   atomic.Int64
}

func newCounter() *counter { return &counter{run: strings.ToLower(rand.Text()[:6])} }

func (c *counter) marker() string { return fmt.Sprintf("mark-%s-%d", c.run, c.n.Add(1)) }

// mailTime is how long people wait for a mail, and mailPoll how often they look.
const (
	mailTime = 40 * time.Second
	mailPoll = 300 * time.Millisecond
)

// linkTo waits for a mail to an address with a link to a path of the site, and returns the newest.
func (v *visitor) linkTo(ctx context.Context, address, path string) (string, error) {
	site := v.traffic.site
	pattern := regexp.MustCompile(regexp.QuoteMeta(site.url+path) + `\?\S+`)
	for end := time.Now().Add(mailTime); time.Now().Before(end); {
		all, err := site.mail(ctx, address)
		if err != nil {
			return "", err
		}
		for i := len(all) - 1; i >= 0; i-- {
			if link := pattern.FindString(all[i].Text); link != "" {
				return strings.TrimPrefix(link, site.url), nil
			}
		}
		select {
		case <-time.After(mailPoll):
		case <-v.traffic.over:
			return "", errOver
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	return "", errors.New("no mail with a link to " + path)
}

// register applies for an organisation and confirms by the mailed link.
func (t *town) register(ctx context.Context, v *visitor) error {
	a, err := v.get(ctx, "register: form", "/register")
	if err != nil {
		return err
	}
	marker := t.next.marker()
	address := marker + "@new.example"
	to, values, err := fill(a, "/register", "", url.Values{
		"organisation.kind": {"localAuthority"}, "organisation.name": {"New Town " + marker}, "organisation.country": {"CY"},
		"organisation.place": {"Town"}, "organisation.population": {"5to20k"}, "organisation.topics": t.shuffledTopics(v),
		"representative.name": {"Anna New"}, "representative.address": {address}, "representative.language": {"en"},
		"mail.newsletter": {"every"}, "consent": {"yes"},
	})
	if err != nil {
		return err
	}
	if _, err := v.post(ctx, "register: send", to, values); err != nil {
		return err
	}
	kept := v.traffic.ledger.registered(address)
	link, err := v.linkTo(ctx, address, "/confirm")
	if err != nil {
		return err
	}
	if a, err = v.get(ctx, "confirm: page", link); err != nil {
		return err
	}
	if to, values, err = fill(a, link, "", nil); err != nil {
		return err
	}
	if _, err = v.post(ctx, "confirm: button", to, values); err == nil {
		kept.confirmed.Store(true)
	}
	return err
}

// signIn takes the way over the mailed link, to the first page.
func (t *town) signIn(ctx context.Context, v *visitor) error {
	a, err := v.get(ctx, "sign-in: form", "/sign-in")
	if err != nil {
		return err
	}
	// Somebody else each time: nobody gets two such mails within a minute.
	first := t.sessions()
	address := addressOf(first+int(t.entering.Add(1))%(min(t.organisations(), complete)-first), false)
	to, values, err := fill(a, "/sign-in", "/sign-in", url.Values{"address": {address}})
	if err != nil {
		return err
	}
	if a, err = v.post(ctx, "sign-in: ask for a link", to, values); err != nil {
		return err
	}
	if _, err := v.get(ctx, "sign-in: look for the mail", a.location); err != nil {
		return err
	}
	link, err := v.linkTo(ctx, address, "/sign-in/link")
	if err != nil {
		return err
	}
	if a, err = v.get(ctx, "sign-in: open the link", link); err != nil {
		return err
	}
	if to, values, err = fill(a, link, "/sign-in/link", nil); err != nil {
		return err
	}
	if a, err = v.post(ctx, "sign-in: enter", to, values); err != nil {
		return err
	}
	id := a.cookies[session.Cookie]
	if id == "" {
		return errors.New("signing in gave no session")
	}
	v.traffic.ledger.entered(id)
	_, err = v.get(ctx, "sign-in: first page", a.location)
	return err
}

// as lends a member's session to a visitor until the errand is done.
func (t *town) as(ctx context.Context, v *visitor, do func(signedIn) error) error {
	select {
	case m := <-t.members:
		defer func() { t.members <- m }()
		v.cookies[session.Cookie] = m.session
		return do(m)
	case <-v.traffic.over:
		return errOver
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *town) saveProfile(ctx context.Context, v *visitor) error {
	return t.as(ctx, v, func(m signedIn) error {
		a, err := v.get(ctx, "profile: page", "/profile")
		if err != nil {
			return err
		}
		marker := t.next.marker()
		to, values, err := fill(a, "/profile", "/profile", url.Values{"role": {"Officer " + marker}})
		if err != nil {
			return err
		}
		if a, err = v.post(ctx, "profile: save", to, values); err != nil {
			return err
		}
		v.traffic.ledger.profile(ref(m.organisation, false), "Officer "+marker)
		_, err = v.get(ctx, "profile: page", a.location)
		return err
	})
}

func (t *town) savePreferences(ctx context.Context, v *visitor) error {
	return t.as(ctx, v, func(m signedIn) error {
		a, err := v.get(ctx, "preferences: page", "/preferences")
		if err != nil {
			return err
		}
		frequency := string(members.Frequencies[v.traffic.chance.intN(len(members.Frequencies))])
		to, values, err := fill(a, "/preferences", "", url.Values{"newsletter": {frequency}})
		if err != nil {
			return err
		}
		if a, err = v.post(ctx, "preferences: save", to, values); err != nil {
			return err
		}
		v.traffic.ledger.preferences(ref(m.organisation, false), members.Frequency(frequency))
		_, err = v.get(ctx, "preferences: page", a.location)
		return err
	})
}

// steps are the steps of a practice after the first: a section whose words are new each time that it is
// saved, and what else is typed.
var steps = []struct {
	name    string
	section practice.Section
	typed   url.Values
}{
	{"practice", "partners", url.Values{
		"challenge": {"Nobody understood the doctors, and nobody knew whom to ask."}, "goal": {"Everybody is understood."},
		"howItWorks": {"- The clinic calls\n- An **interpreter** comes\n- The town pays once a month"},
	}},
	{"place", "beneficiaries", url.Values{"municipality": {"Town"}, "population": {"5to20k"}, "country": {"CY"}, "themes": {"health"}, "targets": {"refugees"}}},
	{"results", "resources", url.Values{
		"status": {"running"}, "begin": {"2024-03"}, "cost": {"under10k"}, "evidence": {"monitoring"}, "results": {"Fewer missed visits."},
	}},
	{"learning", "lessons", url.Values{"transferability": {"Any town with a clinic."}}},
}

// submit describes a practice: begins a draft, saves each step by the page's own saving and by the
// button, and hands it in.
func (t *town) submit(ctx context.Context, v *visitor) error {
	return t.as(ctx, v, func(signedIn) error {
		a, err := v.get(ctx, "practice: begin", "/my-practices/new")
		if err != nil {
			return err
		}
		marker := t.next.marker()
		to, values, err := fill(a, "/my-practices/new", "", url.Values{
			"title": {"Interpreters at the clinic " + marker}, "summary": {"At every visit somebody speaks your language. " + marker}, "act": {"next"},
		})
		if err != nil {
			return err
		}
		if a, err = v.post(ctx, "practice: first save", to, values); err != nil {
			return err
		}
		id := strings.Split(strings.TrimPrefix(a.location, v.traffic.site.url), "/")[2]
		d := v.traffic.ledger.drafted(id, marker)
		for _, step := range steps {
			if err := t.saveStep(ctx, v, d, step.name, step.section, step.typed); err != nil {
				return err
			}
		}
		return t.handIn(ctx, v, d)
	})
}

// saveStep opens a step, saves it twice as the script of the page does, and then by the button.
func (t *town) saveStep(ctx context.Context, v *visitor, d *draft, step string, section practice.Section, typed url.Values) error {
	path := "/my-practices/" + d.id + "/" + step
	a, err := v.get(ctx, "practice: open a step", path)
	if err != nil {
		return err
	}
	to, values, err := fill(a, path, "", typed)
	if err != nil {
		return err
	}
	for _, act := range []string{"autosave", "autosave", "next"} {
		words := "Written " + t.next.marker()
		values.Set(string(section), words)
		values.Set("act", act)
		kind := "practice: autosave"
		if act == "next" {
			kind = "practice: save a step"
		}
		if a, err = v.post(ctx, kind, to, values); err != nil {
			return err
		}
		d.saved(section, words)
		if act == "autosave" { // it tells what the next save begins from
			var saved struct{ Was map[string]string }
			if err := json.Unmarshal(a.body, &saved); err != nil {
				return err
			}
			for field, was := range saved.Was {
				values.Set("was."+field, was)
			}
		}
	}
	return nil
}

func (t *town) handIn(ctx context.Context, v *visitor, d *draft) error {
	path := "/my-practices/" + d.id + "/check"
	a, err := v.get(ctx, "practice: check", path)
	if err != nil {
		return err
	}
	to, values, err := fill(a, path, "", nil)
	if err != nil {
		return err
	}
	if a, err = v.post(ctx, "practice: hand in", to, values); err != nil {
		return err
	}
	if !strings.Contains(a.location, "done=submitted") {
		return fmt.Errorf("handing in leads to %q (%s)", a.location, http.StatusText(a.status))
	}
	d.handedIn.Store(true)
	return nil
}
