package desk

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

func TestQueueShowsWhatHasWaitedLongestFirst(t *testing.T) {
	o := newOffice(t)
	if page := o.get("/desk"); !strings.Contains(page, "Nothing waits for you") {
		t.Errorf("an empty desk does not say so:\n%s", page)
	}
	o.join("First <b>", "a@first.example")
	o.advance(26 * time.Hour)
	maria, err := o.Members.Person(t.Context(), o.mariaRef)
	if err != nil {
		t.Fatal(err)
	}
	o.maria = o.signIn(maria)
	o.join("Another", "a@another.example")
	for i := range 2 {
		_, err := o.Members.Apply(t.Context(), members.Application{Contact: members.Contact{Address: fmt.Sprintf("%d@x.example", i)}})
		if err != nil {
			t.Fatal(err)
		}
	}
	page := o.get("/desk")
	first, second := strings.Index(page, "First &lt;b&gt;"), strings.Index(page, "Another")
	if first < 0 || second < first {
		t.Errorf("the order is wrong:\n%s", page)
	}
	for _, want := range []string{"2 registrations await approval", "for 1 day", "since today", "2 more registrations or invitations", `href="/desk/newsletters"`, `href="/desk/imports"`, `href="/desk/practices"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the desk lacks %q", want)
		}
	}
}

func TestDeskCountsPracticesThatWait(t *testing.T) {
	o := newOffice(t)
	if page := o.get("/desk"); strings.Contains(page, "for a review") {
		t.Error("the desk speaks of practices although none waits")
	}
	o.Practices = func(context.Context) (int, error) { return 3, nil }
	if page := o.get("/desk"); !strings.Contains(page, `<a href="/desk/practices">3 practices wait for a review</a>`) {
		t.Errorf("the desk does not lead to the practices:\n%s", page)
	}
}

func TestPagesSpeakEveryLanguage(t *testing.T) {
	o := newOffice(t)
	org, _ := o.join("Strovolos", "eleni@strovolos.example")
	member, colleague := o.join("Member", "a@member.example")
	o.approve(member.ID)
	for _, tag := range language.Available() { // a missing text panics, which is a 500
		for _, path := range []string{
			"/desk", "/desk/audit", "/desk/audit?month=2024-01&who=A.B&action=import", "/desk/members", "/desk/members?words=nothing", "/desk/members?state=declined", "/desk/members/" + org.ID,
			"/desk/members/" + org.ID + "/approve", "/desk/members/" + org.ID + "/decline", "/desk/members/" + member.ID + "/suspend",
			"/desk/members/" + member.ID + "/people/" + colleague.Ref.Person + "/make-coordinator",
		} {
			separator := "?"
			if strings.Contains(path, "?") {
				separator = "&"
			}
			page := o.get(path + separator + "lang=" + string(tag))
			if !strings.Contains(page, `<html lang="`+string(tag)+`"`) {
				t.Errorf("%s is not in %s", path, tag)
			}
		}
		for _, done := range doneNotices {
			o.get("/desk/members/" + member.ID + "?done=" + done + "&lang=" + string(tag))
		}
	}
	o.get("/desk/members/" + member.ID + "?done=%3Cscript%3E")
}

func TestOrganisationPageShowsWhatIsNeededToDecide(t *testing.T) {
	o := newOffice(t)
	o.join("Strovolos Municipality", "a@other.example")
	org, person := o.join("Municipality of Strovolos", "eleni@strovolos.example")
	o.advance(time.Second)
	if err := o.Members.SavePreferences(t.Context(), person.Ref, members.Preferences{Newsletter: members.Never}, "el", members.Consenting{How: "one-click", Language: "el"}); err != nil {
		t.Fatal(err)
	}
	page := o.get("/desk/members/" + org.ID)
	for _, want := range []string{
		"https://www.strovolos.example", "mailto:eleni@strovolos.example", "Greek", "Stopped the newsletter",
		"Agreed that we keep these details", "Strovolos Municipality", "Is it the same one?",
		"/approve", "/decline", "Awaiting approval",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "/suspend") {
		t.Error("the page offers what is not open")
	}
}

func TestListFiltersAndPages(t *testing.T) {
	o := newOffice(t)
	for i := range members.PageSize + 3 {
		org, _ := o.join(fmt.Sprintf("Δήμος %02d", i), fmt.Sprintf("a@town%02d.example", i))
		if i != 5 {
			o.approve(org.ID)
		}
	}
	rows := func(page string) int {
		return strings.Count(page, `href="/desk/members/`) - strings.Count(page, `href="/desk/members/?`)
	}
	first := o.get("/desk/members?words=δημος&kind=ngo&country=CY")
	if got := rows(first); got != members.PageSize {
		t.Errorf("the first page has %d rows", got)
	}
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(first)
	if next == nil {
		t.Fatalf("no next page:\n%s", first)
	}
	address := strings.ReplaceAll(next[1], "&amp;", "&")
	for _, want := range []string{"kind=ngo", "country=CY", "state=member", "words="} {
		if !strings.Contains(address, want) {
			t.Errorf("the next page's address %s lost %s", address, want)
		}
	}
	if got := rows(o.get(address)); got != 2 {
		t.Errorf("the second page has %d rows, want 2", got)
	}
	if page := o.get("/desk/members?state=awaitingApproval"); rows(page) != 1 || !strings.Contains(page, "Δήμος 05") {
		t.Error("the filter by state does not work")
	}
	if page := o.get("/desk/members?words=%3Cscript%3E&country=XX&kind=YY&state=ZZ"); strings.Contains(page, "<script>") || !strings.Contains(page, "No organisation matches") {
		t.Error("a strange filter does strange things")
	}
}

func TestExport(t *testing.T) {
	o := newOffice(t)
	for _, name := range []string{"=cmd|' /C calc'!A0", "+11", "-12", "@SUM(A1)", "Quote \"d\", with; all", "Δήμος"} {
		org, _ := o.join(name, fmt.Sprintf("a@%x.example", name))
		o.approve(org.ID)
	}
	org, _ := o.join("Waiting", "a@waiting.example")
	path := "/desk/members.csv?" + url.Values{"state": {"member"}, "country": {"CY"}}.Encode()
	w := o.do(o.maria, "GET", path, nil)
	body := w.Body.String()
	if w.Header().Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(w.Header().Get("Content-Disposition"), `filename="munet-members-2026-11-21.csv"`) {
		t.Errorf("headers = %v", w.Header())
	}
	text, ok := strings.CutPrefix(body, "\ufeff")
	if !ok || strings.Count(text, "\r\n") != strings.Count(text, "\n") {
		t.Error("the file lacks its mark or its line ends")
	}
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, line := range lines[1:] {
		names = append(names, line[0])
		for _, cell := range line {
			if cell != "" && strings.ContainsRune("=+-@\t\r\x00", rune(cell[0])) {
				t.Errorf("the cell %q is a formula", cell)
			}
		}
	}
	slices.Sort(names)
	want := []string{"'+11", "'-12", "'=cmd|' /C calc'!A0", "'@SUM(A1)", "NGO of Nikos", "Quote \"d\", with; all", "Δήμος"}
	if !slices.Equal(names, want) {
		t.Errorf("names = %q, want %q (and not %q)", names, want, org.Name)
	}
	if got := o.entries(); !slices.Equal(got, []string{"MuNet export-members /desk/members?country=CY&state=member"}) {
		t.Errorf("audit = %q", got)
	}
}
