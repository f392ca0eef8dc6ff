package funding

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/municipalitiesnet/munet/internal/call"
)

// unfold reads a calendar back into its lines (RFC 5545, 3.1).
func unfold(s string) []string {
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(s, "\r\n ", ""), "\r\n"), "\r\n")
}

func unescape(s string) string {
	return strings.NewReplacer(`\\`, `\`, `\;`, `;`, `\,`, `,`, `\n`, "\n").Replace(s)
}

// Whatever a title holds, a calendar is made of short lines of whole characters and gives it back.
func TestAnyTextBecomesACalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		title := rapid.OneOf(rapid.String(), rapid.StringMatching(`[αβγ,;\\\n "é😀]{0,200}`)).Draw(t, "title")
		var b bytes.Buffer
		err := writeEvents(&b, title, "munet.example", []event{{UID: "1", Summary: title, Start: time.Unix(0, 0), Changed: time.Unix(0, 0), URL: "https://munet.example/"}})
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(b.String(), "\r\n"), "\r\n") {
			if len(line) > maxLine || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
				t.Fatalf("line %q of %d bytes", line, len(line))
			}
		}
		lines := unfold(b.String())
		if lines[0] != "BEGIN:VCALENDAR" || lines[len(lines)-1] != "END:VCALENDAR" {
			t.Fatalf("from %q to %q", lines[0], lines[len(lines)-1])
		}
		for _, line := range lines {
			if got, ok := strings.CutPrefix(line, "SUMMARY:"); ok {
				plain := regexp.MustCompile("[\x00-\x08\x0b-\x1f\x7f]").ReplaceAllString(strings.ToValidUTF8(strings.ReplaceAll(title, "\r\n", "\n"), ""), "")
				if unescape(got) != plain {
					t.Fatalf("%q came back as %q", plain, unescape(got))
				}
			}
		}
	})
}

func TestDaysAndMomentsInACalendar(t *testing.T) {
	o := newTown(t)
	id := o.imports(housing(func(r *call.Record) {
		r.Model = call.MultipleCutOffs
		r.Deadlines = []call.Deadline{{Day: "2027-04-08"}, {Day: "2027-10-31", CutOff: "02:30"}} // a time that comes twice
	}))
	lines := unfold(o.open("", "/calls/"+id+".ics?lang=en"))
	got := strings.Join(lines, "\n")
	o.contains(got, "DTSTART;VALUE=DATE:20270408\nDTEND;VALUE=DATE:20270409", "DTSTART:20271031T003000Z", "UID:call-"+id+"-2@munet.example",
		"SUMMARY:Deadline 1: Housing for refugees in small towns", "METHOD:PUBLISH", "URL:https://munet.example/calls/"+id+"?lang=en")
}

func TestMyCalendarHasASecretAddress(t *testing.T) {
	o := newTown(t)
	followed := o.imports(housing(named("FOLLOWED", "Followed call"), func(r *call.Record) { r.Topics = nil }))
	o.imports(housing())
	aside := o.imports(housing(named("ASIDE", "Another about housing")))
	o.imports(housing(named("NONE", "Nobody's call"), func(r *call.Record) { r.Topics, r.Title, r.Summary = nil, "Nobody's call", "" }))
	o.submit("eleni", "/calls/"+followed+"/follow", nil)
	o.submit("eleni", "/calls/"+aside+"/dismiss", nil)
	o.saved("/my-funding/new?topic=housing", url.Values{"name": {"Homes"}, "frequency": {"weekly"}})
	page := o.open("eleni", "/my-funding/calendar")
	o.contains(page, "Followed call", "you follow it", "Housing for refugees", "fits “Homes”", "Make an address")
	o.lacks(page, "Another about housing", "Nobody")

	address := func() string {
		page := o.answered(http.StatusOK, "eleni", "/my-funding/calendar", url.Values{"act": {"new"}})
		return regexp.MustCompile(`https://munet.example(/calendars/[^<"]+)`).FindStringSubmatch(page)[1]
	}
	first := address()
	o.lacks(o.open("eleni", "/my-funding/calendar"), first)
	w := o.do("", "GET", first, nil)
	if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "private") {
		t.Fatalf("%d, %v", w.Code, w.Header())
	}
	o.contains(w.Body.String(), "Followed call", "Housing for refugees")
	second := address()
	o.submit("eleni", "/my-funding/calendar", url.Values{"act": {"end"}})
	for _, path := range []string{first, second, "/calendars/" + o.people["petra"].Ref.String() + "/x.ics", "/calendars/nobody/x.ics", "/calendars/A.B/.ics"} {
		if w := o.do("", "GET", path, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
