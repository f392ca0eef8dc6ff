package funding

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/members"
)

// saved is an interest that Eleni saved by the form, both screens like a browser.
func (o *town) saved(from string, change url.Values) interest.Interest {
	o.Helper()
	const who = "eleni"
	second := o.answered(http.StatusOK, who, "/my-funding/new", with(fill(o.open(who, from), nil), url.Values{"act": {"next"}}))
	o.submit(who, "/my-funding/new", with(fill(second, change), url.Values{"act": {"save"}}))
	all, err := o.Interests.OfOrganisation(o.Context(), o.people[who].Organisation)
	if err != nil || len(all) == 0 {
		o.Fatalf("nothing is saved: %v", err)
	}
	return all[len(all)-1]
}

func with(v, more url.Values) url.Values {
	for name, values := range more {
		v[name] = values
	}
	return v
}

func TestASearchBecomesAnInterest(t *testing.T) {
	o := newTown(t)
	o.imports(housing())
	list := o.open("eleni", "/calls?lang=en&words=refugees&programme=AMIF")
	o.contains(list, `href="/my-funding/new?lang=en&amp;programme=AMIF&amp;words=refugees"`)
	first := o.open("eleni", "/my-funding/new?words=refugees&programme=AMIF")
	o.contains(first, `value="refugees"`, `value="AMIF" checked`, `value="localAuthority" checked`, `value="CY" checked`)
	second := o.answered(http.StatusOK, "eleni", "/my-funding/new", with(fields(first), url.Values{"act": {"next"}}))
	o.contains(second, "You will get a mail every Monday at 7:00, Brussels time", `name="words" value="refugees"`)
	preview := o.answered(http.StatusOK, "eleni", "/my-funding/new", with(fields(second), url.Values{"act": {"preview"}}))
	o.contains(preview, "1 call would have fitted", "1 mail", "Housing for refugees in small towns", "“refugees” in the title", "of 100")
	if to := o.submit("eleni", "/my-funding/new", with(fields(second), url.Values{"act": {"save"}})); to != "/my-funding?done=weekly" {
		t.Errorf("leads to %s", to)
	}
	o.contains(o.open("eleni", "/my-funding?done=weekly"), "Saved. You will get a mail every Monday at 7:00", "Words: refugees", "Countries: Cyprus")
	person, err := o.Members.Person(t.Context(), o.people["eleni"].Ref)
	if err != nil || !person.Preferences.Funding {
		t.Errorf("saving gave no consent to mail: %v", err)
	}
	consents, err := o.Members.Consents(t.Context(), person.Ref)
	if last := consents[len(consents)-1]; err != nil || last.Purpose != members.ForFunding || !last.Given || last.Text == "" {
		t.Errorf("the record says %+v, %v", last, err)
	}
}

func TestThePreviewLooksBackThreeMonths(t *testing.T) {
	o := newTown(t)
	o.imports(housing(named("OLD", "Old housing for refugees")))
	o.advance(100 * 24 * time.Hour)
	o.imports(housing(func(r *call.Record) { r.Deadlines[0].Day = "2027-12-01" }))
	o.imports(housing(named("OTHER", "Robots"), func(r *call.Record) { r.Topics, r.Summary, r.Text = nil, "", "" }))
	i := o.saved("/my-funding/new?topic=housing", url.Values{"name": {"Homes"}, "frequency": {"daily"}})
	page := o.open("eleni", "/my-funding/"+i.ID+"/preview")
	o.contains(page, "Housing for refugees in small towns", "the theme “Housing and settlement”")
	o.lacks(page, "Old housing", "Robots")
}

func TestThePreviewFindsAcrossLanguages(t *testing.T) {
	o := newTown(t)
	o.imports(housing())
	i := o.saved("/my-funding/new?words="+url.QueryEscape("πρόσφυγες"), url.Values{"name": {"Πρόσφυγες"}, "frequency": {"daily"}})
	o.contains(o.open("eleni", "/my-funding/"+i.ID+"/preview"), "“refugees” in the title")
}

func TestColleaguesShareAnInterest(t *testing.T) {
	o := newTown(t)
	o.saved("/my-funding/new?words=one", url.Values{"name": {"Mine only"}, "frequency": {"none"}})
	o.saved("/my-funding/new?words=two", url.Values{"name": {"Ours"}, "shared": {"yes"}, "frequency": {"daily"}})
	all, err := o.Interests.OfOrganisation(t.Context(), o.people["eleni"].Organisation)
	if err != nil || len(all) != 2 {
		t.Fatalf("saved are %+v, %v", all, err)
	}
	var secret, shared interest.Interest
	for _, i := range all {
		if i.Name == "Ours" {
			shared = i
		} else {
			secret = i
		}
	}
	andys := o.open("andys", "/my-funding?lang=en")
	o.contains(andys, "Ours", "From a colleague", "You will get no mail about this")
	o.lacks(andys, "Mine only")
	o.lacks(o.open("petra", "/my-funding"), "Ours")
	for _, path := range []string{"/my-funding/" + secret.ID, "/my-funding/" + secret.ID + "/delete"} {
		if w := o.do("andys", "GET", path, nil); w.Code != http.StatusNotFound {
			t.Errorf("a colleague opens %s: %d", path, w.Code)
		}
	}
	if w := o.do("petra", "GET", "/my-funding/"+shared.ID, nil); w.Code != http.StatusNotFound {
		t.Errorf("another organisation opens it: %d", w.Code)
	}
	if to := o.submit("andys", "/my-funding/"+shared.ID+"/mail", url.Values{"act": {"set"}, "frequency": {"atOnce"}}); to != "/my-funding?done=atOnce" {
		t.Errorf("leads to %s", to)
	}
	o.submit("andys", "/my-funding/"+shared.ID+"/mail", url.Values{"act": {"pause"}})
	o.contains(o.open("andys", "/my-funding?lang=en"), "Paused: you get no mail")
	got, err := o.Interests.Get(t.Context(), shared.Organisation, shared.ID)
	if err != nil || len(got.Subscribers) != 2 || got.Subscribers[0].Paused || !got.Subscribers[1].Paused {
		t.Errorf("the subscribers are %+v, %v", got.Subscribers, err)
	}
	o.contains(o.open("eleni", "/my-funding/"+shared.ID+"/delete"), "1 colleague gets mail")
	if w := o.do("andys", "POST", "/my-funding/"+shared.ID+"/mail", url.Values{"act": {"set"}, "frequency": {"hourly"}}); w.Code != 422 {
		t.Errorf("a frequency that there is not: %d", w.Code)
	}
	o.submit("eleni", "/my-funding/"+shared.ID+"/delete", nil)
	if w := o.do("andys", "GET", "/my-funding/"+shared.ID, nil); w.Code != http.StatusNotFound {
		t.Errorf("it is still there: %d", w.Code)
	}
}

func TestTwoEditAnInterestAtOnce(t *testing.T) {
	o := newTown(t)
	i := o.saved("/my-funding/new?words=flats", url.Values{"name": {"Homes"}, "shared": {"yes"}, "frequency": {"weekly"}})
	path := "/my-funding/" + i.ID
	second := func(who string) url.Values {
		return fields(o.answered(http.StatusOK, who, path, with(fields(o.open(who, path)), url.Values{"act": {"next"}})))
	}
	hers, his := second("eleni"), second("andys")
	o.submit("eleni", path, with(hers, url.Values{"name": {"Flats"}, "act": {"save"}}))
	page := o.answered(http.StatusConflict, "andys", path, with(his, url.Values{"name": {"Houses"}, "frequency": {"none"}, "act": {"save"}}))
	o.contains(page, "Flats", `value="Houses"`)
	o.submit("andys", path, with(fields(page), url.Values{"act": {"save"}}))
	got, err := o.Interests.Get(t.Context(), i.Organisation, i.ID)
	if err != nil || got.Name != "Houses" || !got.Shared || len(got.Subscribers) != 1 || got.Subscribers[0].Person != o.people["eleni"].Ref {
		t.Errorf("stored is %+v, %v", got, err)
	}
}

func TestWhatAFormRefusesIsKept(t *testing.T) {
	o := newTown(t)
	form := url.Values{"act": {"save"}, "name": {""}, "least": {"many"}, "most": {"10"}, "words": {"flats"}, "frequency": {"weekly"}}
	page := o.answered(http.StatusUnprocessableEntity, "eleni", "/my-funding/new", form)
	o.contains(page, `value="many"`, "Please write a number in digits", `name="words" value="flats"`, `href="#f-least"`)
	form = url.Values{"act": {"save"}, "name": {"x"}, "topics": {"chess"}, "words": {strings.Repeat("x", 301)}, "frequency": {"weekly"}}
	page = o.answered(http.StatusUnprocessableEntity, "eleni", "/my-funding/new", form)
	o.contains(page, `href="#f-topics"`, `href="#f-words"`, `name="name" value="x"`)
	if w := o.do("", "GET", "/my-funding", nil); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/sign-in?next=") {
		t.Errorf("a stranger: %d", w.Code)
	}
}

func TestMailThatWasStoppedBeginsAgain(t *testing.T) {
	o := newTown(t)
	o.saved("/my-funding/new?words=flats", url.Values{"name": {"Homes"}, "frequency": {"weekly"}})
	ref := o.people["eleni"].Ref
	if err := o.Members.Unsubscribe(t.Context(), ref, members.ForFunding, members.Consenting{How: "one-click", Language: "en"}); err != nil {
		t.Fatal(err)
	}
	o.contains(o.open("eleni", "/my-funding"), "You have stopped all mail about funding")
	o.submit("eleni", "/my-funding", nil)
	if page := o.open("eleni", "/my-funding?done=resumed"); strings.Contains(page, "You have stopped") {
		t.Error("the mail is still stopped")
	}
}

func TestEuros(t *testing.T) {
	for typed, want := range map[string]int64{"": 0, "250000": 250_000, "250 000": 250_000, "250.000": 250_000, "250,000 €": 250_000, "x": -1, "-5": -1, "99999999999999999999": -1} {
		n, ok := euros(typed)
		if ok != (want >= 0) || ok && n != want {
			t.Errorf("%q is %d, %v", typed, n, ok)
		}
	}
}

func TestWhenAMailGoesOut(t *testing.T) {
	for _, tt := range []struct {
		came string
		f    interest.Frequency
		want string
	}{
		{"2027-03-01T05:59:00Z", interest.Daily, "2027-03-01T06:00:00Z"}, // 7:00 in winter, a Monday
		{"2027-03-01T06:00:00Z", interest.Daily, "2027-03-02T06:00:00Z"},
		{"2027-03-01T06:00:00Z", interest.Weekly, "2027-03-08T06:00:00Z"},
		{"2027-03-27T12:00:00Z", interest.Weekly, "2027-03-29T05:00:00Z"}, // summer time begins on the Sunday
	} {
		came, _ := time.Parse(time.RFC3339, tt.came)
		if got := mailedAt(came, tt.f).UTC().Format(time.RFC3339); got != tt.want {
			t.Errorf("%s mail about what came at %s goes out at %s, want %s", tt.f, tt.came, got, tt.want)
		}
	}
}
