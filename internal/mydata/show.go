package mydata

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// shownData is what people see of their data.
type shownData struct {
	Organisation members.Organisation
	Person       members.Person
	Consents     []page.Event
	Sessions     int
	Export       Job // the latest one
	Parts        []partView
}

// partView is one row of the privacy page with how much of it an export found.
type partView struct {
	Stored string
	Count  int
}

func (s *Service) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	org, p, _, err := s.me(r)
	if err != nil {
		return err
	}
	data := shownData{Organisation: org, Person: p}
	consents, err := s.Members.Consents(ctx, p.Ref)
	if err != nil {
		return err
	}
	data.Consents = events(web.Printer(ctx), consents)
	sessions, err := s.Sessions.Of(ctx, p.Ref.String())
	if err != nil {
		return err
	}
	data.Sessions = len(sessions)
	if data.Export, err = s.export(ctx, p.Ref); err != nil {
		return err
	}
	for _, stored := range order() {
		if n := data.Export.Items[stored]; n > 0 {
			data.Parts = append(data.Parts, partView{stored, n})
		}
	}
	return pages.Render(w, r, http.StatusOK, "mydata.html", data)
}

// export returns a person's latest export, or the zero job.
func (s *Service) export(ctx context.Context, ref members.Ref) (Job, error) {
	j, err := s.Jobs.job(ctx, Export, ref.String())
	if errors.Is(err, errNone) {
		return Job{}, nil
	}
	return j, err
}

// events says in words what a person agreed to and withdrew, the latest first.
func events(p *language.Printer, record []members.Consent) []page.Event {
	all := make([]page.Event, 0, len(record))
	for _, c := range slices.Backward(record) {
		key := "mydata.given."
		if !c.Given {
			key = "mydata.withdrawn."
		}
		all = append(all, page.Event{When: c.At, Text: p.Text(key + string(c.Purpose)), Detail: how(p, c)})
	}
	return all
}

// ways are how consent can have been given or withdrawn; a consent to be a contact names the practice.
var ways = []string{"registration", "invitation", "preferences", "one-click", "leaving"}

func how(p *language.Printer, c members.Consent) string {
	text := p.Text("mydata.how.practice")
	if slices.Contains(ways, c.How) {
		text = p.Text("mydata.how." + c.How)
	}
	if c.Text == "" {
		return text
	}
	return text + " " + p.Text("mydata.words", "Language", p.Language(c.Language), "Hash", c.Text[:min(12, len(c.Text))])
}

// order is that of the rows of the privacy page in [Holdings].
func order() []string {
	var all []string
	for _, h := range append(slices.Clone(Holdings), Holding{Stored: "other"}) {
		if !slices.Contains(all, h.Stored) {
			all = append(all, h.Stored)
		}
	}
	return all
}
