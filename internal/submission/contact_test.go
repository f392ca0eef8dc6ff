package submission

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// published is a practice in the library, with Andys as its contact person.
func (o *town) published() (path, address string) {
	o.Helper()
	path, id := o.handedIn("eleni", "Keys for families")
	o.decide(id, practice.Decision{Outcome: practice.Publish})
	o.submit("andys", path+"/contact", url.Values{"act": {"agree"}, "consent": {"yes"}})
	return path, "/practices/" + id + "/contact"
}

var question = url.Values{
	"name": {"Zoë Ωμέγα"}, "address": {"zoe@reader.example"}, "message": {"How do you find owners?\r\n\r\nBest, Zoë"},
}

func TestAReaderWritesToTheContactPerson(t *testing.T) {
	o := newTown(t)
	_, address := o.published()
	o.contains(o.open("", address), "Keys for families", `name="message"`)
	o.contains(o.open("eleni", address), `value="eleni@town.example"`)
	if to := o.submit("", address, question); to != address+"?done=sent" {
		t.Errorf("leads to %s", to)
	}
	page := o.open("", address+"?done=sent")
	o.contains(page, "Your message is on its way")
	if len(o.post.mails) != 1 || len(o.post.mails["andys@town.example"]) != 1 {
		t.Fatalf("mails to %v", o.post.mails)
	}
	mail := o.post.mails["andys@town.example"][0]
	o.contains(mail, "Reply-To: =?utf-8?", "<zoe@reader.example>", "From: ", "notices@munet.example", "zoe@reader.example")
	for _, shown := range []string{page, o.open("", address)} {
		if strings.Contains(shown, "andys@") || strings.Contains(shown, "Andys") {
			t.Error("a reader learns who the contact person is")
		}
	}
}

func TestConsentOfAContactPerson(t *testing.T) {
	o := newTown(t)
	path, address := o.published()
	o.contains(o.open("andys", path+"/contact"), "Είστε ο υπεύθυνος επικοινωνίας")
	o.contains(o.open("eleni", path+"/contact"), "The contact person is Andys")
	o.rejected(http.StatusUnprocessableEntity, "eleni", path+"/contact", url.Values{"act": {"agree"}})
	o.submit("eleni", path+"/contact", url.Values{"act": {"end"}}) // not hers to end
	if w := o.do("", "POST", address, question); w.Code != http.StatusSeeOther {
		t.Errorf("%d", w.Code)
	}

	o.submit("andys", path+"/contact", url.Values{"act": {"end"}})
	o.rejected(http.StatusNotFound, "", address, question)
	if w := o.do("", "GET", address, nil); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "no contact person at the moment") {
		t.Errorf("after the withdrawal: %d", w.Code)
	}
	if len(o.post.mails["andys@town.example"]) != 1 {
		t.Errorf("%d mails", len(o.post.mails["andys@town.example"]))
	}
	all, err := o.Members.Consents(t.Context(), o.people["andys"].Ref)
	if err != nil {
		t.Fatal(err)
	}
	var record []string
	for _, c := range all {
		if c.Purpose == members.ForContact {
			record = append(record, fmt.Sprintf("%t %s %t", c.Given, c.Language, c.How == strings.TrimPrefix(path, root+"/")))
		}
	}
	if strings.Join(record, ", ") != "true el true, false el true" {
		t.Errorf("recorded: %v", record)
	}
	o.submit("eleni", path+"/contact", url.Values{"act": {"agree"}, "consent": {"yes"}})
	o.submit("", address, question)
	if len(o.post.mails["eleni@town.example"]) != 1 {
		t.Errorf("mails: %v", o.post.mails)
	}
}

func TestWhoeverLeftIsNoContactPerson(t *testing.T) {
	o := newTown(t)
	path, address := o.published()
	if _, err := o.Members.DecidePerson(t.Context(), o.people["andys"].Ref, members.Decision{Action: members.Suspend, By: "Maria"}); err != nil {
		t.Fatal(err)
	}
	o.rejected(http.StatusNotFound, "", address, question)
	o.contains(o.open("eleni", path), "Nobody is the contact person yet")
	if len(o.post.mails) > 0 {
		t.Errorf("mails: %v", o.post.mails)
	}
}

func TestMessagesAreBounded(t *testing.T) {
	o := newTown(t)
	_, address := o.published()
	write := func() int {
		t.Helper()
		return o.do("", "POST", address, question).Code
	}
	for i := range limit.MessagesFrom.Burst {
		if got := write(); got != http.StatusSeeOther {
			t.Fatalf("message %d: %d", i, got)
		}
	}
	w := o.do("", "POST", address, question)
	o.contains(w.Body.String(), "How do you find owners?", "still here")
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
		t.Errorf("one too many: %d, to try again after %q", w.Code, w.Header().Get("Retry-After"))
	}
	if o.advance(limit.MessagesTo.Every); write() != http.StatusSeeOther {
		t.Error("hours later it is still refused")
	}
	for range 96 {
		o.advance(15 * time.Minute)
		write()
	}
	if got := len(o.post.mails["andys@town.example"]); got < 20 || got > 22 {
		t.Errorf("%d messages in 26 hours; want 10, and 10 a day", got)
	}
}

func TestRefusedMessages(t *testing.T) {
	o := newTown(t)
	_, address := o.published()
	for field, values := range map[string][]string{
		"name":    {"", strings.Repeat("n", 121), "a\x00b"},
		"address": {"", "zoe", "zoe@reader.example, eve@other.example", "zoe@reader.example\r\nBcc: eve@other.example"},
		"message": {" ", strings.Repeat("m", 3001), "a\x00b", "a\x1b[31m", "a\xffb"},
	} {
		for _, value := range values {
			form := url.Values{"name": {"Zoe"}, "address": {"zoe@reader.example"}, "message": {"Hello"}}
			form.Set(field, value)
			o.contains(o.rejected(http.StatusUnprocessableEntity, "", address, form), `href="#f-`+field+`"`)
		}
	}
	if m, _ := parseMessage(url.Values{"name": {"Zoe \u202eevil"}}); m.Name != "Zoe evil" {
		t.Errorf("a name that turns the line around: %q", m.Name)
	}
	robot := url.Values{"name": {"Zoe"}, "address": {"zoe@reader.example"}, "message": {"Buy"}, "homepage": {"https://spam.example"}}
	o.submit("", address, robot)
	if len(o.post.mails) > 0 {
		t.Errorf("mails: %v", o.post.mails)
	}
	o.post.down = true
	page := o.rejected(http.StatusBadGateway, "", address, question)
	o.contains(page, "How do you find owners?", "did not accept the message")
	o.rejected(http.StatusNotFound, "", "/practices/NONE/contact", question)
}
