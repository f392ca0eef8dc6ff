package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/session"
)

// A ledger remembers what the site has accepted, to see afterwards whether it is there. A write without
// an answer is not in it: nobody was promised anything.
type ledger struct {
	mutex         sync.Mutex
	registrations []*registration
	sessions      []string
	drafts        []*draft
	messages      [][2]string // address and marker
	roles         map[members.Ref]string
	frequencies   map[members.Ref]members.Frequency
}

// A registration is an address that applied and perhaps confirmed.
type registration struct {
	address   string
	confirmed atomic.Bool
}

// A draft is a practice that a member writes; one errand alone writes each.
type draft struct {
	id       string
	title    string // the marker in it
	handedIn atomic.Bool
	mutex    sync.Mutex
	words    map[practice.Section]string // saved last
}

func (d *draft) saved(s practice.Section, words string) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.words[s] = words
}

func newLedger() *ledger {
	return &ledger{roles: map[members.Ref]string{}, frequencies: map[members.Ref]members.Frequency{}}
}

func (l *ledger) registered(address string) *registration {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	r := &registration{address: address}
	l.registrations = append(l.registrations, r)
	return r
}

func (l *ledger) drafted(id, title string) *draft {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	d := &draft{id: id, title: title, words: map[practice.Section]string{}}
	l.drafts = append(l.drafts, d)
	return d
}

func (l *ledger) entered(session string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.sessions = append(l.sessions, session)
}

func (l *ledger) written(address, marker string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.messages = append(l.messages, [2]string{address, marker})
}

func (l *ledger) profile(ref members.Ref, role string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.roles[ref] = role
}

func (l *ledger) preferences(ref members.Ref, f members.Frequency) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.frequencies[ref] = f
}

// audit is what looking for everything came to.
type audit struct {
	registrations, confirmed, drafts, saves, handedIn, sessions, messages, profiles, preferences int

	mutex sync.Mutex
	lost  []string
}

func (a *audit) sum() int {
	return a.registrations + a.confirmed + a.drafts + a.saves + a.handedIn + a.sessions + a.messages + a.profiles + a.preferences
}

// miss notes something that was accepted and is not there.
func (a *audit) miss(format string, args ...any) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.lost = append(a.lost, fmt.Sprintf(format, args...))
}

// audit looks for all that was accepted, in the tables and the mailbox. It is called when no request is
// under way any more.
func (l *ledger) audit(ctx context.Context, s site) (*audit, error) {
	a := &audit{}
	people := members.NewStore(s.client, s.names["MembersTable"], time.Now)
	practices := practice.NewStore(s.client, s.names["PracticesTable"], time.Now)
	sessions := session.NewStore(s.client, s.names["SessionsTable"], people, time.Now)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for _, r := range l.registrations {
		a.registrations++
		if r.confirmed.Load() {
			a.confirmed++
		}
		group.Go(func() error { return a.registration(ctx, s, people, r) })
	}
	for _, d := range l.drafts {
		a.drafts++
		a.saves += len(d.words)
		if d.handedIn.Load() {
			a.handedIn++
		}
		group.Go(func() error { return a.draft(ctx, practices, d) })
	}
	for _, id := range l.sessions {
		a.sessions++
		group.Go(func() error { return a.session(ctx, sessions, id) })
	}
	for _, m := range l.messages {
		a.messages++
		group.Go(func() error { return a.message(ctx, s, m[0], m[1]) })
	}
	for ref, role := range l.roles {
		a.profiles++
		group.Go(func() error {
			p, err := people.Person(ctx, ref)
			if err == nil && p.Role != role {
				a.miss("%s was saved as %q and is %q", ref, role, p.Role)
			}
			return err
		})
	}
	for ref, f := range l.frequencies {
		a.preferences++
		group.Go(func() error {
			p, err := people.Person(ctx, ref)
			if err == nil && p.Preferences.Newsletter != f {
				a.miss("%s chose the newsletter %q and has %q", ref, f, p.Preferences.Newsletter)
			}
			return err
		})
	}
	return a, group.Wait()
}

// registration: an application or a person, and the mail with the link.
func (a *audit) registration(ctx context.Context, s site, people *members.Store, r *registration) error {
	person, err := people.PersonByAddress(ctx, r.address)
	switch {
	case err == nil && person.State != members.AwaitingApproval:
		a.miss("%s has confirmed and is %q", r.address, person.State)
	case errors.Is(err, members.ErrNone) && r.confirmed.Load():
		a.miss("%s has confirmed and is nobody", r.address)
	case errors.Is(err, members.ErrNone):
		if _, err = people.ApplicationOf(ctx, r.address); errors.Is(err, members.ErrNone) {
			a.miss("%s has registered and has no application", r.address)
			err = nil
		}
	}
	if err != nil && !errors.Is(err, members.ErrNone) {
		return err
	}
	return a.mailed(ctx, s, r.address, "/confirm?")
}

// message: the mail with what a reader wrote.
func (a *audit) message(ctx context.Context, s site, address, marker string) error {
	return a.mailed(ctx, s, address, marker)
}

func (a *audit) mailed(ctx context.Context, s site, address, text string) error {
	all, err := s.mail(ctx, address)
	if err != nil {
		return err
	}
	for _, m := range all {
		if strings.Contains(m.Text, text) {
			return nil
		}
	}
	a.miss("no mail to %s has %q", address, text)
	return nil
}

// draft: what was saved last of each section, and the version that was handed in.
func (a *audit) draft(ctx context.Context, practices *practice.Store, d *draft) error {
	kept, err := practices.Draft(ctx, d.id)
	if errors.Is(err, practice.ErrNone) {
		a.miss("the practice %s was begun and is not there", d.id)
		return nil
	}
	if err != nil {
		return err
	}
	text := kept.Texts[kept.Original]
	if !strings.Contains(text.Title, d.title) {
		a.miss("the practice %s has the title %q, without %s", d.id, text.Title, d.title)
	}
	for section, words := range d.words {
		if got := *text.At(section); got != words {
			a.miss("%s of the practice %s was saved as %q and is %q", section, d.id, words, got)
		}
	}
	if !d.handedIn.Load() {
		return nil
	}
	p, err := practices.Get(ctx, d.id)
	if err != nil {
		return err
	}
	if _, err = practices.Version(ctx, d.id, 1); errors.Is(err, practice.ErrNone) || p.State != practice.Submitted {
		a.miss("the practice %s was handed in and is %s", d.id, p.State)
		return nil
	}
	return err
}

func (a *audit) session(ctx context.Context, sessions *session.Store, id string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "/", http.NoBody)
	if err != nil {
		return err
	}
	r.AddCookie(&http.Cookie{Name: session.Cookie, Value: id}) //nolint:gosec // it is read, not set
	who, err := sessions.Identify(r)
	if err == nil && who == nil {
		a.miss("somebody signed in and has no session")
	}
	return err
}
