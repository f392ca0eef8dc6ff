package portal

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Type is what the portal calls the type of a result; Interreg's index has none.
type Type string

// The types.
const (
	Topic    Type = "1"
	External Type = "2"
	Cascade  Type = "8"
	Interreg Type = "interreg"
)

// Call is a call of the portal or the index.
type Call struct {
	Type Type
	// ID is the identity that the type has: a topic's identifier, the number of another call.
	ID string
	// Topic is what funds a cascade call; of an external action it is its reference.
	Topic     string
	Title     string
	Programme string // the portal's code
	Opens     string // days, such as "2027-03-14"
	Deadlines []string
	Model     string // "single-stage", "two-stage" or "multiple cut-off"
	Budget    int64
	Grants    int
	// Description and Conditions are HTML; without Conditions the search leaves them out, and the
	// details have a sentence of their own.
	Description, Conditions string
	Keywords                []string
	Countries               []string // NUTS codes, of Interreg
	// Stale makes it one of the old copies that the portal has under another data source.
	Stale bool
}

const day = "2006-01-02"

// Catalogue invents n topics, with the same chance for the same seed. Half of their deadlines are
// ahead of today.
func Catalogue(n int, seed uint64, today time.Time) []Call {
	chance := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // invented calls need no secrets
	calls := make([]Call, n)
	for i := range calls {
		calls[i] = invent(i, chance, today)
	}
	return calls
}

func invent(i int, chance *rand.Rand, today time.Time) Call {
	programmes := []struct{ name, code string }{
		{"AMIF", "43251447"}, {"CERV", "43251589"}, {"ESF", "43254019"}, {"HORIZON", "43108390"}, {"ERASMUS", "43353764"}, {"JUST", "43252386"},
	}
	subjects := []string{
		"integration of migrants in towns", "housing for newcomers", "language training for adults", "the skills of young people",
		"town twinning", "equality and the fight against racism", "mental health of refugees", "soil in living labs", "digital public services",
		"victims of trafficking", "child protection", "participation of citizens in rural areas",
	}
	approaches := []string{"Support for", "Networks for", "Pilot actions on", "Research on", "Capacity building in"}
	p := programmes[chance.IntN(len(programmes))]
	subject := subjects[chance.IntN(len(subjects))]
	opens := today.AddDate(0, 0, chance.IntN(400)-300)
	c := Call{
		Type: Topic, ID: fmt.Sprintf("%s-%d-TOPIC-%05d", p.name, opens.Year(), i), Programme: p.code,
		Title: approaches[chance.IntN(len(approaches))] + " " + subject, Opens: opens.Format(day), Model: "single-stage",
		Budget: int64(1+chance.IntN(50)) * 500_000, Grants: 1 + chance.IntN(12), Keywords: strings.Fields(subject),
		Deadlines: []string{opens.AddDate(0, 0, 60+chance.IntN(200)).Format(day)},
		Conditions: "<p>Eligible applicants are public bodies and non-profit organisations. Proposals must be submitted by at least 3 " +
			"organisations from at least 2 different EU Member States. The EU co-financing rate is 90 %.</p>",
	}
	switch chance.IntN(5) {
	case 0:
		c.Model = "two-stage"
	case 1:
		c.Model = "multiple cut-off"
	}
	if c.Model != "single-stage" {
		c.Deadlines = append(c.Deadlines, opens.AddDate(0, 0, 300+chance.IntN(100)).Format(day))
	}
	c.Description = describe(subject, chance)
	return c
}

// describe invents a text of the length that the portal's have.
func describe(subject string, chance *rand.Rand) string {
	var b strings.Builder
	b.WriteString(`<p class="topicdescriptionkind">Expected Outcome:</p><ul>`)
	for i := range 3 {
		fmt.Fprintf(&b, "<li>Outcome %d: more towns know what works in %s.</li>", i+1, subject)
	}
	b.WriteString(`</ul><p class="topicdescriptionkind">Scope:</p>`)
	for range 3 + chance.IntN(6) {
		fmt.Fprintf(&b, "<p>Proposals describe the situation of %s in at least %d towns, <b>who is involved</b>, what it costs, and how it goes on "+
			"after the project. They name the offices that take part &amp; the people whom they reach.</p>", subject, 2+chance.IntN(30))
	}
	return b.String()
}

// dates writes days as the portal does, with a time that means nothing.
func dates(days []string) []string {
	written := []string{}
	for _, d := range days {
		written = append(written, d+"T00:00:00.000+0000")
	}
	return written
}

// conditions are the values that a query can ask for. The status is as unreliable as the portal's.
func (c *Call) conditions() map[string][]string {
	m := map[string][]string{
		"DATASOURCE": {"SEDIA"}, "type": {string(c.Type)}, "status": {"31094502"}, "frameworkProgramme": {c.Programme},
		"deadlineDate": dates(c.Deadlines),
	}
	if c.Stale {
		m["DATASOURCE"] = []string{"SEDIA_PRD_CENTRICITY"}
	}
	return m
}

// metadata is what the search says of the call.
func (c *Call) metadata() map[string][]string {
	m := c.conditions()
	m["language"], m["title"], m["startDate"], m["deadlineModel"] = []string{"en"}, []string{c.Title}, dates([]string{c.Opens}), []string{c.Model}
	m["programmePeriod"], m["keywords"], m["focusArea"] = []string{"2021 - 2027"}, c.Keywords, []string{}
	switch c.Type {
	case Topic:
		m["identifier"], m["allowPartnerSearch"] = []string{c.ID}, []string{"true"}
		m["callIdentifier"] = []string{c.ID + "-CALL"}
		m["descriptionByte"], m["topicConditions"] = one(c.Description), one(c.Conditions)
		m["budgetOverview"] = []string{c.budget()}
	case External:
		m["callIdentifier"], m["identifier"] = []string{c.ID}, []string{c.Topic}
		m["budget"], m["currency"] = []string{fmt.Sprint(c.Budget)}, []string{"EUR"}
		m["descriptionByte"] = one(c.Description)
		m["url"] = []string{"https://webgate.ec.europa.eu/prospect/external/publishedcalls.htm?callId=" + c.ID}
	case Cascade:
		m["callccm2Id"], m["identifier"] = []string{c.ID}, []string{c.Topic}
		m["callTitle"], m["title"] = []string{c.Title}, []string{"The topic that funds it"}
		m["budget"], m["currency"] = []string{fmt.Sprint(c.Budget)}, []string{"EUR"}
		m["description"], m["beneficiaryAdministration"] = one(c.Description), one(c.Conditions)
		m["url"] = []string{"https://example.org/cascade/" + c.ID}
	}
	return m
}

func one(s string) []string {
	if s == "" {
		return []string{}
	}
	return []string{s}
}

// budget is the overview of the whole call: the line of this topic beside that of another one.
func (c *Call) budget() string {
	line := func(action string, sum int64) []any {
		return []any{map[string]any{
			"action": action, "expectedGrants": c.Grants, "minContribution": sum / int64(max(c.Grants, 1)), "maxContribution": sum,
			"budgetYearMap": map[string]string{"2027": fmt.Sprint(sum)}, "plannedOpeningDate": c.Opens, "deadlineModel": c.Model, "deadlineDates": c.Deadlines,
		}}
	}
	b, err := json.Marshal(map[string]any{"budgetYearsColumns": []string{"2027"}, "budgetTopicActionMap": map[string]any{
		"1": line(c.ID+" - Action grants", c.Budget), "2": line(c.ID+"0 - Action grants", 999_000_000),
	}})
	if err != nil {
		return ""
	}
	return string(b)
}

func (c *Call) result(language string) any {
	return map[string]any{
		"apiVersion": "2.151", "reference": c.ID + "TOPICS" + language, "language": language, "database": "SEDIA", "summary": c.Title, "metadata": c.metadata(),
	}
}

func (c *Call) topicDetails() any {
	conditions := c.Conditions
	if conditions == "" {
		conditions = "<p>Eligible applicants are municipalities and regions. At least 2 organisations from at least 2 different EU Member States apply.</p>"
	}
	return map[string]any{
		"type": 1, "identifier": c.ID, "title": c.Title, "description": c.Description, "conditions": conditions,
		"links": []any{map[string]string{"url": "https://ec.europa.eu/research/participants/submission/create-draft?topic=" + c.ID}},
	}
}

func (c *Call) hit() any {
	return map[string]any{
		"objectID": c.ID, "title": c.Title, "description": c.Description, "teaser": "", "associatedProgrammes": []string{c.Programme},
		"callEligibleCountryNuts": c.Countries, "callThemes": c.Keywords, "callStatus": "Open", "callOpenDate": c.Opens,
		"callDeadlineDate": strings.Join(c.Deadlines, ""), "callExternalUrl": "https://example.org/interreg/" + c.ID,
	}
}
