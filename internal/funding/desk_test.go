package funding

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
)

func TestACoordinatorAddsACall(t *testing.T) {
	o := newTown(t)
	page := o.open("maria", "/desk/calls/new")
	refused := o.answered(422, "maria", "/desk/calls/new", fill(page, url.Values{"title": {""}, "deadlines": {"soon"}, "budget": {"much"}, "link": {"nowhere"}, "reference": {"kept"}}))
	o.contains(refused, `href="#f-title"`, `href="#f-deadlines"`, `href="#f-budget"`, `href="#f-link"`, `value="kept"`)
	to := o.submit("maria", "/desk/calls/new", fill(page, url.Values{
		"title": {"Integration fund of Cyprus"}, "reference": {"CY-1"}, "deadlines": {"2027-05-01 13:00\r\n2027-11-01"}, "model": {"multipleCutOffs"},
		"budget": {"1 200 000"}, "countries": {"CY"}, "topics": {"housing"}, "link": {"https://fund.example/1"},
	}))
	id := strings.TrimSuffix(strings.TrimPrefix(to, "/desk/calls/"), "?done=added")
	o.contains(o.open("maria", to), "The call is in the list", "2027-05-01 13:00\n2027-11-01", `value="1200000"`)
	o.contains(o.open("", "/calls/"+id+"?lang=en"), "Deadline 1", "1 May 2027, 13:00 Brussels time", "1,200,000 EUR", "A coordinator of the network", "Cyprus")
	for who, want := range map[string]int{"eleni": http.StatusForbidden, "": http.StatusSeeOther} {
		if w := o.do(who, "GET", "/desk/calls/new", nil); w.Code != want {
			t.Errorf("%q at the desk: %d", who, w.Code)
		}
	}
}

func TestWhatACoordinatorDecidesSurvivesImports(t *testing.T) {
	o := newTown(t)
	id := o.imports(housing())
	path := "/desk/calls/" + id
	page := o.open("maria", path)
	old := fill(page, url.Values{"summary": {"Too late."}})
	o.submit("maria", path, fill(page, url.Values{"title": {"Homes for refugees"}, "featured": {"yes"}, "act": {"save"}}))
	o.imports(housing(func(r *call.Record) { r.Title, r.Rate = "Housing, corrected by the source", 95 }))
	c, err := o.Calls.Get(t.Context(), id)
	if err != nil || c.Title != "Homes for refugees" || c.Rate != 95 || !c.Featured {
		t.Errorf("the call is %q, %d %%, featured %v, %v", c.Title, c.Rate, c.Featured, err)
	}
	o.contains(o.open("maria", path), "Decided here: Title.")
	o.contains(o.open("maria", "/desk/calls?words=refugees"), "For the newsletter", "Edited")
	o.contains(o.answered(http.StatusConflict, "maria", path, old), "The call changed since you opened it", "Too late.")
	o.submit("maria", path, fill(o.open("maria", path), url.Values{"act": {"give-back"}}))
	if c, _ := o.Calls.Get(t.Context(), id); c.Title != "Housing, corrected by the source" || len(c.Curated) != 0 {
		t.Errorf("given back is %q, %v", c.Title, c.Curated)
	}
}

func TestDuplicatesAreMerged(t *testing.T) {
	o := newTown(t)
	into := o.imports(housing())
	from := o.imports(housing(named("FEED-1", "Housing for refugees in towns"), func(r *call.Record) { r.Source, r.Rate = "feed-1", 80 }))
	path := "/desk/calls/" + into + "/merge"
	o.contains(o.open("maria", path), "Housing for refugees in towns")
	o.contains(o.open("maria", path+"?with=https://munet.example/calls/NONE"), "There is no such call", `value="https://munet.example/calls/NONE"`)
	o.contains(o.open("maria", path+"?with="+into), "There is no such call")
	o.contains(o.open("maria", path+"?with=https://munet.example/calls/"+from), "90 %", "80 %", "This one stays")
	o.submit("eleni", "/calls/"+from+"/partners", url.Values{"act": {"save"}, "idea": {"Keys for families"}})
	o.submit("eleni", "/calls/"+from+"/follow", nil)
	o.submit("maria", path, url.Values{"with": {from}})
	o.contains(o.open("", "/calls/"+into+"?lang=en"), "Keys for families")
	o.contains(o.open("eleni", "/my-funding/calendar"), "Housing for refugees in small towns", "you follow it")
	for _, address := range []string{"/calls/" + from, "/api/calls/" + from} {
		if w := o.do("", "GET", address, nil); w.Code != http.StatusMovedPermanently || !strings.HasSuffix(w.Header().Get("Location"), "/calls/"+into) {
			t.Errorf("%s leads to %d %s", address, w.Code, w.Header().Get("Location"))
		}
	}
	o.contains(o.open("", "/calls?lang=en"), "1 result")
}

func TestSourcesAndTheirReports(t *testing.T) {
	o := newTown(t)
	form := url.Values{"name": {"Ministry"}, "url": {"https://ministry.example/feed"}, "hours": {"12"}, "language": {"el"}, "country": {"GR"}}
	o.contains(o.answered(422, "maria", "/desk/sources", with(url.Values{"name": {"Ministry"}, "url": {"ftp://x"}, "hours": {"0"}}, nil)), `href="#f-url"`, `href="#f-hours"`, `value="Ministry"`)
	to := o.submit("maria", "/desk/sources", form)
	path, _, _ := strings.Cut(to, "?")
	o.contains(o.open("maria", to), "The feed is added", "https://ministry.example/feed", "It has not been read yet")
	source, err := o.Calls.Source(t.Context(), strings.TrimPrefix(path, "/desk/sources/"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = o.Calls.SaveRun(t.Context(), source, call.Run{
		Source: source.ID, ID: "R", Started: o.now(), Outcome: call.Failed, Reason: "truncated", Silent: true, Usual: 40,
		Counts:   call.Counts{Seen: 3, New: 2, Unchanged: 1, Refused: 1},
		Refusals: []call.Refusal{{ID: "#4", Reason: "field-title"}, {ID: "#5", Reason: "date"}, {ID: "#6", Reason: "novel"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	o.contains(o.open("maria", path+"?lang=en"), "Failed", "3 seen, 2 new", "The answer ended in the middle", "Far fewer calls than usual",
		"a field is wrong: Title", "a date cannot be read", "novel")
	o.contains(o.open("maria", "/desk/sources?lang=el"), "Ministry", "Απέτυχε")
	o.answered(422, "maria", path, url.Values{"act": {"hours"}, "hours": {"1000"}})
	o.submit("maria", path, url.Values{"act": {"hours"}, "hours": {"6"}})
	o.submit("maria", path, url.Values{"act": {"pause"}})
	o.submit("maria", path, url.Values{"act": {"read"}})
	source, err = o.Calls.Source(t.Context(), source.ID)
	if err != nil || source.Hours != 6 || !source.Paused || source.Due.After(o.now().Add(time.Minute)) {
		t.Errorf("the source is %+v, %v", source, err)
	}
}

func TestAFileOfCallsIsUploaded(t *testing.T) {
	o := newTown(t)
	const file = "id;title;deadlines;countries;topics\r\n1;Fund one;2027-05-01 13:00;CY;housing\r\n2;Fund two;;EL;\r\n"
	path := "/desk/calls/upload"
	o.contains(o.open("maria", path), "partnerCountries", `enctype="multipart/form-data"`)
	refused := o.answered(422, "maria", path, url.Values{"pasted": {file + "3;;tomorrow;CY;chess\r\n"}})
	o.contains(refused, "Nothing was taken", "Line 4", "<code>deadlines</code>", "Fund one")
	o.contains(o.open("", "/api/calls"), `"total":0`)
	o.contains(o.answered(200, "maria", path, url.Values{"pasted": {file}}), "2 new calls, 0 changed")
	o.contains(o.answered(200, "maria", path, url.Values{"pasted": {file}}), "0 new calls, 0 changed, 2 unchanged")
	o.contains(o.open("", "/calls?lang=en"), "Fund one", "Fund two")
	o.contains(o.answered(422, "maria", path, url.Values{}), "There are no lines in it")
}
