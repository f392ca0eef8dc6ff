package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/municipalitiesnet/munet/infra/local/ses"
	"github.com/municipalitiesnet/munet/internal/members"
)

func (o *office) state(id string) members.Organisation {
	o.t.Helper()
	org, _, err := o.Members.Organisation(o.t.Context(), id)
	if err != nil {
		o.t.Fatal(err)
	}
	return org
}

func TestTheWayOfAnOrganisation(t *testing.T) {
	o := newOffice(t)
	org, eleni := o.join("Strovolos", "eleni@strovolos.example")
	_, andreas := o.join("Strovolos", "andreas@strovolos.example")
	path := "/desk/members/" + org.ID
	cookie := ""
	both := []string{andreas.Address, eleni.Address}
	slices.Sort(both)
	steps := []struct {
		action  string
		state   members.State
		subject string
	}{
		{"approve", members.Member, "Welcome to the network"},
		{"suspend", members.Suspended, "Your membership is suspended"},
		{"reinstate", members.Member, "Your membership is active again"},
	}
	for _, step := range steps {
		if step.action == "suspend" {
			cookie = o.signIn(eleni)
		}
		ask := o.get(path + "/" + step.action)
		if !strings.Contains(ask, "eleni") || !strings.Contains(ask, `name="note"`) {
			t.Errorf("the page that asks to %s does not name the people:\n%s", step.action, ask)
		}
		w := o.do(o.maria, "POST", path+"/"+step.action, url.Values{"note": {"Because <b>so</b>\r\nBcc: x@y.example"}})
		if want := path + "?done=" + step.action; w.Code != http.StatusSeeOther || w.Header().Get("Location") != want {
			t.Fatalf("%s: %d to %q, want %q\n%s", step.action, w.Code, w.Header().Get("Location"), want, w.Body)
		}
		if got := o.state(org.ID); got.State != step.state || got.Decision.By != "MuNet" {
			t.Errorf("%s: %+v", step.action, got)
		}
		var to []string
		for _, m := range o.post.Take() {
			to = append(to, m.To...)
			if m.Subject != step.subject || m.Headers["Bcc"] != "" || !strings.Contains(m.Text, "Because") {
				t.Errorf("%s: mail %+v", step.action, m)
			}
		}
		slices.Sort(to)
		if !slices.Equal(to, both) {
			t.Errorf("%s: mails to %q, want %q", step.action, to, both)
		}
		page := o.get(w.Header().Get("Location"))
		if !strings.Contains(page, "Done.") || strings.Contains(page, "could not be sent") || strings.Contains(page, "<b>so") {
			t.Errorf("%s: the page afterwards is wrong:\n%s", step.action, page)
		}
	}
	if w := o.do(cookie, "GET", "/desk", nil); w.Code != http.StatusSeeOther {
		t.Errorf("a session from before the suspension: %d, want to sign in again", w.Code)
	}
	want := []string{"MuNet approve " + path, "MuNet suspend " + path, "MuNet reinstate " + path}
	if got := o.entries(); !slices.Equal(got, want) {
		t.Errorf("audit = %q, want %q", got, want)
	}
}

func TestDeclining(t *testing.T) {
	o := newOffice(t)
	org, _ := o.join("Strovolos", "eleni@strovolos.example")
	o.do(o.maria, "POST", "/desk/members/"+org.ID+"/decline", url.Values{"note": {""}})
	if got := o.state(org.ID).State; got != members.Declined {
		t.Errorf("state = %s", got)
	}
	if to := o.mailed(); len(to) != 1 {
		t.Errorf("mails to %q", to)
	}
	if page := o.get("/desk/members/" + org.ID); strings.Contains(page, "/approve") {
		t.Error("a declined registration can be approved")
	}
	o.join("Strovolos", "eleni@strovolos.example") // fails the test if the name or address is still taken
}

func TestTwoCoordinatorsAtOnce(t *testing.T) {
	o := newOffice(t)
	org, _ := o.join("Strovolos", "eleni@strovolos.example")
	path := "/desk/members/" + org.ID
	var wait sync.WaitGroup
	codes, bodies := make([]int, 2), make([]string, 2)
	for i, who := range []struct{ session, action string }{{o.maria, "approve"}, {o.nikos, "decline"}} {
		wait.Go(func() {
			w := o.do(who.session, "POST", path+"/"+who.action, url.Values{})
			codes[i], bodies[i] = w.Code, w.Body.String()
		})
	}
	wait.Wait()
	first, second := 0, 1
	if codes[0] != http.StatusSeeOther {
		first, second = 1, 0
	}
	if codes[first] != http.StatusSeeOther || codes[second] != http.StatusConflict {
		t.Fatalf("answers %v, want one redirect and one conflict", codes)
	}
	winner := []string{"MuNet", "nikos"}[first]
	if !strings.Contains(bodies[second], winner+" has decided") {
		t.Errorf("the second is not told that %s decided:\n%s", winner, bodies[second])
	}
	if to := o.mailed(); len(to) != 1 {
		t.Errorf("mails to %q, want one", to)
	}
	if got := o.entries(); len(got) != 1 {
		t.Errorf("audit = %q, want one entry", got)
	}
}

func TestDoubleSubmitShowsTheResult(t *testing.T) {
	o := newOffice(t)
	org, _ := o.join("Strovolos", "eleni@strovolos.example")
	var wait sync.WaitGroup
	for range 10 {
		wait.Go(func() {
			w := o.do(o.maria, "POST", "/desk/members/"+org.ID+"/approve", url.Values{"note": {"Welcome"}})
			if w.Code != http.StatusSeeOther {
				t.Errorf("status %d", w.Code)
			}
		})
	}
	wait.Wait()
	if to := o.mailed(); len(to) != 1 {
		t.Errorf("mails to %q, want one", to)
	}
	if got := o.entries(); len(got) != 1 {
		t.Errorf("audit = %q, want one entry", got)
	}
}

func TestNotes(t *testing.T) {
	o := newOffice(t)
	org, _ := o.join("Strovolos", "eleni@strovolos.example")
	path := "/desk/members/" + org.ID + "/approve"
	for name, note := range map[string]string{
		"too long":  strings.Repeat("ό", members.MaxNote+1),
		"a NUL":     "a\x00b",
		"an escape": "a\x1bb",
		"not UTF-8": "a\xffb",
	} {
		w := o.do(o.maria, "POST", path, url.Values{"note": {note}})
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="f-note-error"`) {
			t.Errorf("%s: %d", name, w.Code)
		}
		if name == "too long" && !strings.Contains(w.Body.String(), note) {
			t.Error("what was typed is lost")
		}
	}
	if got := o.state(org.ID).State; got != members.AwaitingApproval {
		t.Fatalf("state = %s", got)
	}
	note := strings.Repeat("ό", members.MaxNote-1) + "\r\n\r\n"
	if w := o.do(o.maria, "POST", path, url.Values{"note": {note}}); w.Code != http.StatusSeeOther {
		t.Errorf("the longest note: %d", w.Code)
	}
}

func TestMailThatFailsIsOwedAndSentAgain(t *testing.T) {
	o := newOffice(t)
	org, _ := o.join("Strovolos", "eleni@strovolos.example")
	o.join("Strovolos", "andreas@strovolos.example")
	path := "/desk/members/" + org.ID
	o.post.SetFaults(ses.Faults{Reject: ses.Fault{Probability: 1, To: "eleni"}})
	w := o.do(o.maria, "POST", path+"/approve", url.Values{})
	page := o.get(w.Header().Get("Location"))
	if !strings.Contains(page, "The decision stands. The email to 1 person could not be sent.") {
		t.Errorf("the page does not say so:\n%s", page)
	}
	if queue := o.get("/desk"); !strings.Contains(queue, "Email that was not sent") || !strings.Contains(queue, path) {
		t.Errorf("the desk does not show the mail that is owed:\n%s", queue)
	}
	o.post.Take()

	o.do(o.maria, "POST", path+"/mail", url.Values{}) // still refused
	o.post.SetFaults(ses.Faults{})
	var wait sync.WaitGroup
	for range 5 {
		wait.Go(func() { o.do(o.nikos, "POST", path+"/mail", url.Values{}) })
	}
	wait.Wait()
	w = o.do(o.nikos, "POST", path+"/mail", url.Values{})
	if to := o.mailed(); !slices.Equal(to, []string{"eleni@strovolos.example"}) {
		t.Errorf("mails to %q, want one to eleni", to)
	}
	if page := o.get(w.Header().Get("Location")); !strings.Contains(page, "Everybody has been told by email") {
		t.Errorf("the page after sending again:\n%s", page)
	}
	if queue := o.get("/desk"); !strings.Contains(queue, "Nothing waits for you") {
		t.Errorf("the desk still shows something:\n%s", queue)
	}
}
