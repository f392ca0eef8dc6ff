package desk

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

func isNone(err error) bool { return errors.Is(err, members.ErrNone) }

// organisationData is what the page of one organisation shows.
type organisationData struct {
	Organisation members.Organisation
	// Speaks lists the languages that the organisation works in.
	Speaks  string
	People  []personData
	Similar []page.Card
	Actions []members.Action
	Owed    int
	History []page.Event
	// Done is what the notice at the top says was done, Refused what a fault says instead.
	Done    string
	Refused string
}

// personData is what the page says about one person.
type personData struct {
	members.Person
	Consents []page.Event
	// Actions are the parts of the path below the person that may be asked for.
	Actions []string
}

// doneNotices are what an address may say was done.
var doneNotices = []string{
	"approve", "decline", "suspend", "reinstate", "mail", "mail-soon",
	"person-approve", "person-decline", makeCoordinator, unmakeCoordinator, resetFactor,
}

func (s *Service) showOrganisation(w http.ResponseWriter, r *http.Request) error {
	done := r.URL.Query().Get("done")
	if !slices.Contains(doneNotices, done) {
		done = ""
	}
	return s.renderOrganisation(w, r, http.StatusOK, organisationData{Done: done})
}

// renderOrganisation shows the organisation as it is now, with the notice that data brings.
func (s *Service) renderOrganisation(w http.ResponseWriter, r *http.Request, status int, data organisationData) error {
	org, people, err := s.organisation(r)
	if err != nil {
		return err
	}
	words, who := web.Printer(r.Context()), web.Who(r.Context())
	data.Organisation, data.Actions, data.Speaks = org, openActions(org, who), speaks(words, org.Languages)
	data.History = append(data.History, page.Event{When: org.CreatedAt, Text: words.Text("desk.history.registered")})
	if d := org.Decision; d.Action != "" {
		data.History = slices.Insert(data.History, 0, decisionEvent(words, d))
	}
	consents, err := s.consents(r.Context(), people)
	if err != nil {
		return err
	}
	for i, p := range people {
		data.People = append(data.People, personData{p, consentEvents(words, consents[i]), personActions(org, p, who)})
		if p.Owed() {
			data.Owed++
		}
	}
	if org.State == members.AwaitingApproval {
		if data.Similar, err = s.similar(r, org); err != nil {
			return err
		}
	}
	return pages.Render(w, r, status, "organisation.html", data)
}

func speaks(p *language.Printer, codes []string) string {
	names := make([]string, len(codes))
	for i, code := range codes {
		names[i] = p.Language(language.Tag(code))
	}
	return strings.Join(names, ", ")
}

// openActions are the decisions about an organisation that this coordinator may take: none about
// the secretariat, and no suspension of one's own.
func openActions(org members.Organisation, who *web.Identity) []members.Action {
	if org.ID == members.Secretariat || isOwn(org.ID, who) {
		return nil
	}
	return org.State.Actions()
}

func isOwn(organisation string, who *web.Identity) bool {
	ref, err := members.ParseRef(who.Member)
	return err == nil && ref.Organisation == organisation
}

// personActions are what may be decided about a person: whether a colleague may join a member, and
// who is a coordinator, except oneself.
func personActions(org members.Organisation, p members.Person, who *web.Identity) []string {
	switch {
	case p.State == members.AwaitingApproval && org.State == members.Member:
		return []string{string(members.Approve), string(members.Decline)}
	case p.State == members.AwaitingApproval && org.State != members.AwaitingApproval:
		return []string{string(members.Decline)}
	case p.State != members.Member || p.Ref.String() == who.Member:
		return nil
	case p.Coordinator:
		return []string{unmakeCoordinator, resetFactor}
	}
	return []string{makeCoordinator}
}

func decisionEvent(p *language.Printer, d members.Decision) page.Event {
	return page.Event{When: d.At, Text: p.Text("desk.history."+string(d.Action), "Name", d.By), Detail: d.Note}
}

// consents returns each person's consent record.
func (s *Service) consents(ctx context.Context, people []members.Person) ([][]members.Consent, error) {
	all := make([][]members.Consent, len(people))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i, p := range people {
		group.Go(func() error {
			var err error
			all[i], err = s.Members.Consents(ctx, p.Ref)
			return err
		})
	}
	return all, group.Wait()
}

// consentEvents sums the record up: the last word on each purpose, the latest first.
func consentEvents(p *language.Printer, record []members.Consent) []page.Event {
	var events []page.Event
	seen := map[members.Purpose]bool{}
	for _, c := range slices.Backward(record) {
		if seen[c.Purpose] {
			continue
		}
		seen[c.Purpose] = true
		key := "desk.consent.given."
		if !c.Given {
			key = "desk.consent.withdrawn."
		}
		events = append(events, page.Event{When: c.At, Text: p.Text(key + string(c.Purpose))})
	}
	return events
}

// similar returns cards of organisations that may be the same one.
func (s *Service) similar(r *http.Request, org members.Organisation) ([]page.Card, error) {
	found, err := s.Members.Similar(r.Context(), org)
	if err != nil {
		return nil, err
	}
	p := web.Printer(r.Context())
	var cards []page.Card
	for _, o := range found {
		tag := page.Tag{Tone: "plain", Text: p.Text("state." + string(o.State))}
		meta := place(p, o.Profile)
		if o.Website != "" {
			meta = append(meta, o.Website)
		}
		cards = append(cards, page.Card{Title: o.Name, URL: web.Link(r, organisationPath(o.ID)), Meta: meta, Tag: &tag})
	}
	return cards, nil
}
