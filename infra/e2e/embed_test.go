package e2e

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// The websites around ours: one is listed, the other is not. To a browser 127.0.0.1 and localhost are
// different sites, not only different origins.
var listed, foreign = sync.OnceValue(neighbour), sync.OnceValue(neighbour)

// neighbours are the listed origins.
func neighbours() string { return "https://www.example.eu, " + listed().origin }

// website is one of somebody else.
type website struct {
	origin string
	mu     sync.Mutex
	page   string // what every address of it answers
}

// neighbour starts a website; it ends with the tests.
func neighbour() *website {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	w := &website{origin: "http://" + listener.Addr().String()}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(answer http.ResponseWriter, _ *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		answer.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(answer, "<!doctype html><html lang=en><title>Town</title><main><h1>Town</h1>%s</main>", w.page)
	})}
	go func() { _ = server.Serve(listener) }()
	return w
}

// shows opens the website's page with some content.
func (b *browser) shows(w *website, content string) {
	b.t.Helper()
	w.mu.Lock()
	w.page = content
	w.mu.Unlock()
	b.do(chromedp.Navigate(w.origin), chromedp.WaitReady("main"), chromedp.Sleep(time.Second))
}

// snippet returns the code that a page for webmasters offers to copy, by words in it.
func (v *visitor) snippet(words string) string {
	v.t.Helper()
	for _, part := range strings.Split(v.page, "<pre><code>")[1:] {
		code, _, _ := strings.Cut(part, "</code></pre>")
		code = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'", "&amp;", "&").Replace(code)
		if strings.Contains(code, words) {
			return code
		}
	}
	v.t.Fatalf("%s offers no code with %s", v.path, words)
	return ""
}

// A town's website has our form and lists, by the code that we tell webmasters to copy.
func TestBrowserFrames(t *testing.T) {
	s := start(t)
	v := s.visitor(t)
	v.open("/developers?lang=en")
	v.sees("Form to join the network")
	height := v.snippet("addEventListener")
	b := s.browser(t)
	b.do(chromedp.EmulateViewport(700, 900))
	b.shows(listed(), v.snippet("/embed/register")+height)

	frame := b.frame("/embed/register")
	frame.sees("Join the network", "Name of the organisation")
	b.until(`document.querySelector("iframe").height > 1200`, "the frame is not as high as the form")
	frame.check()
	for field, value := range map[string]string{
		"organisation.name": "Town of Gozo", "organisation.place": "Victoria", "representative.name": "Rita Borg",
	} {
		frame.set(field, value)
	}
	for _, choose := range []string{
		`[name="organisation.kind"][value="localAuthority"]`, `[name="mail.newsletter"][value="never"]`, `[name=consent]`,
	} {
		evaluate[bool](frame, "(document.querySelector(`"+choose+"`).click(), true)")
	}
	frame.set("organisation.country", "MT")
	frame.set("representative.language", "en")
	frame.set("organisation.population", "5to20k")
	frame.set("representative.address", "rita@gozo")
	frame.send()
	frame.sees("One answer needs another look") // in the frame, with everything that was typed
	frame.check()
	if name := evaluate[string](frame, `document.querySelector('[name="organisation.name"]').value`); name != "Town of Gozo" {
		t.Errorf("the refused form has the name %q", name)
	}
	frame.set("representative.address", "rita@gozo.example")
	frame.send()
	frame.sees("rita@gozo.example")
	frame.check()
	s.mailTo(t, "rita@gozo.example", "")
	evaluate[bool](frame, `(document.querySelector("main form button").click(), true)`)
	frame.until(`location.pathname === "/embed/register/again" && document.readyState === "complete"`, "the mail is not sent again")
	frame.sees("rita@gozo.example")
	if url := evaluate[string](b, "location.origin"); url != listed().origin {
		t.Errorf("the form took the place of the page around it: %s", url)
	}
	if cookies := evaluate[string](frame, "document.cookie"); cookies != "" {
		t.Errorf("cookies in a frame: %s", cookies)
	}
	for _, list := range []string{"/embed/calls", "/embed/practices"} {
		b.shows(listed(), v.snippet(list))
		frame := b.frame(list)
		frame.check()
		if targets := evaluate[int](frame, `[...document.querySelectorAll("a")].filter(a => a.target !== "" && a.target !== "_self").length`); targets != 0 {
			t.Errorf("%s: a link says where it opens", list)
		}
		if base := evaluate[string](frame, `document.querySelector("base").target`); base != "_blank" {
			t.Errorf("%s: links open in %q", list, base)
		}
	}
}

// Whoever is not listed can neither show our pages in a frame nor read or send anything by a script.
func TestBrowserStrangers(t *testing.T) {
	s := start(t)
	b := s.browser(t)
	b.shows(foreign(), `<iframe src="`+s.URL+`/embed/register"></iframe>`)
	if b.framed("/embed/register") {
		t.Error("a website that is not listed shows the form in a frame")
	}
	b.shows(listed(), `<iframe src="`+s.URL+`/register"></iframe>`)
	if b.framed("/register") {
		t.Error("a listed website shows a page in a frame that is not made for it")
	}

	register := `fetch("` + s.URL + `/api/registrations", {method: "POST", headers: {"Content-Type": "application/json", "Idempotency-Key": "1"},
		body: JSON.stringify({organisation: {kind: "ngo", name: "From a browser", country: "EL"}, consent: true,
		representative: {name: "Maria", address: "maria@browser.example", language: "el"}})}).then(r => String(r.status), e => "refused")`
	find := `fetch("` + s.URL + `/api/calls?limit=1").then(async r => "total" in await r.json() && r.headers.has("ETag") ? "200" : "odd", e => "refused")`
	find5 := `fetch("` + s.URL + `/api/calls?limit=1", {credentials: "include"}).then(r => "200", e => "refused")`
	bad := `fetch("` + s.URL + `/api/calls?limit=x").then(async r => (await r.json()).code, e => "refused")`
	page := `fetch("` + s.URL + `/calls").then(r => "200", e => "refused")`
	tests := []struct {
		name, script    string
		listed, foreign string
	}{
		{"register", register, "202", "refused"},
		{"find calls", find, "200", "refused"},
		{"find calls with cookies", find5, "refused", "refused"},
		{"be told why not", bad, "invalid", "refused"},
		{"read a page", page, "refused", "refused"},
	}
	for _, who := range []struct {
		name string
		site *website
	}{{"listed", listed()}, {"foreign", foreign()}} {
		b.shows(who.site, "")
		for _, tt := range tests {
			want := map[string]string{"listed": tt.listed, "foreign": tt.foreign}[who.name]
			if got := evaluate[string](b, tt.script); got != want {
				t.Errorf("%s: %s: %s, want %s", who.name, tt.name, got, want)
			}
		}
	}
}

func TestBrowserDevelopers(t *testing.T) {
	b := start(t).browser(t)
	b.phone()
	for _, path := range []string{"/developers", "/developers/reference", "/embed/register", "/embed/calls", "/embed/practices"} {
		b.looksAt(path)
	}
}
