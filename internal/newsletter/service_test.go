package newsletter

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/web"
)

var (
	english = Text{Subject: "New calls", Body: "Read [the call](/calls/1).\n\n## Deadlines\n\n- Friday"}
	greek   = Text{Subject: "Νέες προσκλήσεις", Body: "Διαβάστε την **πρόσκληση**."}
	both    = map[language.Tag]Text{"en": english, "el": greek}
	every   = members.Preferences{Newsletter: members.Every}
)

func TestOnlyCoordinatorsGetIn(t *testing.T) {
	o := newOffice(t)
	for _, route := range o.mux.Routes() {
		method, pattern, _ := strings.Cut(route.Pattern, " ")
		if !strings.HasPrefix(pattern, "/desk/") {
			continue // for everybody
		}
		path := strings.NewReplacer("{newsletter}", "ABC", "{language}", "en").Replace(pattern)
		if route.Access < web.Coordinators {
			t.Errorf("%s is for %s", route.Pattern, route.Access)
		}
		want := http.StatusUnauthorized
		if method == "GET" {
			want = http.StatusSeeOther
		}
		if w := o.do("", method, path, nil); w.Code != want {
			t.Errorf("%s for a stranger: %d, want %d", route.Pattern, w.Code, want)
		}
		if w := o.do("member", method, path, nil); w.Code != http.StatusForbidden {
			t.Errorf("%s for a member: %d, want %d", route.Pattern, w.Code, http.StatusForbidden)
		}
		if strings.Contains(pattern, "{newsletter}") {
			if w := o.do("coordinator", method, path, nil); w.Code != http.StatusNotFound {
				t.Errorf("%s without a newsletter: %d, want %d", route.Pattern, w.Code, http.StatusNotFound)
			}
		}
	}
}

// From the first word to the inbox.

func TestTheWayOfANewsletter(t *testing.T) {
	o := newOffice(t)
	o.member("anna@pafos.example", "en", every)
	o.member("eleni@lefkosia.example", "el", members.Preferences{Newsletter: members.Monthly})
	o.member("never@pafos.example", "en", members.Preferences{Newsletter: members.Never})
	o.member("news@pafos.example", "en", members.Preferences{Newsletter: members.Never, Announcements: true})
	if page := o.open("/desk/newsletters"); !strings.Contains(page, "There is no newsletter yet") {
		t.Errorf("the empty list says\n%s", page)
	}
	path := o.write(Monthly, "en", both)
	for _, want := range []string{"New calls", "Νέες προσκλήσεις", "Draft", path + "/texts/el", path + "/send"} {
		if page := o.open(path); !strings.Contains(page, want) {
			t.Errorf("the newsletter's page lacks %q", want)
		}
	}
	send := o.open(path + "/send")
	for _, want := range []string{"2 people get this newsletter", "Greek", "English"} {
		if !strings.Contains(send, want) {
			t.Errorf("the page before sending lacks %q", want)
		}
	}
	at := o.submit(path+"/send", o.immediately(path))
	if at != path+"/progress?done=scheduled" {
		t.Errorf("sending leads to %q", at)
	}
	o.open(at)
	if counts := o.deliver(); counts.Sent != 2 {
		t.Fatalf("%+v, want 2 sent", counts)
	}
	for address, want := range map[string][]string{
		"anna@pafos.example":     {"Subject: New calls", "https://munet.example/calls/1", "text/plain", "text/html", "List-Id: <newsletter.munet.example>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "Content-Language: en"},
		"eleni@lefkosia.example": {"Content-Language: el", "=?utf-8?b?"},
	} {
		if len(o.post.mails[address]) != 1 {
			t.Errorf("%s got %d mails", address, len(o.post.mails[address]))
			continue
		}
		for _, part := range want {
			if mail := strings.ReplaceAll(o.post.mails[address][0], "=\r\n", ""); !strings.Contains(mail, part) {
				t.Errorf("the mail to %s lacks %q:\n%s", address, part, mail)
			}
		}
	}
	progress := o.open(path + "/progress")
	if !strings.Contains(progress, "Finished on 14 March 2027") || strings.Contains(progress, "data-refresh") {
		t.Errorf("the progress at the end is\n%s", progress)
	}
	if list := o.open("/desk/newsletters"); !strings.Contains(list, "Sent") {
		t.Errorf("the list says\n%s", list)
	}
	o.refused(http.StatusConflict, path+"/texts/en", url.Values{"subject": {"x"}, "body": {"y"}, "version": {"1"}})
	o.refused(http.StatusConflict, path, url.Values{"kind": {"special"}, "main": {"en"}, "version": {"9"}})
	o.refused(http.StatusConflict, path+"/cancel", nil)
	if w := o.do("coordinator", "GET", path+"/texts/en", nil); w.Code != http.StatusConflict {
		t.Errorf("a sent newsletter's text can be opened: %d", w.Code)
	}
}

func TestRefusedTextsKeepWhatWasTyped(t *testing.T) {
	o := newOffice(t)
	path := o.write(Monthly, "en", nil) + "/texts/en"
	for name, c := range map[string]struct {
		text Text
		want string
	}{
		"nothing":           {Text{}, "This is needed"},
		"no body":           {Text{Subject: "Typed <b>subject</b>"}, "Typed &lt;b&gt;subject"},
		"no subject":        {Text{Body: "Typed body"}, "Typed body"},
		"a long subject":    {Text{Subject: strings.Repeat("é", MaxSubject+1), Body: "x"}, "at most 150"},
		"a long body":       {Text{Subject: "x", Body: strings.Repeat("é", MaxBody+1)}, "at most 20,000"},
		"a header injected": {Text{Subject: "x\r\nBcc: y@z.example", Body: "x"}, "on one line"},
	} {
		page := o.refused(http.StatusUnprocessableEntity, path, url.Values{"subject": {c.text.Subject}, "body": {c.text.Body}, "version": {"0"}})
		if !strings.Contains(page, c.want) {
			t.Errorf("%s: the page lacks %q", name, c.want)
		}
	}
	o.refused(http.StatusUnprocessableEntity, "/desk/newsletters/new", url.Values{"kind": {"spam"}, "main": {"xx"}})
	w := o.do("coordinator", "GET", strings.TrimSuffix(path, "en")+"xx", nil)
	if w.Code != http.StatusNotFound {
		t.Errorf("a language that is not there: %d", w.Code)
	}
}

func TestTwoEditorsNoticeEachOther(t *testing.T) {
	o := newOffice(t)
	path := o.write(Monthly, "en", map[language.Tag]Text{"en": english})
	text := path + "/texts/en"
	o.submit(text, url.Values{"subject": {"Hers"}, "body": {"Hers is saved"}, "version": {"1"}})
	page := o.refused(http.StatusConflict, text, url.Values{"subject": {"His"}, "body": {"His is typed"}, "version": {"1"}})
	for _, want := range []string{"Hers is saved", "His is typed", `name="version" value="2"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	o.submit(text, url.Values{"subject": {"His"}, "body": {"His is typed"}, "version": {"2"}})
	if page := o.open(text); !strings.Contains(page, "His is typed") {
		t.Error("his text was not saved the second time")
	}
	// Another language meanwhile is no conflict.
	o.submit(path+"/texts/el", url.Values{"subject": {"Τίτλος"}, "body": {"Κείμενο"}, "version": {"0"}})
	o.refused(http.StatusConflict, path, url.Values{"kind": {"special"}, "main": {"el"}, "version": {"1"}})
	o.submit(path, url.Values{"kind": {"special"}, "main": {"el"}, "version": {o.version(path)}})
}

func TestALanguageCanBeTakenOut(t *testing.T) {
	o := newOffice(t)
	path := o.write(Monthly, "en", both)
	o.submit(path+"/texts/el", url.Values{"subject": {" "}, "body": {"\r\n"}, "version": {"1"}})
	n, texts, err := o.Newsletters.Newsletter(t.Context(), strings.TrimPrefix(path, "/desk/newsletters/"))
	if err != nil || len(texts) != 1 || len(n.Languages()) != 1 {
		t.Errorf("%d texts in %v are left (%v), want the English one", len(texts), n.Languages(), err)
	}
	o.refused(http.StatusUnprocessableEntity, path+"/texts/en", url.Values{"subject": {""}, "body": {""}, "version": {"1"}})
}

func TestPreview(t *testing.T) {
	o := newOffice(t)
	path := o.write(Monthly, "en", map[language.Tag]Text{"en": {Subject: "A & B", Body: "Hello <script>alert(1)</script> [link](/x)"}})
	page := o.open(path + "/preview/en")
	for _, want := range []string{"A &amp; B", "<iframe", "sandbox", path + "/preview/en/mail", "[1] https://munet.example/x", "maria@munet.example"} {
		if !strings.Contains(page, want) {
			t.Errorf("the preview lacks %q", want)
		}
	}
	w := o.do("coordinator", "GET", path+"/preview/en/mail", nil)
	csp := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "frame-ancestors 'self'", "sandbox"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the mail's policy %q lacks %q", csp, want)
		}
	}
	if body := w.Body.String(); !strings.Contains(body, `href="https://munet.example/x"`) || strings.Contains(body, "<script") {
		t.Errorf("the mail is\n%s", body)
	}
	if w := o.do("coordinator", "GET", path+"/preview/el", nil); w.Code != http.StatusNotFound {
		t.Errorf("a preview without a text: %d", w.Code)
	}
}

func TestATestMailGoesToOneself(t *testing.T) {
	o := newOffice(t)
	o.member("anna@pafos.example", "en", every)
	path := o.write(Monthly, "en", both)
	if at := o.submit(path+"/preview/en", nil); at != path+"/preview/en?done=tested" {
		t.Errorf("it leads to %q", at)
	}
	if len(o.post.mails) != 1 || len(o.post.mails["maria@munet.example"]) != 1 {
		t.Fatalf("mails went to %v", o.post.mails)
	}
	mail := o.post.mails["maria@munet.example"][0]
	for _, want := range []string{"Subject: Test: New calls", "List-Unsubscribe: <https://munet.example/unsubscribe?token=", "newsletter@munet.example"} {
		if !strings.Contains(mail, want) {
			t.Errorf("the test mail lacks %q", want)
		}
	}
	o.post.down = true
	if page := o.refused(http.StatusBadGateway, path+"/preview/en", nil); !strings.Contains(page, "could not send the email") {
		t.Errorf("the refusal says\n%s", page)
	}
}

func TestTheDeskShowsTitlesInTheLanguageOfThePage(t *testing.T) {
	o := newOffice(t)
	path := o.write(Monthly, "en", both)
	o.write(Monthly, "en", map[language.Tag]Text{"en": {Subject: "English only", Body: "x"}})
	for _, page := range []string{o.open("/desk/newsletters?lang=el"), o.open(path + "?lang=el"), o.open(path + "/send?lang=el")} {
		if !strings.Contains(page, greek.Subject) {
			t.Errorf("the page lacks the Greek title:\n%s", page)
		}
	}
	if list := o.open("/desk/newsletters?lang=el"); !strings.Contains(list, "English only") {
		t.Errorf("the list lacks the title of what has no Greek text:\n%s", list)
	}
}

func TestOnlyAForgedCursorIsTheReadersFault(t *testing.T) {
	o := newOffice(t)
	if w := o.do("coordinator", "GET", "/desk/newsletters?from=forged", nil); w.Code != http.StatusBadRequest {
		t.Errorf("a forged cursor: %d", w.Code)
	}
	o.Newsletters = NewStore(o.client, "no-such-table", o.now)
	if w := o.do("coordinator", "GET", "/desk/newsletters", nil); w.Code != http.StatusInternalServerError {
		t.Errorf("a missing table: %d", w.Code)
	}
}
