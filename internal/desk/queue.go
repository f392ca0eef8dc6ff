package desk

import (
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// maxShown is how many entries each part of the queue shows; their number is always exact.
const maxShown = 50

// queueData is what the desk's first page shows.
type queueData struct {
	Registrations, Colleagues, Owed []page.Card
	// Waiting and Asking are how many registrations and colleagues there are, More says that there
	// are even more.
	Waiting, Asking int
	More            bool
	Imports         []Import
	// Practices is how many practices wait for a review.
	Practices   int
	Unconfirmed int
	// ManyUnconfirmed says that Unconfirmed is only what was counted.
	ManyUnconfirmed bool
}

// Nothing reports whether nothing waits for a coordinator.
func (d queueData) Nothing() bool {
	return d.Waiting == 0 && d.Asking == 0 && len(d.Owed) == 0 && len(d.Imports) == 0 && d.Practices == 0
}

func (s *Service) showQueue(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q, err := s.Members.Queue(ctx)
	if err != nil {
		return err
	}
	owed, _, err := s.Members.Owed(ctx, maxShown)
	if err != nil {
		return err
	}
	words := web.Printer(ctx)
	data := queueData{Waiting: len(q.Organisations), Asking: len(q.Colleagues), More: q.More}
	for _, org := range q.Organisations[:min(maxShown, len(q.Organisations))] {
		data.Registrations = append(data.Registrations, page.Card{
			Title: org.Name, URL: web.Link(r, organisationPath(org.ID)),
			Meta: append(place(words, org.Profile), waited(words, s.Now(), org.CreatedAt)),
		})
	}
	for _, c := range q.Colleagues[:min(maxShown, len(q.Colleagues))] {
		data.Colleagues = append(data.Colleagues, page.Card{
			Title: c.Person.Name, URL: web.Link(r, organisationPath(c.Organisation.ID)),
			Meta: []string{c.Organisation.Name, waited(words, s.Now(), c.Person.CreatedAt)},
		})
	}
	for _, c := range owed {
		tag := page.Tag{Tone: "bad", Text: words.Text("desk.owed." + string(c.Person.State))}
		data.Owed = append(data.Owed, page.Card{
			Title: c.Person.Name, URL: web.Link(r, organisationPath(c.Organisation.ID)), Meta: []string{c.Organisation.Name}, Tag: &tag,
		})
	}
	if data.Imports, err = s.Imports(ctx); err != nil {
		return err
	}
	if data.Practices, err = s.Practices(ctx); err != nil {
		return err
	}
	if data.Unconfirmed, data.ManyUnconfirmed, err = s.Members.CountApplications(ctx); err != nil {
		return err
	}
	return pages.Render(w, r, http.StatusOK, "queue.html", data)
}

// place says what an organisation is and where, as far as it is known.
func place(p *language.Printer, profile members.Profile) []string {
	meta := []string{p.Text("kind." + string(profile.Kind))}
	where := p.Country(profile.Country)
	if profile.Place != "" {
		where = profile.Place + ", " + where
	}
	return append(meta, where)
}

// waited says for how long something has waited, in whole days.
func waited(p *language.Printer, now, since time.Time) string {
	days := int(now.Sub(since) / (24 * time.Hour))
	if days < 1 {
		return p.Text("desk.waits.today")
	}
	return p.Text("desk.waits", "Count", days)
}
