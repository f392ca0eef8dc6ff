package fundingimport

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/internal/call"
)

// cutOff is the time at which the portal closes on the day of a deadline, in Brussels. The search API
// does not say it.
const cutOff = "17:00"

// topicPage is where people read about a topic.
const topicPage = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/topic-details/"

// topic makes a record of a grant topic.
func topic(m metadata) (call.Record, error) {
	identifier := strings.TrimSpace(m["identifier"].first())
	var actions []struct {
		Opens     string   `json:"plannedOpeningDate"`
		Deadlines []string `json:"deadlineDates"`
		Procedure struct {
			Name string `json:"abbreviation"`
		} `json:"submissionProcedure"`
	}
	inside(m["actions"], &actions)
	days, opens, model := m["deadlineDate"], m["startDate"].first(), m["deadlineModel"].first()
	for _, a := range actions {
		if len(days) == 0 {
			days = a.Deadlines
		}
		if opens == "" {
			opens = a.Opens
		}
		if model == "" {
			model = a.Procedure.Name
		}
	}
	r, err := dated(days, cutOff, opens)
	if err != nil {
		return r, err
	}
	r.Keys = []string{call.TopicKey(identifier)}
	r.Title, r.Reference = m["title"].first(), identifier
	r.Programme = programme(m["frameworkProgramme"].first(), identifier)
	r.Model = modelOf(model)
	r.PartnerSearch = m["allowPartnerSearch"].first() == "true"
	r.Text = together(m["descriptionByte"])
	r.Eligibility.Notes = together(m["topicConditions"])
	r.Links = []call.Link{{URL: topicPage + url.PathEscape(identifier)}}
	var overview budgetOverview
	inside(m["budgetOverview"], &overview)
	overview.of(identifier, &r.Content)
	summarise(&r, m["summary"].first())
	conditions(&r)
	return r, nil
}

// external makes a record of a call for action outside the Union.
func external(m metadata) (call.Record, error) {
	r, err := dated(m["deadlineDate"], "", m["startDate"].first())
	if err != nil {
		return r, err
	}
	r.Title, r.Reference = m["title"].first(), m["identifier"].first()
	r.Programme = programme(m["frameworkProgramme"].first(), r.Reference)
	r.Model = modelOf(m["deadlineModel"].first())
	r.Budget = money(m["budget"].first(), m["currency"].first())
	r.Text = together(m["descriptionByte"])
	r.Eligibility.Notes = together(m["beneficiaryAdministration"])
	r.Links = []call.Link{{URL: m["url"].first()}}
	var documents []struct {
		Name string `json:"nameDoc"`
		URL  string `json:"docUrl"`
	}
	inside(m["publicationDocuments"], &documents)
	for _, d := range documents {
		r.Links = append(r.Links, call.Link{URL: d.URL, Title: d.Name})
	}
	summarise(&r, m["summary"].first())
	conditions(&r)
	return r, nil
}

// cascade makes a record of a call by which a funded project hands on a grant. Title and identifier
// are those of the topic that funds the project.
func cascade(m metadata) (call.Record, error) {
	r, err := dated(m["deadlineDate"], cutOff, m["startDate"].first())
	if err != nil {
		return r, err
	}
	r.Title, r.Reference = m["callTitle"].first(), m["identifier"].first()
	r.Programme = programme(m["frameworkProgramme"].first(), r.Reference)
	r.Model = modelOf(m["deadlineModel"].first())
	r.Budget = money(m["budget"].first(), m["currency"].first())
	r.Text = together(m["description"], m["furtherInformation"])
	r.Eligibility.Notes = together(m["beneficiaryAdministration"], m["topicConditions"])
	r.Links = []call.Link{{URL: m["url"].first(), Title: m["projectName"].first()}}
	summarise(&r, "")
	conditions(&r)
	return r, nil
}

// dated begins a record with its dates.
func dated(days []string, cutOff, opens string) (call.Record, error) {
	var r call.Record
	var err error
	if r.Deadlines, err = deadlines(days, cutOff); err != nil {
		return r, err
	}
	if strings.TrimSpace(opens) != "" {
		r.Opens, err = day(opens)
	}
	return r, err
}

// inside reads the JSON that the portal puts as text into a one-element array. What is no such JSON
// says nothing.
func inside(t texts, into any) {
	if s := t.first(); s != "" {
		_ = json.Unmarshal([]byte(s), into) // what was read until an error counts
	}
}

// budgetOverview has the lines of a whole call, by its topics.
type budgetOverview struct {
	Lines map[string][]budgetLine `json:"budgetTopicActionMap"`
}

type budgetLine struct {
	Action string           `json:"action"`
	Grants texts            `json:"expectedGrants"`
	Least  texts            `json:"minContribution"`
	Most   texts            `json:"maxContribution"`
	Years  map[string]texts `json:"budgetYearMap"`
}

// of adds what the lines of one topic say: those whose action begins with its identifier, or the only
// line if it names no topic.
func (b budgetOverview) of(identifier string, c *call.Content) {
	var mine, all []budgetLine
	for _, lines := range b.Lines {
		for _, l := range lines {
			all = append(all, l)
			rest, ok := strings.CutPrefix(l.Action, identifier)
			if ok && (rest == "" || rest[0] == ' ') { // X-1 is not X-10, nor X-1-two-stage
				mine = append(mine, l)
			}
		}
	}
	if len(all) == 1 && len(mine) == 0 && all[0].Action == "Topic action" {
		mine = all
	}
	least, most := []int64{}, []int64{}
	for _, l := range mine {
		for _, sums := range l.Years {
			c.Budget.Amount += amount(sums.first())
		}
		c.Grants += int(min(amount(l.Grants.first()), 100_000))
		least, most = append(least, amount(l.Least.first())), append(most, amount(l.Most.first()))
	}
	if len(mine) > 0 {
		c.Budget.Currency = "EUR"
		c.LeastGrant = call.Money{Amount: slices.Min(least), Currency: "EUR"}
		c.MostGrant = call.Money{Amount: slices.Max(most), Currency: "EUR"}
	}
}

func money(sum, currency string) call.Money {
	m := call.Money{Amount: amount(sum), Currency: strings.ToUpper(strings.TrimSpace(currency))}
	if len(m.Currency) != 3 {
		m.Currency = "EUR"
	}
	return m
}

func modelOf(s string) call.Model {
	switch s := strings.ToLower(s); {
	case strings.Contains(s, "two"):
		return call.TwoStage
	case strings.Contains(s, "multiple"):
		return call.MultipleCutOffs
	case strings.Contains(s, "single"):
		return call.SingleStage
	}
	return ""
}

// together makes one text of several pieces of markup.
func together(pieces ...texts) call.Text {
	var all []string
	for _, p := range slices.Concat(pieces...) {
		if t := plain(p); t != "" {
			all = append(all, string(t))
		}
	}
	return call.Text(strings.Join(all, "\n\n"))
}

// maxDerived is the length of a summary that is taken from a text, in bytes.
const maxDerived = 400

// summarise gives a record the summary, or where that only repeats the title, the text's first
// paragraph of some length.
func summarise(r *call.Record, summary string) {
	if summary != "" && !strings.EqualFold(strings.TrimSpace(summary), strings.TrimSpace(r.Title)) {
		r.Summary = string(plain(summary))
		return
	}
	for _, b := range r.Text.Blocks() {
		if len(b.Paragraph) >= 40 {
			r.Summary = call.Cut(b.Paragraph, maxDerived)
			return
		}
	}
}
