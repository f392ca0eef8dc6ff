package mailbox

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/ses"
)

const raw = "From: =?utf-8?q?=CE=94=CE=AF=CE=BA=CF=84=CF=85=CE=BF?= <notices@munet.example.org>\r\n" +
	"To: a@example.org\r\n" +
	"Subject: =?utf-8?q?Confirm_<b>=E2=80=A6?=\r\n" +
	"List-Unsubscribe: <https://munet.example.org/u/1>,\r\n <mailto:x@munet.example.org>\r\n" +
	"X-SES-MESSAGE-TAGS: delivery=d1\r\n" +
	"MIME-Version: 1.0\r\n" +
	"Content-Type: multipart/alternative; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
	"Open http://localhost:8080/confirm?t=3D1 <now>.\r\nCaf=C3=A9\r\n" +
	"--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"

const body = `<p class="x">Café &amp; <a href="http://localhost:8080/">more</a></p>`

// filled is a mailbox with one message, and the message's id.
func filled(t *testing.T) (*Mailbox, string) {
	t.Helper()
	store, err := ses.OpenStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	service := ses.New(store, ses.Options{Identities: []string{"munet.example.org"}, Now: time.Now})
	text := raw + base64.StdEncoding.EncodeToString([]byte(body)) + "\r\n--b--\r\n"
	form := url.Values{
		"Action": {"SendRawEmail"}, "RawMessage.Data": {base64.StdEncoding.EncodeToString([]byte(text))},
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "x")
	w := httptest.NewRecorder()
	service.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return New(store, time.Now), store.Messages()[0].ID
}

func call(b *Mailbox, method, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.ServeHTTP(w, httptest.NewRequest(method, path, http.NoBody))
	return w
}

func TestJSON(t *testing.T) {
	t.Parallel()
	b, id := filled(t)
	var all []Message
	if err := json.Unmarshal(call(b, http.MethodGet, "/_local/mail.json").Body.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 {
		t.Fatalf("%d messages", len(all))
	}
	m := all[0]
	for _, field := range []struct{ name, got, want string }{
		{"id", m.ID, id},
		{"from", m.From, "Δίκτυο <notices@munet.example.org>"},
		{"to", strings.Join(m.To, " "), "a@example.org"},
		{"subject", m.Subject, "Confirm <b>…"},
		{"List-Unsubscribe", m.Headers["List-Unsubscribe"], "<https://munet.example.org/u/1>, <mailto:x@munet.example.org>"},
		{"text", m.Text, "Open http://localhost:8080/confirm?t=1 <now>.\nCafé"},
		{"html", m.HTML, body},
		{"tag", m.Tags["delivery"], "d1"},
	} {
		if field.got != field.want {
			t.Errorf("%s is %q, want %q", field.name, field.got, field.want)
		}
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	b, id := filled(t)
	list := call(b, http.MethodGet, "/_local/mail").Body.String()
	if !strings.Contains(list, `<a href="/_local/mail/`+id+`">Confirm &lt;b&gt;…</a>`) {
		t.Errorf("the list is %s", list)
	}
	w := call(b, http.MethodGet, "/_local/mail/"+id)
	page := w.Body.String()
	if link := `<a href="http://localhost:8080/confirm?t=1">http://localhost:8080/confirm?t=1</a> &lt;now&gt;.`; !strings.Contains(page, link) {
		t.Errorf("the text has no link: %s", page)
	}
	if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("the policy is %q", policy)
	}
	_, attribute, _ := strings.Cut(page, `srcdoc="`)
	attribute, _, _ = strings.Cut(attribute, `"`)
	if shown := html.UnescapeString(attribute); shown != `<base target="_top">`+body {
		t.Errorf("the frame shows %s", shown)
	}
	if message := call(b, http.MethodGet, "/_local/mail/"+id+".eml"); !strings.HasPrefix(message.Body.String(), "From: ") {
		t.Errorf("the raw message is %s", message.Body)
	}
	for _, path := range []string{"/_local/mail/nobody", "/_local/mail/nobody.eml", "/_local/mail/..%2Faccepted.jsonl"} {
		if got := call(b, http.MethodGet, path).Code; got != http.StatusNotFound {
			t.Errorf("%s: status %d", path, got)
		}
	}
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	for _, request := range []struct {
		method, path string
		status       int
	}{
		{http.MethodDelete, "/_local/mail.json", http.StatusNoContent},
		{http.MethodPost, "/_local/mail/empty", http.StatusSeeOther},
	} {
		b, _ := filled(t)
		if got := call(b, request.method, request.path).Code; got != request.status {
			t.Errorf("%s %s: status %d", request.method, request.path, got)
		}
		if list := call(b, http.MethodGet, "/_local/mail.json").Body.String(); strings.TrimSpace(list) != "[]" {
			t.Errorf("left: %s", list)
		}
		if list := call(b, http.MethodGet, "/_local/mail").Body.String(); !strings.Contains(list, "No message has been sent yet") {
			t.Errorf("the empty list is %s", list)
		}
	}
}
