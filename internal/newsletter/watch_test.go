package newsletter

import (
	"context"
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
)

// engine is a sender of newsletters.
func (o *office) engine() *dissemination.Engine {
	return &dissemination.Engine{
		Store: o.Ledger, Send: o.Sender.Send, Quota: o.Sender.Quota, Log: o.Service.Log,
		Kinds: map[string]dissemination.Kind{CampaignKind: (&Bulk{
			Newsletters: o.Newsletters, Members: o.Members, Suppressions: o.suppressions, Layout: o.Layout,
		}).Kind()},
	}
}

func (o *office) run(e *dissemination.Engine) {
	o.Helper()
	if _, err := e.Run(o.Context()); err != nil {
		o.Fatal(err)
	}
}

func (o *office) wait(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.clock = o.clock.Add(d)
}

func TestPausingAndStopping(t *testing.T) {
	o := newOffice(t)
	o.member("anna@pafos.example", "en", every)
	o.member("eleni@pafos.example", "el", every)
	path := "/desk/newsletters/" + o.sent(Monthly, both)
	for _, action := range []string{"/pause", "/resume", "/stop", "/again"} {
		if page := o.refused(http.StatusConflict, path+action, nil); !strings.Contains(page, "moved on") {
			t.Errorf("%s before the sending begins says\n%s", action, page)
		}
	}
	// The account's quota for today is used up, so that the sending stands in its middle.
	e := o.engine()
	e.Quota = func(context.Context) (mail.Quota, error) { return mail.Quota{PerSecond: 10}, nil }
	o.run(e)
	if page := o.open(path + "/progress"); !strings.Contains(page, "takes no more") || !strings.Contains(page, path+"/pause") {
		t.Errorf("the progress in the middle is\n%s", page)
	}
	if at := o.submit(path+"/pause", nil); !strings.HasPrefix(at, path+"/progress") {
		t.Errorf("pausing leads to %q", at)
	}
	page := o.open(path + "/progress")
	for _, want := range []string{"Sending was paused on", path + "/resume", path + "/stop"} {
		if !strings.Contains(page, want) {
			t.Errorf("the paused progress lacks %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "data-refresh") {
		t.Error("a paused page looks again and again")
	}
	if list := o.open("/desk/newsletters"); !strings.Contains(list, "Paused") {
		t.Errorf("the list does not say that it is paused:\n%s", list)
	}
	o.wait(2 * time.Hour)
	if o.deliver(); len(o.post.mails) != 0 {
		t.Fatal("a paused newsletter goes out")
	}
	o.submit(path+"/resume", nil)
	o.refused(http.StatusConflict, path+"/resume", nil)
	if page := o.open(path + "/stop"); !strings.Contains(page, "2 people have not got this newsletter yet") {
		t.Errorf("the page before stopping says\n%s", page)
	}
	o.submit(path+"/stop", nil)
	if o.deliver(); len(o.post.mails) != 0 {
		t.Fatal("a stopped newsletter goes out")
	}
	if page := o.open(path + "/progress"); !strings.Contains(page, "stopped for good") || strings.Contains(page, path+"/resume") {
		t.Errorf("the stopped progress is\n%s", page)
	}
	o.refused(http.StatusConflict, path+"/resume", nil)
}

func TestSendingAgainToTheUncertain(t *testing.T) {
	o := newOffice(t)
	o.member("anna@pafos.example", "en", every)
	o.member("eleni@pafos.example", "el", every)
	path := "/desk/newsletters/" + o.sent(Monthly, both)
	e := o.engine()
	e.Send = silently(o.Sender)
	o.run(e)
	o.post.mails = map[string][]string{}
	if page := o.open(path + "/progress"); strings.Contains(page, path+"/again") || !strings.Contains(page, "you can send it again") {
		t.Errorf("just after the end, the progress is\n%s", page)
	}
	o.refused(http.StatusConflict, path+"/again", nil)
	o.wait(dissemination.Settling + time.Minute)
	if page := o.open(path + "/progress"); !strings.Contains(page, "Send again to these 2 people") {
		t.Errorf("the progress is\n%s", page)
	}
	if page := o.open(path + "/again"); !strings.Contains(page, "some of them may get it twice") {
		t.Errorf("the confirmation is\n%s", page)
	}
	o.submit(path+"/again", nil)
	o.refused(http.StatusConflict, path+"/again", nil)
	if page := o.open(path + "/progress"); !strings.Contains(page, "Being sent") {
		t.Errorf("the progress meanwhile is\n%s", page)
	}
	o.deliver()
	if len(o.post.mails["anna@pafos.example"]) != 1 || len(o.post.mails["eleni@pafos.example"]) != 1 {
		t.Errorf("the mails went to %d people", len(o.post.mails))
	}
	if w := o.do("coordinator", "GET", path+"/again", nil); w.Code != http.StatusSeeOther {
		t.Errorf("with nobody uncertain, the confirmation answers %d", w.Code)
	}
}

func TestReport(t *testing.T) {
	o := newOffice(t)
	anna := o.approved("anna@sliema.example", members.Profile{Kind: "ngo", Name: "=cmd|' /C calc'!A0", Country: "MT"})
	o.subscribe(anna)
	o.member("eleni@pafos.example", "el", every)
	path := "/desk/newsletters/" + o.sent(Monthly, both)
	o.deliver()
	campaign := strings.TrimPrefix(path, "/desk/newsletters/")
	if err := o.Ledger.Unsubscribed(t.Context(), campaign, anna.Ref.String()); err != nil {
		t.Fatal(err)
	}
	page := o.open(path + "/report")
	for _, want := range []string{
		"Malta", "Cyprus", "<dt>Unsubscribed from this email</dt><dd>1</dd>", "<svg", "1 of 1", "We do not record who opens", path + "/report.csv",
		`<td role="cell" data-label="Sent" class="number">1</td>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the report lacks %q:\n%s", want, page)
		}
	}
	w := o.do("coordinator", "GET", path+"/report.csv", nil)
	if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") || !strings.Contains(w.Header().Get("Content-Disposition"), "munet-newsletter-2027-03-14.csv") {
		t.Errorf("the file has the headers %v", w.Header())
	}
	lines, err := csv.NewReader(strings.NewReader(w.Body.String())).ReadAll()
	if err != nil || len(lines) != 3 {
		t.Fatalf("the file has %d lines (%v), want a head and 2 recipients:\n%s", len(lines), err, w.Body)
	}
	for _, line := range lines[1:] {
		if line[5] != "sent" || strings.HasPrefix(line[0], "=") {
			t.Errorf("a line is %q", line)
		}
	}
	if w := o.do("coordinator", "GET", path+"/report.csv?part=2", nil); w.Code != http.StatusNotFound {
		t.Errorf("a part that is not there: %d", w.Code)
	}
}

func TestRefusalsAreSaidInWords(t *testing.T) {
	for code, want := range map[string]string{
		"MessageRejected": "Refused: the email service does not accept this email",
		"rejected":        "Taken, then not sent: the email service found something harmful in the email",
		"NewCodeOfSES":    "Refused (NewCodeOfSES)",
	} {
		if got := refusalText(language.For("en"), code); got != want {
			t.Errorf("%s is said as %q, want %q", code, got, want)
		}
	}
}

// subscribe has a person get every issue.
func (o *office) subscribe(p members.Person) {
	o.Helper()
	if err := o.Members.SavePreferences(o.Context(), p.Ref, every, "en", members.Consenting{How: "preferences", Language: "en"}); err != nil {
		o.Fatal(err)
	}
}
