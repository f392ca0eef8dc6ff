package practicenews

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// ReminderKind is the kind of campaigns that remind coordinators of what waits for a review. Their
// recipients are references to people.
const ReminderKind = "review-reminder"

// maxReminded is how many practices a reminder lists. The queue has them all.
const maxReminded = 50

// Reminders mails to coordinators what has waited too long.
type Reminders struct {
	Readers
	Practices *practice.Store
	Site      mail.Site
	From      mail.Address // the address for transactional mail: it comes with the role
}

// Kind returns the kind of these campaigns. Nothing of theirs is sent again: what still waits is in the
// reminder of the next week, and on the desk.
func (r *Reminders) Kind() dissemination.Kind {
	return dissemination.Kind{Open: r.open, Unknown: dissemination.Drop}
}

func (r *Reminders) open(ctx context.Context, c dissemination.Campaign) (dissemination.Content, error) {
	m := &reminder{Reminders: r, at: c.Due}
	for cursor, more := "", true; more; more = cursor != "" && len(m.late) < maxReminded {
		page, next, err := r.Practices.Waiting(ctx, cursor)
		if err != nil {
			return dissemination.Content{}, err
		}
		for _, v := range page {
			if !late(v, m.at) { // so are all that follow
				next = ""
				break
			}
			m.late = append(m.late, v)
		}
		cursor = next
	}
	return dissemination.Content{Recipients: m.recipients, Compose: m.compose}, nil
}

// reminder is one reminder on its way.
type reminder struct {
	*Reminders
	at   time.Time
	late []practice.WaitingVersion // the oldest first
}

// recipients names the coordinators.
func (r *reminder) recipients(ctx context.Context, cursor string, limit int) ([]string, string, error) {
	people, next, err := r.Members.Audience(ctx, cursor, int32(min(limit, 1000))) //nolint:gosec // bounded
	var refs []string
	for _, p := range people {
		if p.Coordinator {
			refs = append(refs, p.Ref.String())
		}
	}
	return refs, next, err
}

// compose writes to those who still are coordinators, about what they may decide on: that is nothing of
// their own organisation.
func (r *reminder) compose(ctx context.Context, recipients []string) ([]dissemination.Draft, error) {
	return r.Readers.compose(ctx, recipients, func(p members.Person) (mail.Message, string, error) {
		var open []practice.WaitingVersion
		for _, v := range r.late {
			if v.Organisation != p.Organisation {
				open = append(open, v)
			}
		}
		switch {
		case !p.Coordinator:
			return mail.Message{}, "no-coordinator", nil
		case len(open) == 0:
			return mail.Message{}, "nothing-waits", nil
		}
		m, err := r.letter(language.For(p.Language), open).Message(r.Site, r.From, mail.Address{Name: p.Name, Email: p.Address})
		return m, "", err
	})
}

func (r *reminder) letter(words *language.Printer, open []practice.WaitingVersion) mail.Letter {
	const queue = "/desk/practices"
	in := "?lang=" + string(words.Tag())
	list := mail.Section{Heading: words.Text("practicenews.late.list")}
	for _, v := range open {
		item := mail.Item{
			Title: v.Title, URL: r.Site.URL + queue + "/" + v.Practice + "/versions/" + strconv.Itoa(v.Number) + in,
			Mark:  words.Text("practicenews.waits", "Count", int(r.at.Sub(v.SubmittedAt)/(24*time.Hour))),
			Lines: []string{v.OrganisationName + " (" + words.Country(v.Country) + ")"},
			Why:   words.Text("practicenews.nobody"),
		}
		if v.Update {
			item.Lines = append(item.Lines, words.Text("practicenews.update"))
		}
		if len(v.Reviewers) > 0 {
			item.Why = words.Text("practicenews.reviewers", "Names", strings.Join(slices.Sorted(maps.Values(v.Reviewers)), ", "))
		}
		list.Items = append(list.Items, item)
	}
	return mail.Letter{
		Language: words.Tag(),
		Subject:  words.Text("practicenews.late", "Count", len(open)),
		Heading:  words.Text("practicenews.late.heading"),
		Body:     []string{words.Text("practicenews.late.body")},
		Digest:   mail.Digest{Sections: []mail.Section{list}},
		Action:   &mail.Action{Label: words.Text("practicenews.queue"), URL: r.Site.URL + queue + in},
		Reason:   words.Text("practicenews.late.reason"),
	}
}
