package funding

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/members"
)

func TestACallTellsWhatMatters(t *testing.T) {
	o := newTown(t)
	if ok, err := o.Calls.AddSource(t.Context(), call.Source{ID: "portal", Kind: call.Portal, Name: "EU Funding & Tenders Portal", Hours: 6}); err != nil || !ok {
		t.Fatal(err)
	}
	id := o.imports(housing())
	o.advance(time.Hour)
	o.imports(housing(func(r *call.Record) { r.Deadlines[0].Day = "2027-04-22"; r.Budget.Amount = 2_000_000 }))
	page := o.open("", "/calls/"+id+"?lang=en")
	o.contains(page, "Housing for refugees in small towns", "Deadline: 22 April 2027, 17:00 Brussels time", "2,000,000 EUR", "at most 250,000 EUR", "90 %",
		"These may apply: Local authority. They must be in: Cyprus, Greece.", "At least 3 organisations from 2 countries must apply together.",
		"Keys to empty flats", "Deadlines: was 8 April 2027, 17:00 Brussels time, is now 22 April 2027, 17:00 Brussels time",
		"© European Union", "creativecommons.org", "EU Funding &amp; Tenders Portal")
	o.contains(o.open("", "/calls/"+id+"?lang=el"), "Προθεσμία: 22 Απριλίου 2027", "Τι άλλαξε")
	if w := o.do("", "GET", "/calls/NONE", nil); w.Code != http.StatusNotFound {
		t.Errorf("a call that there is not: %d", w.Code)
	}
	w := o.do("", "GET", "/calls/"+id+".ics?lang=en", nil)
	o.contains(w.Body.String(), "SEQUENCE:1\r\n", "DTSTART:20270422T150000Z\r\n", "STATUS:CONFIRMED\r\n")
	o.imports(housing(func(r *call.Record) { r.Withdrawn = true }))
	o.contains(o.open("", "/calls/"+id+".ics?lang=en"), "STATUS:CANCELLED\r\n", "SEQUENCE:2\r\n", "SUMMARY:Withdrawn: Housing")
}

func TestFollowAndDismissNeedAButton(t *testing.T) {
	o := newTown(t)
	id := o.imports(housing())
	for _, act := range acts {
		path := "/calls/" + id + "/" + act
		o.contains(o.open("eleni", path), "<form method=\"post\"", "Housing for refugees")
		if w := o.do("", "GET", path, nil); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/sign-in?next=%2Fcalls") {
			t.Errorf("a stranger: %d", w.Code)
		}
	}
	ref := o.people["eleni"].Ref
	if m, err := o.Interests.Marks(t.Context(), ref); err != nil || m.Version != 0 {
		t.Fatalf("looking changed the marks: %+v, %v", m, err)
	}
	o.submit("eleni", "/calls/"+id+"/follow", nil)
	o.contains(o.open("eleni", "/calls/"+id), "Stop following")
	o.submit("eleni", "/calls/"+id+"/dismiss", url.Values{"why": {"partners"}, "note": {"We are alone."}})
	m, err := o.Interests.Marks(t.Context(), ref)
	if _, follows := m.Followed[id]; err != nil || follows || m.Dismissed[id].Why != "partners" {
		t.Errorf("the marks are %+v, %v", m, err)
	}
	o.contains(o.open("eleni", "/calls/"+id), "You said that this call is not for you")
	o.contains(o.open("maria", "/desk/calls/dismissals"), "We lack partners", "We are alone.", "Municipality of Strovolos")
	o.submit("eleni", "/calls/"+id+"/restore", nil)
	if m, _ := o.Interests.Marks(t.Context(), ref); len(m.Dismissed) != 0 {
		t.Errorf("the marks are %+v", m)
	}
	o.contains(o.answered(422, "eleni", "/calls/"+id+"/dismiss", url.Values{"why": {"taste"}, "note": {"kept"}}), "kept")
	if w := o.do("eleni", "GET", "/calls/"+id+"/explode", nil); w.Code != http.StatusNotFound {
		t.Errorf("an act that there is not: %d", w.Code)
	}
	if w := o.do("eleni", "GET", "/desk/calls/dismissals", nil); w.Code != http.StatusForbidden {
		t.Errorf("a member at the desk: %d", w.Code)
	}
}

func TestPartnersFindEachOther(t *testing.T) {
	o := newTown(t)
	id := o.imports(housing())
	path := "/calls/" + id + "/partners"
	o.answered(422, "eleni", path, url.Values{"act": {"save"}, "idea": {" "}})
	o.submit("eleni", path, fill(o.open("eleni", path), url.Values{"act": {"save"}, "idea": {"Keys for families"}, "looks": {"A region"}, "brings": {"Ten flats"}}))
	page := o.open("", "/calls/"+id+"?lang=en")
	o.contains(page, "Municipality of Strovolos", "Keys for families", "A region", "Ten flats", "Write to Municipality of Strovolos")
	o.lacks(page, "Eleni", "eleni@")
	// A colleague sees the same entry; whoever comes second learns of the first.
	his := fill(o.open("andys", path), url.Values{"act": {"save"}, "idea": {"His"}})
	o.submit("eleni", path, fill(o.open("eleni", path), url.Values{"act": {"save"}, "idea": {"Hers"}}))
	o.contains(o.answered(http.StatusConflict, "andys", path, his), "His")

	answer := path + "/" + o.people["eleni"].Organisation
	o.contains(o.open("petra", answer), "Hers", "petra@town.example")
	o.answered(422, "petra", answer, url.Values{"message": {""}})
	for n := range 6 {
		w := o.do("petra", "POST", answer, url.Values{"message": {"Let us talk."}})
		if want := map[bool]int{true: http.StatusSeeOther, false: http.StatusTooManyRequests}[n < 5]; w.Code != want {
			t.Errorf("message %d: %d, want %d", n+1, w.Code, want)
		}
	}
	if mails := o.post.mails["eleni@town.example"]; len(mails) != 5 || len(o.post.mails) != 1 {
		t.Fatalf("%d mails to her, %d people", len(mails), len(o.post.mails))
	}
	o.contains(o.post.mails["eleni@town.example"][0], "Reply-To:", "<petra@town.example>", "Let us talk.", "Haus der Vielfalt")

	ref := o.people["eleni"].Ref
	if _, err := o.Members.DecidePerson(t.Context(), ref, members.Decision{Action: members.Suspend, By: "Maria"}); err != nil {
		t.Fatal(err)
	}
	o.lacks(o.open("", "/calls/"+id+"?lang=en"), "Hers")
	if w := o.do("petra", "GET", answer, nil); w.Code != http.StatusNotFound {
		t.Errorf("writing to somebody who left: %d", w.Code)
	}
	o.submit("andys", path, url.Values{"act": {"withdraw"}})
	if all, err := o.Partners.Offers(t.Context(), id); err != nil || len(all) != 0 {
		t.Errorf("withdrawn is not gone: %+v, %v", all, err)
	}
}
