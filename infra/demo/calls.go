package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/portal"
	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/members"
)

// funding is an invented call, in the form of the real ones of its programme. Days count from today.
type funding struct {
	source, id, programme, title string
	summary                      string
	opens                        int
	deadlines                    []int
	model                        call.Model
	budget                       int64 // euros
	grants, rate, partners       int
	applicants                   []members.Kind
	countries                    []string
	topics                       topics
	language                     string
}

var (
	publicBodies = []members.Kind{"localAuthority", "region"}
	publicAndNGO = []members.Kind{"localAuthority", "region", "association", "ngo"}
	associations = []members.Kind{"association", "ngo"}
	anybody      = []members.Kind{"localAuthority", "region", "association", "ngo", "academic", "international"}
)

// record makes the call as its source would have it on the day that the clock shows.
func (f funding) record(today time.Time) call.Record {
	r := call.Record{Source: f.source, ID: f.id, Rank: call.RankForm, Content: call.Content{
		Title: f.title, Programme: f.programme, Kind: call.National, Reference: f.id, Summary: f.summary, Model: f.model,
		Opens: call.DateOf(today.AddDate(0, 0, f.opens)), Budget: call.Money{Amount: f.budget, Currency: "EUR"}, Grants: f.grants, Rate: f.rate,
		Eligibility: call.Eligibility{Applicants: f.applicants, Countries: f.countries, Partners: f.partners},
		Topics:      f.topics, Language: f.language, PartnerSearch: f.partners > 1,
		Links: []call.Link{{URL: "https://funding.example/calls/" + f.id}},
	}}
	if f.source == "portal" {
		r.Kind, r.Rank, r.Keys = call.Grant, call.RankPortal, []string{call.TopicKey(f.id)}
	}
	if f.source == "interreg" {
		r.Kind, r.Rank = call.Grant, call.RankIndex
	}
	if f.grants > 0 {
		r.MostGrant = call.Money{Amount: f.budget / int64(f.grants), Currency: "EUR"}
		r.LeastGrant = call.Money{Amount: f.budget / int64(2*f.grants), Currency: "EUR"}
	}
	for _, d := range f.deadlines {
		deadline := call.Deadline{Day: call.DateOf(today.AddDate(0, 0, d))}
		if f.source == "portal" {
			deadline.CutOff = "17:00"
		}
		r.Deadlines = append(r.Deadlines, deadline)
	}
	r.Text = f.text()
	return r.Clean()
}

// text is the summary in the form of a call's document.
func (f funding) text() call.Text {
	if f.language == "el" {
		return call.Text("## Στόχος\n\n" + f.summary + "\n\n## Τι χρηματοδοτείται\n\n- Υπηρεσίες για νέους κατοίκους\n- Κατάρτιση του προσωπικού\n- " +
			"Ανταλλαγή εμπειριών με άλλους δήμους\n\nΗ πρόταση περιγράφει τις ανάγκες του δήμου, τους εταίρους και τι συνεχίζεται μετά το τέλος του έργου.")
	}
	return call.Text("## Objective\n\n" + f.summary + "\n\n## What is funded\n\n- Services for new residents\n- Training of staff\n- " +
		"Exchange with other municipalities\n\nA proposal describes what the town needs, who takes part, and what goes on after the project.")
}

// fund writes the calls, and later what changed about some of them: a deadline that was extended, a
// budget that grew, a call that was taken back.
func (n *network) fund(ctx context.Context, today time.Time) error {
	n.clock.at = today.Add(-20 * day)
	records := make([]call.Record, 0, len(fundings))
	for _, f := range fundings {
		records = append(records, f.record(today))
	}
	original := func(id string, change func(*call.Record)) {
		for i := range records {
			if records[i].ID == id {
				change(&records[i])
			}
		}
	}
	original("CERV-2027-CITIZENS-TOWN-NT", func(r *call.Record) { r.Deadlines[0].Day = call.DateOf(today.AddDate(0, 0, 10)) })
	original("AMIF-2027-TF2-AG-INTE-04", func(r *call.Record) { r.Budget.Amount = 12_000_000 })
	if _, err := n.calls.Upsert(ctx, "", records); err != nil {
		return fmt.Errorf("demo: calls: %w", err)
	}
	n.clock.at = today.Add(-2 * day)
	for i, f := range fundings {
		records[i] = f.record(today)
	}
	original("gr-housing-2", func(r *call.Record) { r.Withdrawn = true })
	if _, err := n.calls.Upsert(ctx, "", records); err != nil {
		return fmt.Errorf("demo: calls: %w", err)
	}
	return n.calls.Compact(ctx)
}

// PortalCalls are what the stand-in for the sources has, for the import of a first run to find.
func PortalCalls(now time.Time) []portal.Call {
	in := func(days int) string { return string(call.DateOf(now.AddDate(0, 0, days))) }
	conditions := "<p>Eligible applicants are local and regional authorities and non-profit organisations. Proposals must be submitted by at least 3 " +
		"organisations from at least 2 different EU Member States. The EU co-financing rate is 90 %.</p>"
	calls := []portal.Call{
		{Type: portal.Topic, ID: "AMIF-2027-TF2-AG-INTE-07-WOMEN", Title: "Integration of migrant women into local labour markets", Programme: "43251447",
			Opens: in(-1), Deadlines: []string{in(95)}, Model: "single-stage", Budget: 14_000_000, Grants: 10, Keywords: []string{"women", "employment", "integration"}},
		{Type: portal.Topic, ID: "CERV-2027-CITIZENS-REM", Title: "European remembrance in towns of arrival", Programme: "43251589",
			Opens: in(-3), Deadlines: []string{in(60)}, Model: "single-stage", Budget: 9_000_000, Grants: 30, Keywords: []string{"citizens", "identity"}},
		{Type: portal.Cascade, ID: "15102", Topic: "HORIZON-CL2-2026-TRANSFORMATIONS-02", Title: "Small grants for towns that test digital interpreters", Programme: "43108390",
			Opens: in(-4), Deadlines: []string{in(30), in(120)}, Model: "multiple cut-off", Budget: 600_000},
		{Type: portal.External, ID: "188204", Topic: "EuropeAid/188204/DD/ACT/Multi", Title: "Partnerships of local authorities with cities of origin", Programme: "111111",
			Opens: in(-6), Deadlines: []string{in(75)}, Model: "single-stage", Budget: 5_000_000},
		{Type: portal.Interreg, ID: "2211", Title: "Public services across the border for new residents", Programme: "Greece-Cyprus",
			Opens: in(-8), Deadlines: []string{in(50)}, Keywords: []string{"social inclusion"}, Countries: []string{"EL42", "EL43", "CY00"}},
	}
	for i := range calls {
		calls[i].Description = `<p class="topicdescriptionkind">Scope:</p><p>Projects show how towns of every size can do this with the offices that they have, and what ` +
			`they need from others.</p><ul><li>Work with those concerned</li><li>Results that other towns can use</li></ul>`
		calls[i].Conditions = conditions
	}
	return calls
}
