package review

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/ses"
	"github.com/municipalitiesnet/munet/internal/practice"
)

func TestQueue(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	shows(t, o.get("Maria", "/desk/practices"), "No practice waits")
	first := o.handIn("", "Keys to homes", "Homes.")
	o.advance(15 * 24 * time.Hour)
	second := o.handIn("", "Doors <b>open</b>", "Doors.")
	page := o.get("Maria", "/desk/practices")
	shows(t, page, "2 practices wait", "Δήμος Στροβόλου, Cyprus", "for 15 days", "since today", "Nobody yet", "Doors &lt;b&gt;open")
	if strings.Index(page, first) > strings.Index(page, second) {
		t.Error("the oldest does not come first")
	}
	o.send("Nikos", "/desk/practices/"+first+"/versions/1", http.StatusSeeOther, url.Values{"score.need": {"4"}})
	shows(t, o.get("Maria", "/desk/practices"), "Nikos")
	if page := o.get("Maria", "/desk/practices?show=free"); strings.Contains(page, first) || !strings.Contains(page, second) {
		t.Error("those that nobody reviews are others")
	}
	if page := o.get("Nikos", "/desk/practices?show=mine"); !strings.Contains(page, first) || strings.Contains(page, second) {
		t.Error("those that Nikos reviews are others")
	}
	shows(t, o.get("Nikos", "/desk/practices?show=updates"), "None of those")
	if w := o.do("Andys", "GET", "/desk/practices", nil); w.Code != http.StatusForbidden {
		t.Errorf("a member who is no coordinator gets %d", w.Code)
	}
}

func TestReviewOfTwo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := "/desk/practices/" + o.handIn("", "Keys to homes", "Homes.") + "/versions/1"
	shows(t, o.get("Maria", path), "Keys to empty flats.", "The town rents and lets.", "Your comment on: The goal", "Meets a need", "Please look.", "Creative Commons")
	o.send("Maria", path, http.StatusSeeOther, url.Values{
		"score.need": {"5"}, "score.results": {"2"}, "comment.goal": {"How many homes?"}, "comment.whole": {"Good <i>work</i>"}, "advice": {"askChanges"}, "revision": {"0"},
	})
	page := o.get("Nikos", path)
	shows(t, page, "How many homes?", "Good &lt;i&gt;work", "5 – very well", "Maria")
	o.send("Nikos", path, http.StatusSeeOther, url.Values{"score.need": {"2"}, "score.results": {"2"}, "advice": {"publish"}, "revision": {"0"}})
	shows(t, o.get("Maria", path), "3 points", "Different advice", "2 – hardly", "How many homes?</textarea>")

	// What cannot be kept comes back as it was typed.
	w := o.send("Maria", path, http.StatusUnprocessableEntity, url.Values{
		"score.need": {"6"}, "comment.goal": {strings.Repeat("x", practice.MaxComment+1)}, "comment.lessons": {"kept"}, "revision": {"1"},
	})
	shows(t, w.Body.String(), "xxxx", "at most 2,000", `href="#f-score.need"`)
	// Another window of the same person saved meanwhile.
	o.send("Maria", path, http.StatusSeeOther, url.Values{"comment.goal": {"From the other window"}, "revision": {"1"}})
	w = o.send("Maria", path, http.StatusConflict, url.Values{"comment.goal": {"From this window"}, "revision": {"1"}})
	shows(t, w.Body.String(), "another window", "From this window", `name="revision" value="2"`)
}

func TestAskForChanges(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.handIn("", "Keys to homes", "Homes.")
	path := "/desk/practices/" + id + "/versions/1"
	w := o.send("Maria", path+"/askChanges", http.StatusUnprocessableEntity, url.Values{"note": {" "}})
	shows(t, w.Body.String(), "This is needed.")
	o.send("Nikos", path, http.StatusSeeOther, url.Values{"comment.goal": {"How many homes?"}})
	shows(t, o.get("Maria", path+"/askChanges"), "How many homes?", "2 people get a mail", "Andys (Greek)")
	o.send("Maria", path+"/askChanges", http.StatusSeeOther, url.Values{"note": {"Nice.\n<b>But</b>"}})
	shows(t, o.get("Maria", "/desk/practices/"+id+"?done=askChanges"), "the owners were told", "Changes asked")

	v, err := o.Practices.Version(t.Context(), id, 1)
	if err != nil || v.Decision == nil || !slices.Equal(v.Decision.Comments["goal"], []string{"How many homes?"}) {
		t.Errorf("%+v, %v", v.Decision, err)
	}
	mails := o.post.Take()
	if len(mails) != 2 {
		t.Fatalf("%d mails, want 2", len(mails))
	}
	for _, m := range mails {
		want := []string{"Please look again", "/my-practices/" + id, "Maria writes:"}
		if m.To[0] == "andys@strovolos.example" {
			want = []string{"Δείτε ξανά", "/my-practices/" + id, "Maria γράφει:"}
		}
		for _, words := range want {
			if !strings.Contains(m.Subject+m.Text, words) {
				t.Errorf("the mail to %s lacks %q:\n%s\n%s", m.To, words, m.Subject, m.Text)
			}
		}
		if strings.Contains(m.HTML, "<b>But") {
			t.Error("what was typed became HTML")
		}
	}
	if got := o.entries(); !slices.Equal(got, []string{"Maria ask-changes /desk/practices/" + id}) {
		t.Errorf("the audit log has %q", got)
	}
	// Sent twice by the same person: the result. Decided otherwise: told so, and the words are kept.
	o.send("Maria", path+"/askChanges", http.StatusSeeOther, url.Values{"note": {"Nice."}})
	w = o.send("Nikos", path+"/decline", http.StatusConflict, url.Values{"note": {"No, thank you."}})
	shows(t, w.Body.String(), "No, thank you.", "stands elsewhere")
	w = o.send("Nikos", path, http.StatusConflict, url.Values{"comment.goal": {"Too late"}, "revision": {"1"}})
	shows(t, w.Body.String(), "does not wait for a review any more")
	if got := o.entries(); len(got) != 1 || len(o.post.Take()) != 0 {
		t.Errorf("a second decision left traces: %q", got)
	}
}

func TestOwnPractice(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.handIn("", "Keys to homes", "Homes.")
	path := "/desk/practices/" + id + "/versions/1"
	page := o.get("Eleni", path)
	shows(t, page, "Your own organisation handed this in")
	if strings.Contains(page, "<textarea") || strings.Contains(page, path+"/publish") {
		t.Error("the page offers a review")
	}
	o.send("Eleni", path, http.StatusForbidden, url.Values{"score.need": {"5"}})
	for _, outcome := range practice.Outcomes {
		if w := o.do("Eleni", "GET", path+"/"+string(outcome), nil); w.Code != http.StatusForbidden {
			t.Errorf("GET %s: %d", outcome, w.Code)
		}
		o.send("Eleni", path+"/"+string(outcome), http.StatusForbidden, url.Values{"note": {"Ours is the best."}})
	}
	if v, err := o.Practices.Version(t.Context(), id, 1); err != nil || v.Decision != nil {
		t.Errorf("%+v, %v", v.Decision, err)
	}
	if got := o.entries(); len(got) != 0 {
		t.Errorf("the audit log has %q", got)
	}
}

func TestPublishCompareAndArchive(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.handIn("", "Keys to homes", "Homes for forty families.")
	at := "/desk/practices/" + id
	o.send("Maria", at+"/versions/1/publish", http.StatusSeeOther, url.Values{})
	shows(t, o.get("Maria", at), "Published", "/practices/"+id)
	if mails := o.post.Take(); len(mails) != 2 || !strings.Contains(mails[0].Text, "https://munet.example/practices/"+id) {
		t.Errorf("%d mails about the publication", len(mails))
	}
	shows(t, o.get("Maria", "/desk/practices/published"), "Keys to homes")

	o.handIn(id, "Keys to homes", "Homes for sixty families.")
	shows(t, o.get("Maria", "/desk/practices"), "Update of a published practice")
	shows(t, o.get("Maria", at+"/versions/2"), at+"/compare?from=1&amp;to=2")
	page := o.get("Maria", at+"/compare")
	shows(t, page, "<del>forty </del>", "<ins>sixty </ins>", "What changed from version 1 to version 2")
	shows(t, page, "parts are the same in both")
	shows(t, o.get("Maria", at+"/compare?from=2&to=2"), "These versions say the same.")
	shows(t, o.get("Maria", at+"/compare?from=2&to=1&lang=el"), "<del>sixty </del>", "Σύγκριση εκδοχών")
	shows(t, o.get("Maria", at+"/compare?from=x&to=99"), "Compare versions")
	if w := o.do("Maria", "GET", at+"/archive", nil); w.Code != http.StatusSeeOther {
		t.Errorf("while an update waits, archiving is answered with %d", w.Code)
	}
	o.send("Nikos", at+"/versions/2/publish", http.StatusSeeOther, url.Values{})
	o.post.Take()

	shows(t, o.get("Maria", at+"/archive"), "out of the library", "2 people get a mail")
	o.send("Maria", at+"/archive", http.StatusSeeOther, url.Values{"note": {"It ended."}})
	o.send("Maria", at+"/archive", http.StatusSeeOther, url.Values{"note": {"It ended."}})
	shows(t, o.get("Maria", at+"?done=archive"), "Archived", "out of the library")
	if mails := o.post.Take(); len(mails) != 2 || !strings.Contains(mails[0].Text+mails[1].Text, "It ended.") {
		t.Errorf("%d mails about the end", len(mails))
	}
	want := []string{"Maria publish-practice " + at, "Nikos publish-practice " + at, "Maria archive-practice " + at}
	if got := o.entries(); !slices.Equal(got, want) {
		t.Errorf("the audit log has %q, want %q", got, want)
	}
}

func TestMailThatFailsStaysOwed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.handIn("", "Keys to homes", "Homes.")
	at := "/desk/practices/" + id
	o.post.SetFaults(ses.Faults{Reject: ses.Fault{Probability: 1, To: "andys"}})
	o.send("Maria", at+"/versions/1/publish", http.StatusSeeOther, url.Values{})
	if mails := o.post.Take(); len(mails) != 1 {
		t.Errorf("%d mails went out, want 1", len(mails))
	}
	shows(t, o.get("Maria", at+"?done=publish"), "Not everybody", "Send the mails again")
	shows(t, o.get("Maria", "/desk/practices"), "Mails that were not sent", "Keys to homes")
	o.post.SetFaults(ses.Faults{})
	o.send("Maria", at+"/mail", http.StatusSeeOther, url.Values{})
	if mails := o.post.Take(); len(mails) != 0 {
		t.Errorf("right after the attempt %d mails go out", len(mails))
	}
	o.advance(time.Minute)
	if w := o.send("Maria", at+"/mail", http.StatusSeeOther, url.Values{}); w.Header().Get("Location") != at+"?done=mail" {
		t.Errorf("sent again: %s", w.Header().Get("Location"))
	}
	if mails := o.post.Take(); len(mails) != 1 || mails[0].To[0] != "andys@strovolos.example" {
		t.Errorf("sent again: %+v", mails)
	}
	if page := o.get("Maria", "/desk/practices"); strings.Contains(page, "Mails that were not sent") {
		t.Error("it is still owed")
	}
}

// Coordinators who press different buttons at the same moment make one decision, one entry in the
// audit log and one mail to each owner.
func TestDecisionsAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.handIn("", "Keys to homes", "Homes.")
	path := "/desk/practices/" + id + "/versions/1/"
	var group sync.WaitGroup
	codes := make([]int, 30)
	for i := range codes {
		group.Go(func() {
			who := []string{"Maria", "Nikos"}[i%2]
			codes[i] = o.do(who, "POST", path+string(practice.Outcomes[i%3]), url.Values{"note": {"Decided."}}).Code
		})
	}
	group.Wait()
	for i, code := range codes {
		if code != http.StatusSeeOther && code != http.StatusConflict {
			t.Errorf("form %d is answered with %d", i, code)
		}
	}
	if entries, mails := o.entries(), o.post.Take(); len(entries) != 1 || len(mails) != 2 {
		t.Errorf("%d entries, %d mails", len(entries), len(mails))
	}
}

func TestUnknownPlaces(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.handIn("", "Keys to homes", "Homes.")
	for path, want := range map[string]int{
		"/desk/practices/NONE": 404, "/desk/practices/" + id + "/versions/2": 404, "/desk/practices/" + id + "/versions/x": 404,
		"/desk/practices/" + id + "/versions/1/burn": 404, "/desk/practices/" + id + "/versions/1/withdraw": 404,
		"/desk/practices/NONE/compare": 404, "/desk/practices/published?from=x": 400, "/desk/practices?show=other": 200,
		"/desk/practices/" + id + "?done=unknown": 200,
	} {
		if w := o.do("Maria", "GET", path, nil); w.Code != want {
			t.Errorf("GET %s: %d, want %d", path, w.Code, want)
		}
	}
}
