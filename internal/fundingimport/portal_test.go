package fundingimport

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/members"
)

// recorded reads a recorded answer as a source of the portal.
func recorded(t *testing.T, file, source string) Page {
	t.Helper()
	content, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(content)
	}))
	t.Cleanup(server.Close)
	fetch, err := NewFetcher(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	p := &Portal{Search: server.URL, Topics: server.URL, Fetch: fetch, Now: time.Now}
	page, err := p.Adapter().Page(t.Context(), call.Source{ID: source, Kind: call.Portal}, "")
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func TestRecordedTopics(t *testing.T) {
	page := recorded(t, "topics.json", "portal")
	if len(page.Records) != 2 || page.Total != 3 || len(page.Refusals) != 1 || page.Refusals[0].Reason != "stale-copy" {
		t.Fatalf("%d records, refusals %+v", len(page.Records), page.Refusals)
	}
	soil := page.Records[0]
	want := []call.Deadline{{Day: "2027-04-08", CutOff: "17:00"}, {Day: "2027-09-14", CutOff: "17:00"}}
	if !slices.Equal(soil.Deadlines, want) || soil.Opens != "2027-02-04" || soil.Model != call.TwoStage || soil.Programme != "HORIZON" {
		t.Errorf("%+v", soil)
	}
	if soil.Budget.Amount != 0 {
		t.Errorf("the budget of another topic: %+v", soil.Budget)
	}
	if !soil.PartnerSearch || soil.Links[0].URL != topicPage+soil.ID || soil.Keys[0] != call.TopicKey(soil.ID) {
		t.Errorf("%+v", soil)
	}
	if b := soil.Text.Blocks(); len(b) != 2 || b[0].Heading != "Expected Outcome" || !strings.Contains(b[1].Paragraph, "Mission Soil (https://research-and-innovation.ec.europa.eu/)") {
		t.Errorf("text %+v", b)
	}
	foresight := page.Records[1]
	if b := foresight.Text.Blocks(); len(b) != 4 || len(b[1].Items) != 1 || b[2].Heading != "Scope" {
		t.Errorf("text %+v", b)
	}
	if s := foresight.Status(time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC)); s != call.Forthcoming {
		t.Errorf("status %s", s)
	}
}

func TestRecordedExternalAndCascadeCalls(t *testing.T) {
	external := recorded(t, "external.json", "portal-external").Records[0]
	if external.ID != "186571" || external.Reference != "EuropeAid/186571/DD/ACT/ZA" || external.Budget.Amount != 5_164_000 || len(external.Links) != 2 {
		t.Errorf("%+v", external)
	}
	cascade := recorded(t, "cascade.json", "portal-cascade").Records[0]
	if cascade.ID != "14741" || cascade.Title != "Open Call of Perform Europe 2026 – 2028" || cascade.Budget != (call.Money{Amount: 1_400_000, Currency: "EUR"}) || len(cascade.Keys) != 0 {
		t.Errorf("%+v", cascade)
	}
}

func TestBudgetOfThisTopicOnly(t *testing.T) {
	const overview = `{"budgetTopicActionMap":{"1":[
		{"action":"A-1 - Grants","expectedGrants":2,"minContribution":"1000000","maxContribution":2000000,"budgetYearMap":{"2026":"6000000","2027":"1 000 000"}},
		{"action":"A-1 - Prizes","expectedGrants":"3","minContribution":500000,"maxContribution":900000,"budgetYearMap":{"2026":"400000.00"}}],
		"2":[{"action":"A-10 - Grants","expectedGrants":9,"budgetYearMap":{"2026":"99000000"}},{"action":"A-1-two-stage - Grants","budgetYearMap":{"2026":"99000000"}}]}}`
	for identifier, want := range map[string]call.Content{
		"A-1": {Budget: call.Money{Amount: 7_400_000, Currency: "EUR"}, Grants: 5, LeastGrant: call.Money{Amount: 500_000, Currency: "EUR"}, MostGrant: call.Money{Amount: 2_000_000, Currency: "EUR"}},
		"B-1": {},
	} {
		var b budgetOverview
		if err := json.Unmarshal([]byte(overview), &b); err != nil {
			t.Fatal(err)
		}
		var got call.Content
		b.of(identifier, &got)
		if got.Budget != want.Budget || got.Grants != want.Grants || got.LeastGrant != want.LeastGrant || got.MostGrant != want.MostGrant {
			t.Errorf("%s: %+v", identifier, got)
		}
	}
}

func TestConditionsInWords(t *testing.T) {
	var r call.Record
	r.Eligibility.Notes = "3. Other conditions: This topic requires the active involvement, as beneficiaries, of at least 3 organisations from at least two different EU Member States.\n\n" +
		"Eligible applicants are municipalities and non-profit organisations. Natural persons are not eligible. The EU co-financing rate is up to 90 % of the costs."
	conditions(&r)
	if r.Eligibility.Partners != 3 || r.Eligibility.PartnerCountries != 2 || r.Rate != 90 || !slices.Equal(r.Eligibility.Applicants, []members.Kind{"localAuthority", "ngo"}) {
		t.Errorf("%+v, rate %d", r.Eligibility, r.Rate)
	}
	var none call.Record
	none.Eligibility.Notes = "See the call document. Eligible countries: EU Member States and their regions. Applicants must be legal entities (public or private bodies); universities may apply."
	if conditions(&none); none.Eligibility.Partners != 0 || none.Rate != 0 || none.Eligibility.Applicants != nil {
		t.Errorf("%+v", none)
	}
}

func TestThemesOfWords(t *testing.T) {
	for title, want := range map[string][]members.Topic{
		"Housing and language courses for refugee families": {"rights", "education", "housing", "family"},
		"Fighting hate speech in schools":                   {"education", "attitudes"},
		"Soil chemistry in the Black Sea basin":             nil,
	} {
		r := call.Record{Content: call.Content{Title: title}}
		if classify(&r); !slices.Equal(r.Topics, want) {
			t.Errorf("%s: %v, want %v", title, r.Topics, want)
		}
	}
}

func TestDays(t *testing.T) {
	for written, want := range map[string]call.Date{
		"2027-04-08T00:00:00.000+0000": "2027-04-08", "2027-04-08T17:00:00.000+0000": "2027-04-08", "2027-04-08": "2027-04-08",
		"2027-04-08 10:00:44": "2027-04-08", "08/04/2027": "2027-04-08", "8.4.2027": "2027-04-08", "20270408": "2027-04-08",
		"1807142400": "2027-04-08", "1807142400000": "2027-04-08", " 2027-04-08 ": "2027-04-08",
		"2027-02-30": "", "soon 2027-04-08": "", "": "", "2027-04-08nonsense": "", "0000-00-00": "", "12": "", "3027-01-01": "", "13/13/2027": "",
	} {
		got, err := day(written)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", written, got, err, want)
		}
	}
}

func TestAmounts(t *testing.T) {
	for written, want := range map[string]int64{
		"24000000": 24_000_000, "24 000 000": 24_000_000, "24,000,000": 24_000_000, "24.000.000": 24_000_000, "24000000.00": 24_000_000,
		"24.000.000,50": 24_000_000, "1400000": 1_400_000, "": 0, "-5": 0, "1e9": 0, "99999999999999999999": 0, "ten": 0,
	} {
		if got := amount(written); got != want {
			t.Errorf("%q: %d, want %d", written, got, want)
		}
	}
}
