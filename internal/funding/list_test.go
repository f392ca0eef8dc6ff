package funding

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/atom"
	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/members"
)

// stand are calls in every status, with the status that each has on 1 March 2027.
var stand = map[call.Status]func(*call.Record){
	call.Open:        named("OPEN", "Open doors"),
	call.Forthcoming: func(r *call.Record) { named("SOON", "Coming soon")(r); r.Opens = "2027-03-02" },
	call.SecondStage: func(r *call.Record) {
		named("SECOND", "Second round")(r)
		r.Model, r.Deadlines = call.TwoStage, []call.Deadline{{Day: "2027-02-01", CutOff: "17:00"}, {Day: "2027-06-01", CutOff: "17:00"}}
	},
	call.Undated:   func(r *call.Record) { named("UNDATED", "No dates")(r); r.Deadlines = nil },
	call.Closed:    func(r *call.Record) { named("CLOSED", "Closed shop")(r); r.Deadlines[0].Day = "2027-02-28" },
	call.Withdrawn: func(r *call.Record) { named("GONE", "Gone away")(r); r.Withdrawn = true },
}

// The list finds by ranges in the index what the call says of itself.
func TestStatusesAreFoundByDates(t *testing.T) {
	o := newTown(t)
	titles := map[call.Status]string{}
	for status, change := range stand {
		r := housing(change)
		titles[status] = r.Title
		if got := r.Status(o.now()); got != status {
			t.Fatalf("%s is %s, want %s", r.Title, got, status)
		}
		o.imports(r)
	}
	for filter, want := range map[string][]call.Status{
		"":            {call.Open, call.Forthcoming, call.Undated},
		"all":         call.Statuses,
		"open":        {call.Open},
		"forthcoming": {call.Forthcoming},
		"secondStage": {call.SecondStage},
		"undated":     {call.Undated},
		"closed":      {call.Closed},
		"withdrawn":   {call.Withdrawn},
	} {
		page := o.open("", "/calls?lang=en&status="+filter)
		shown := map[call.Status]bool{}
		for _, s := range want {
			shown[s] = true
		}
		for s, title := range titles {
			if got := strings.Contains(page, ">"+title+"</a>"); got != shown[s] {
				t.Errorf("status %q shows %s: %v", filter, s, got)
			}
		}
	}
	// What stands on a page at a deadline goes on to the next page without it.
	o.advance(60 * 24 * time.Hour)
	if page := o.open("", "/calls?lang=en&status=open"); strings.Contains(page, "Open doors") {
		t.Error("a call is open after its deadline")
	}
}

func TestFacetsCountWhatIsOpenToAll(t *testing.T) {
	o := newTown(t)
	o.imports(housing())
	o.imports(housing(named("ANY", "For everybody"), func(r *call.Record) { r.Eligibility.Countries = nil }))
	page := o.open("", "/calls?lang=en&country=CY")
	o.contains(page, "Housing for refugees", "For everybody", "2 results", "Local authority", "AMIF", "17:00 Brussels time")
	page = o.open("", "/calls?lang=en&country=AT")
	o.contains(page, "For everybody", "1 result")
	o.lacks(page, ">Housing for refugees")
	o.contains(o.open("", "/calls?lang=el&words="+url.QueryEscape(`"flats"`)), `lang="en" dir="auto">Housing`, "Χρηματοδότηση")
	if w := o.do("", "GET", "/calls?sort=price", nil); w.Code != 422 {
		t.Errorf("a sort that there is not: %d", w.Code)
	}
}

func TestPagesGoOnAtTheSameMoment(t *testing.T) {
	o := newTown(t)
	want := map[string]bool{}
	for _, c := range "ABCDE" {
		want[o.imports(housing(named(string(c), "Call "+string(c))))] = true
	}
	seen, next := map[string]bool{}, ""
	for range 10 {
		var answer struct {
			Total int
			Calls []callJSON
			Next  string
		}
		if err := json.Unmarshal([]byte(o.open("", "/api/calls?limit=2&status=open&next="+next)), &answer); err != nil {
			t.Fatal(err)
		}
		for _, c := range answer.Calls {
			if seen[c.ID] {
				t.Errorf("%s came twice", c.Title)
			}
			seen[c.ID] = true
		}
		o.advance(40 * 24 * time.Hour) // their deadline passes while somebody reads
		if next = answer.Next; next == "" {
			break
		}
	}
	if len(seen) != len(want) {
		t.Errorf("%d calls on all pages, want %d", len(seen), len(want))
	}
	if w := o.do("", "GET", "/api/calls?next=1.nonsense", nil); w.Code != 400 {
		t.Errorf("a made-up cursor: %d", w.Code)
	}
}

func TestFeedsOfASearch(t *testing.T) {
	o := newTown(t)
	id := o.imports(housing(func(r *call.Record) { r.Title = `=HYPERLINK("x")` }))
	var feed atom.Feed
	if err := xml.Unmarshal([]byte(o.open("", "/calls.atom?topic=housing&lang=en")), &feed); err != nil || len(feed.Entries) != 1 ||
		feed.Entries[0].ID != "https://munet.example/calls/"+id || !strings.Contains(feed.Title, "Housing") {
		t.Errorf("the feed is %+v, %v", feed, err)
	}
	lines, err := csv.NewReader(strings.NewReader(o.open("", "/calls.csv?topic=housing"))).ReadAll()
	if err != nil || len(lines) != 2 || lines[1][1] != `'=HYPERLINK("x")` || lines[1][5] != "open" || lines[1][7] != "2027-04-08 17:00" || lines[1][19] != "https://munet.example/calls/"+id {
		t.Errorf("the table is %q, %v", lines, err)
	}
	o.contains(o.open("", "/calls.ics?topic=housing&lang=en"), "BEGIN:VEVENT\r\n", "DTSTART:20270408T150000Z\r\n", "UID:call-"+id+"-1@munet.example\r\n")
	o.contains(o.open("", "/api/calls/"+id), `"status":"open"`, `"deadline":"2027-04-08T15:00:00Z"`, "Keys to empty flats")
	if w := o.do("", "GET", "/api/calls/NONE", nil); w.Code != 404 {
		t.Errorf("a call that there is not: %d", w.Code)
	}
}

func TestListInAFrame(t *testing.T) {
	o := newTown(t)
	for i := range embedSize + 1 {
		o.imports(housing(func(r *call.Record) {
			named(fmt.Sprint("FRAME", i), fmt.Sprint("Keys ", i))(r)
		}))
	}
	o.imports(housing(func(r *call.Record) { named("DOCTORS", "Doctors who listen")(r); r.Topics = []members.Topic{"health"} }))
	first := o.open("", "/embed/calls?topic=housing&lang=en")
	o.contains(first, "11 results", `<base target="_blank">`, `href="/calls?lang=en&amp;topic=housing"`, `rel="next" href="/embed/calls?lang=en&amp;next=`)
	o.lacks(first, "Doctors who listen", "<header")
	last := o.open("", html.UnescapeString(regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(first)[1]))
	o.contains(last, `href="/embed/calls?lang=en&amp;topic=housing">`)
	if n := strings.Count(first+last, `class="card"`); n != embedSize+1 {
		t.Errorf("%d calls on both pages", n)
	}
	refused := o.do("", "GET", "/embed/calls?status=odd", nil)
	if refused.Code != 422 {
		t.Errorf("an odd status: %d", refused.Code)
	}
	o.lacks(refused.Body.String(), "<header")
}
