package fundingalerts

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Post mails alerts.
type Post struct {
	Alerts       *Store
	Calls        *call.Store
	Members      *members.Store
	Suppressions *members.Suppressions
	Site         mail.Site
	From         mail.Address // the address for bulk mail
	Links        maillink.Links
}

// Kind returns the kind of these campaigns. Nothing of theirs is sent again: what a lost mail told is
// in the next one.
func (p *Post) Kind() dissemination.Kind {
	return dissemination.Kind{Open: p.open, Unknown: dissemination.Drop}
}

// open returns the alerts of a run.
func (p *Post) open(_ context.Context, c dissemination.Campaign) (dissemination.Content, error) {
	m := &mailing{Post: p, run: c.Subject, calls: map[string]call.Call{}, diffs: map[versions][]call.Difference{}}
	return dissemination.Content{Recipients: m.recipients, Compose: m.compose}, nil
}

// mailing is the alerts of one run on their way.
type mailing struct {
	*Post
	run   string
	calls map[string]call.Call // read so far
	diffs map[versions][]call.Difference
}

// recipients names those for whom the run wrote an alert, shard by shard.
func (m *mailing) recipients(ctx context.Context, cursor string, limit int) ([]string, string, error) {
	shard, after := 0, ""
	if cursor != "" {
		number, person, _ := strings.Cut(cursor, "#")
		var err error
		if shard, err = strconv.Atoi(number); err != nil || shard < 0 || shard >= interest.Shards {
			return nil, "", fmt.Errorf("fundingalerts: cursor %q", cursor)
		}
		after = person
	}
	for ; shard < interest.Shards; shard, after = shard+1, "" {
		alerts, err := m.Alerts.alerts(ctx, m.run, shard, after, int32(min(limit, 1000))) //nolint:gosec // bounded
		if err != nil {
			return nil, "", err
		}
		if len(alerts) == 0 {
			continue
		}
		refs := make([]string, len(alerts))
		for i, a := range alerts {
			refs[i] = a.Person.String()
		}
		return refs, strconv.Itoa(shard) + "#" + refs[len(refs)-1], nil
	}
	return nil, "", nil
}

// compose writes to those who are still members and still want mail about funding.
func (m *mailing) compose(ctx context.Context, recipients []string) ([]dissemination.Draft, error) {
	refs := make([]members.Ref, len(recipients))
	for i, s := range recipients {
		var err error
		if refs[i], err = members.ParseRef(s); err != nil {
			return nil, fmt.Errorf("fundingalerts: recipient: %w", err)
		}
	}
	people, err := m.Members.People(ctx, refs)
	if err != nil {
		return nil, err
	}
	byRef, addresses := map[members.Ref]members.Person{}, []string{}
	for _, p := range people {
		byRef[p.Ref], addresses = p, append(addresses, p.Address)
	}
	suppressed, err := m.Suppressions.Reasons(ctx, addresses)
	if err != nil {
		return nil, err
	}
	alerts, err := m.Alerts.alertsOf(ctx, m.run, refs)
	if err != nil {
		return nil, err
	}
	if err := m.read(ctx, alerts); err != nil {
		return nil, err
	}
	drafts := make([]dissemination.Draft, len(refs))
	for i, ref := range refs {
		p, known := byRef[ref]
		if drafts[i].Reason = refusal(p, known, suppressed[p.Address]); drafts[i].Reason != "" {
			continue
		}
		if drafts[i].Message, err = m.message(ctx, p, alerts[ref]); err != nil {
			return nil, err
		}
	}
	return drafts, nil
}

// refusal returns why a person gets no mail about funding, or "".
func refusal(p members.Person, known bool, suppressed string) string {
	switch {
	case !known:
		return "gone"
	case p.State != members.Member:
		return "no-member"
	case p.Suppressed != "":
		return p.Suppressed
	case suppressed != "":
		return suppressed
	case !p.Preferences.Funding:
		return "unsubscribed"
	}
	return ""
}

// read reads the calls that alerts name, each once in a mailing.
func (m *mailing) read(ctx context.Context, alerts map[members.Ref]alert) error {
	var missing []string
	for _, a := range alerts {
		for _, e := range a.Entries {
			if _, ok := m.calls[e.Call]; !ok {
				missing = append(missing, e.Call)
				m.calls[e.Call] = call.Call{}
			}
		}
	}
	found, err := m.Calls.Calls(ctx, missing)
	for _, c := range found {
		m.calls[c.ID] = c
	}
	return err
}

// changed returns how a call differs from the version that somebody knew.
func (m *mailing) changed(ctx context.Context, c *call.Call, from int) ([]call.Difference, error) {
	key := versions{c.ID, from, c.Version}
	if found, ok := m.diffs[key]; ok {
		return found, nil
	}
	found, err := differences(ctx, m.Calls, c, from)
	if errors.Is(err, call.ErrNone) {
		err = nil
	}
	m.diffs[key] = found
	return found, err
}

func (m *mailing) message(ctx context.Context, p members.Person, a alert) (mail.Message, error) {
	letter, err := m.letter(ctx, p, a)
	if err != nil {
		return mail.Message{}, err
	}
	edition, err := letter.Edition()
	if err != nil {
		return mail.Message{}, fmt.Errorf("fundingalerts: %w", err)
	}
	return edition.To(mail.Reader{
		Address:        mail.Address{Name: p.Name, Email: p.Address},
		PreferencesURL: m.Links.Preferences(p.Ref, letter.Language),
		UnsubscribeURL: m.Links.UnsubscribeFrom(m.run, p.Ref, maillink.Funding, letter.Language),
	})
}
