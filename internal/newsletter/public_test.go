package newsletter

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
)

// sent writes a newsletter and has it go out now.
func (o *office) sent(kind Kind, texts map[language.Tag]Text) (id string) {
	o.Helper()
	path := o.write(kind, "en", texts)
	o.submit(path+"/send", o.immediately(path))
	return strings.TrimPrefix(path, "/desk/newsletters/")
}

// visit returns a page as a visitor gets it.
func (o *office) visit(path string) (body string, header http.Header) {
	o.Helper()
	w := o.do("", "GET", path, nil)
	if w.Code != http.StatusOK {
		o.Fatalf("GET %s: %d\n%s", path, w.Code, w.Body)
	}
	return w.Body.String(), w.Header()
}

func TestTheArchiveHoldsWhatWasSent(t *testing.T) {
	o := newOffice(t)
	o.member("anna@pafos.example", "en", every)
	if empty, _ := o.visit("/newsletters"); !strings.Contains(empty, "No newsletter has been sent yet") {
		t.Errorf("the empty archive says\n%s", empty)
	}
	id := o.sent(Monthly, both)
	draft := o.write(Special, "en", map[language.Tag]Text{"en": {Subject: "Still a draft", Body: "x"}})
	notice := o.sent(Announcement, map[language.Tag]Text{"en": {Subject: "For members", Body: "x"}})
	list, _ := o.visit("/newsletters?lang=el")
	if !strings.Contains(list, "Νέες προσκλήσεις") || strings.Contains(list, "Still a draft") || strings.Contains(list, "For members") {
		t.Errorf("the archive is\n%s", list)
	}
	for _, hidden := range []string{notice, strings.TrimPrefix(draft, "/desk/newsletters/"), "nothing"} {
		if w := o.do("", "GET", "/newsletters/"+hidden, nil); w.Code != http.StatusNotFound {
			t.Errorf("/newsletters/%s: %d", hidden, w.Code)
		}
	}
	issue, _ := o.visit("/newsletters/" + id + "?lang=el")
	address := "https://munet.example/newsletters/" + id
	for _, want := range []string{
		`<link rel="canonical" href="` + address + `?lang=el">`,
		`<link rel="alternate" hreflang="en" href="` + address + `?lang=en">`,
		`<link rel="alternate" hreflang="x-default" href="` + address + `">`,
		`<article class="issue" lang="el">`, "<strong>πρόσκληση</strong>",
	} {
		if !strings.Contains(issue, want) {
			t.Errorf("the page lacks %q:\n%s", want, issue)
		}
	}
	if strings.Contains(issue, "style=") {
		t.Error("the page has styles that its policy forbids")
	}
	o.deliver()
	if mail := strings.ReplaceAll(o.post.mails["anna@pafos.example"][0], "=\r\n", ""); strings.Count(mail, "/newsletters/"+id) != 2 {
		t.Errorf("the mail does not lead to the archive in both its parts:\n%s", mail)
	}
}

func TestAnIssueIsPublicWhenItIsDue(t *testing.T) {
	o := newOffice(t)
	path := o.write(Special, "en", map[language.Tag]Text{"en": english})
	at := o.clock.Add(48 * time.Hour).In(language.Brussels())
	form := o.immediately(path)
	form.Set("moment", "later")
	form.Set("zone", "brussels")
	form.Set("date", at.Format(time.DateOnly))
	form.Set("time", at.Format("15:04"))
	o.submit(path+"/send", form)
	public := "/newsletters/" + strings.TrimPrefix(path, "/desk/newsletters/")
	if w := o.do("", "GET", public, nil); w.Code != http.StatusNotFound {
		t.Errorf("two days before: %d", w.Code)
	}
	if list, _ := o.visit("/newsletters"); strings.Contains(list, english.Subject) {
		t.Error("the archive shows it two days before")
	}
	o.clock = o.clock.Add(49 * time.Hour)
	page, _ := o.visit(public + "?lang=el")
	if !strings.Contains(page, "δεν γράφτηκε στη γλώσσα σας") {
		t.Errorf("the page does not say that it is in another language:\n%s", page)
	}
	// Nobody has taken it up yet, so it can still be cancelled.
	o.submit(path+"/cancel", nil)
	if w := o.do("", "GET", public, nil); w.Code != http.StatusNotFound {
		t.Errorf("after it was cancelled: %d", w.Code)
	}
	if list, _ := o.visit("/newsletters"); strings.Contains(list, english.Subject) {
		t.Error("the archive shows one that was cancelled")
	}
}

// What RFC 4287 asks of a feed and its entries (4.1.1, 4.1.2).
func TestFeed(t *testing.T) {
	o := newOffice(t)
	type atom struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string   `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
		ID      []string `xml:"http://www.w3.org/2005/Atom id"`
		Title   []string `xml:"http://www.w3.org/2005/Atom title"`
		Updated []string `xml:"http://www.w3.org/2005/Atom updated"`
		Author  []string `xml:"http://www.w3.org/2005/Atom author>name"`
		Links   []struct {
			Rel  string `xml:"rel,attr"`
			Href string `xml:"href,attr"`
		} `xml:"http://www.w3.org/2005/Atom link"`
		Entries []struct {
			ID      []string `xml:"http://www.w3.org/2005/Atom id"`
			Title   string   `xml:"http://www.w3.org/2005/Atom title"`
			Updated []string `xml:"http://www.w3.org/2005/Atom updated"`
			Content struct {
				Type string `xml:"type,attr"`
				HTML string `xml:",chardata"`
			} `xml:"http://www.w3.org/2005/Atom content"`
		} `xml:"http://www.w3.org/2005/Atom entry"`
	}
	read := func() (a atom) {
		t.Helper()
		body, header := o.visit("/newsletters.atom?lang=el")
		if err := xml.Unmarshal([]byte(body), &a); err != nil {
			t.Fatalf("%v\n%s", err, body)
		}
		if !strings.HasPrefix(header.Get("Content-Type"), "application/atom+xml") {
			t.Errorf("the feed is %q", header.Get("Content-Type"))
		}
		if len(a.ID) != 1 || len(a.Title) != 1 || len(a.Updated) != 1 || len(a.Author) != 1 || a.Lang != "el" {
			t.Errorf("the feed is not complete:\n%s", body)
		}
		if _, err := time.Parse(time.RFC3339, a.Updated[0]); err != nil {
			t.Error(err)
		}
		if len(a.Links) != 2 || a.Links[0].Rel != "self" || a.Links[0].Href != "https://munet.example/newsletters.atom?lang=el" {
			t.Errorf("the feed's links are %+v", a.Links)
		}
		return a
	}
	if a := read(); len(a.Entries) != 0 {
		t.Errorf("an empty feed has %d entries", len(a.Entries))
	}
	id := o.sent(Monthly, both)
	a := read()
	if len(a.Entries) != 1 || len(a.Entries[0].ID) != 1 || len(a.Entries[0].Updated) != 1 {
		t.Fatalf("the feed is %+v", a)
	}
	e := a.Entries[0]
	if e.ID[0] != "https://munet.example/newsletters/"+id+"?lang=el" || e.Title != greek.Subject ||
		e.Content.Type != "html" || !strings.Contains(e.Content.HTML, "<strong>πρόσκληση</strong>") {
		t.Errorf("the entry is %+v", e)
	}
}

func TestNewslettersAsJSON(t *testing.T) {
	o := newOffice(t)
	id := o.sent(Special, both)
	body, _ := o.visit("/api/newsletters")
	var answer struct {
		Newsletters []struct {
			ID, Kind, SentAt string
			Texts            []struct{ Language, Subject, URL string }
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	if len(answer.Newsletters) != 1 {
		t.Fatalf("got %s", body)
	}
	n := answer.Newsletters[0]
	if n.ID != id || n.Kind != "special" || n.SentAt != "2027-03-14T16:00:00Z" || len(n.Texts) != 2 ||
		n.Texts[1].URL != "https://munet.example/newsletters/"+id+"?lang=el" || n.Texts[1].Subject != greek.Subject {
		t.Errorf("got %s", body)
	}
	if w := o.do("", "GET", "/api/newsletters?"+url.Values{"next": {"forged"}}.Encode(), nil); w.Code != http.StatusBadRequest {
		t.Errorf("a forged cursor: %d", w.Code)
	}
}
