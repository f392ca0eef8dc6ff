package desk

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
)

// record adds an entry of Maria's to the audit log.
func (o *office) record(action audit.Action, what, note string) {
	o.t.Helper()
	o.advance(time.Second)
	e := audit.Entry{Who: o.mariaRef.String(), Name: "Maria <b>", Action: action, What: what, Note: note, At: o.now()}
	if err := o.Audit.Add(o.t.Context(), e); err != nil {
		o.t.Fatal(err)
	}
}

func TestTheRecordSaysWhoDidWhat(t *testing.T) {
	o := newOffice(t)
	if page := o.get("/desk/audit"); !strings.Contains(page, "Nothing was recorded") {
		t.Errorf("an empty month does not say so:\n%s", page)
	}
	if page := o.get("/desk"); !strings.Contains(page, `href="/desk/audit"`) {
		t.Error("the desk does not lead to the record")
	}
	org, _ := o.join("Strovolos", "eleni@strovolos.example")
	o.do(o.nikos, "POST", "/desk/members/"+org.ID+"/approve", url.Values{"note": {"Welcome <i>"}})
	o.record(audit.ExportMembers, "/desk/members?state=member", "")
	page := o.get("/desk/audit?lang=el")
	for _, want := range []string{
		"Ενέκρινε μια εγγραφή μέλους", "Welcome &lt;i&gt;", `href="/desk/members/` + org.ID + `?lang=el"`, "Maria &lt;b&gt;",
		"21 Νοεμβρίου 2026", `<option value="2026-11" selected>Νοέμβριος 2026</option>`, "Εξήγαγε μέλη",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if strings.Index(page, "Εξήγαγε μέλη</a>") > strings.Index(page, "Ενέκρινε μια εγγραφή μέλους</a>") {
		t.Error("the latest entry is not the first")
	}
	for query, want := range map[string]bool{
		"": true, "?action=approve": true, "?action=import": false, "?who=" + o.mariaRef.String(): false, "?words=WELCOME": true,
		"?words=nothing": false, "?month=2026-10": false, "?month=x&action=y&who=z": true, "?cursor=2026-11-01": false,
	} {
		if got := strings.Contains(o.get("/desk/audit"+query), "Approved a registration</a>"); got != want {
			t.Errorf("%q shows the approval: %t", query, got)
		}
	}
	page = o.get("/desk/audit?who=" + o.mariaRef.String())
	if !strings.Contains(page, "Only what Maria &lt;b&gt; did.") || !strings.Contains(page, `href="/desk/audit?month=2026-11"`) {
		t.Errorf("one person's entries:\n%s", page)
	}
}

func TestTheRecordIsPaged(t *testing.T) {
	o := newOffice(t)
	for i := range auditPage + 2 {
		o.record(audit.Import, fmt.Sprintf("/desk/imports/%02d", i), "")
	}
	page := o.get("/desk/audit?action=import&words=imports")
	if got := strings.Count(page, `href="/desk/imports/`); got != auditPage {
		t.Errorf("the first page has %d entries", got)
	}
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(page)
	if next == nil {
		t.Fatalf("no next page:\n%s", page)
	}
	page = o.get(strings.ReplaceAll(next[1], "&amp;", "&"))
	if !strings.Contains(page, `/desk/imports/01"`) || !strings.Contains(page, `/desk/imports/00"`) || strings.Contains(page, `/desk/imports/02"`) {
		t.Errorf("the second page:\n%s", page)
	}
}

func TestTheRecordIsExported(t *testing.T) {
	o := newOffice(t)
	o.record(audit.Suspend, "/desk/members/A", "=cmd|' /C calc'!A0")
	o.record(audit.Approve, "/desk/members/B", "Γεια \"σας\"\nκαι καλώς ήρθατε")

	w := o.do(o.maria, "GET", "/desk/audit.csv?month=2026-11", nil)
	text, ok := strings.CutPrefix(w.Body.String(), "\ufeff")
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if !ok || err != nil || w.Header().Get("Content-Disposition") != `attachment; filename="munet-audit-2026-11.csv"` {
		t.Fatalf("%v %v\n%s", err, w.Header(), text)
	}
	if len(lines) != 4 || lines[1][3] != "export-audit" || lines[2][5] != "Γεια \"σας\"\nκαι καλώς ήρθατε" || lines[3][5] != "'=cmd|' /C calc'!A0" {
		t.Errorf("the file has %q", lines)
	}

	w = o.do(o.maria, "GET", "/desk/audit.jsonl?month=2026-11&action=suspend", nil)
	var e struct{ At, Who, Name, Action, What, Note string }
	if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || w.Header().Get("Content-Type") != "application/jsonl; charset=utf-8" {
		t.Fatalf("%v %v\n%s", err, w.Header(), w.Body)
	}
	if e.Action != "suspend" || e.Who != o.mariaRef.String() || e.What != "/desk/members/A" || e.Note != "=cmd|' /C calc'!A0" || !strings.HasPrefix(e.At, "2026-11-21T12:") {
		t.Errorf("the line is %+v", e)
	}
	if got := o.entries(); len(got) != 4 || got[3] != "MuNet export-audit /desk/audit?action=suspend&month=2026-11" {
		t.Errorf("the exports are recorded as %q", got)
	}
}

func TestALongRecordComesInParts(t *testing.T) {
	o := newOffice(t)
	long := strings.Repeat("x", 30<<10)
	const all = 200 // 6 MB
	for i := range all {
		o.record(audit.Import, fmt.Sprintf("/desk/imports/%03d", i), long)
	}
	seen := map[string]bool{}
	parts, address := 0, "/desk/audit.jsonl?action=import"
	for address != "" {
		w := o.do(o.maria, "GET", address, nil)
		if parts++; w.Code != http.StatusOK || w.Body.Len() > 6<<20 || parts > 3 {
			t.Fatalf("part %d: %d, %d bytes", parts, w.Code, w.Body.Len())
		}
		address = ""
		for lines := bufio.NewReader(w.Body); ; {
			line, err := lines.ReadString('\n')
			if err != nil {
				break
			}
			var e struct{ What, Next string }
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatal(err)
			}
			if e.Next != "" {
				address = strings.TrimPrefix(e.Next, "https://munet.example")
				if want := "<" + address + `>; rel="next"`; w.Header().Get("Link") != want {
					t.Errorf("Link = %q, want %q", w.Header().Get("Link"), want)
				}
				continue
			}
			if seen[e.What] {
				t.Errorf("%s comes twice", e.What)
			}
			seen[e.What] = true
		}
	}
	if len(seen) != all || parts < 2 {
		t.Errorf("%d entries in %d parts", len(seen), parts)
	}
}
