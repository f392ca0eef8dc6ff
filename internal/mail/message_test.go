package mail

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// sample returns a message that MIME accepts.
func sample() Message {
	return Message{
		From: Address{"MuNet", "notices@munet.example"}, To: Address{"", "maria@larnaca.example"},
		Subject: "Confirm your address", Text: "Hello\n", HTML: "<p>Hello</p>\n",
		Language: "en", Date: time.Date(2027, 3, 14, 12, 0, 0, 0, time.UTC), ID: "one@munet.example",
	}
}

// received is a message as a mail program of the standard library reads it.
type received struct {
	header     netmail.Header
	text, html string
}

func receive(t interface {
	Helper()
	Fatalf(string, ...any)
}, raw []byte) received {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("net/mail cannot read the message: %v", err)
	}
	mediaType, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || mediaType != "multipart/alternative" {
		t.Fatalf("Content-Type %q, %v", mediaType, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	var bodies []string
	for _, want := range []string{"text/plain; charset=utf-8", "text/html; charset=utf-8"} {
		part, err := parts.NextPart()
		if err != nil {
			t.Fatalf("part %s: %v", want, err)
		}
		if got := part.Header.Get("Content-Type"); got != want {
			t.Fatalf("Content-Type of a part is %q, want %q", got, want)
		}
		body, err := io.ReadAll(part) // the reader takes quoted-printable off
		if err != nil {
			t.Fatalf("part %s: %v", want, err)
		}
		bodies = append(bodies, strings.ReplaceAll(string(body), "\r\n", "\n"))
	}
	if _, err := parts.NextPart(); err != io.EOF {
		t.Fatalf("a third part: %v", err)
	}
	return received{m.Header, bodies[0], bodies[1]}
}

func mustMIME(t *testing.T, m Message) []byte {
	t.Helper()
	raw, err := m.MIME()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestMIMEOfANotice(t *testing.T) {
	m := sample()
	m.ReplyTo = Address{"The secretariat", "office@munet.example"}
	got := receive(t, mustMIME(t, m))
	want := map[string]string{
		"From":             `"MuNet" <notices@munet.example>`,
		"To":               "maria@larnaca.example",
		"Reply-To":         `"The secretariat" <office@munet.example>`,
		"Subject":          "Confirm your address",
		"Date":             "Sun, 14 Mar 2027 12:00:00 +0000",
		"Message-Id":       "<one@munet.example>",
		"Content-Language": "en",
		"Auto-Submitted":   "auto-generated",
		"Mime-Version":     "1.0",
	}
	for name, value := range want {
		if got.header.Get(name) != value {
			t.Errorf("%s: %q, want %q", name, got.header.Get(name), value)
		}
	}
	if len(got.header) != len(want)+1 { // and Content-Type
		t.Errorf("header has other fields: %v", got.header)
	}
	if got.text != m.Text || got.html != m.HTML {
		t.Errorf("bodies %q and %q", got.text, got.html)
	}
}

func TestMIMEOfBulk(t *testing.T) {
	m := sample()
	m.Bulk = &Bulk{ListID: "newsletter.munet.example", UnsubscribeURL: "https://munet.example/unsubscribe?t=" + strings.Repeat("x", 300)}
	m.Tags = map[string]string{"delivery": "D1_a-b", "campaign": "C1"}
	m.ConfigurationSet = "munet-events"
	raw := mustMIME(t, m)
	got := receive(t, raw).header
	want := map[string]string{
		"List-Id":                 "<newsletter.munet.example>",
		"List-Unsubscribe":        "<" + m.Bulk.UnsubscribeURL + ">",
		"List-Unsubscribe-Post":   "List-Unsubscribe=One-Click",
		"X-Ses-Configuration-Set": "munet-events",
		"X-Ses-Message-Tags":      "campaign=C1, delivery=D1_a-b",
		"Auto-Submitted":          "",
	}
	for name, value := range want {
		if got.Get(name) != value {
			t.Errorf("%s: %q, want %q", name, got.Get(name), value)
		}
	}
}

func TestMIMEIsReproducible(t *testing.T) {
	if !bytes.Equal(mustMIME(t, sample()), mustMIME(t, sample())) {
		t.Error("two equal messages have different bytes")
	}
	m := sample()
	m.ID = ""
	m.From.Email = "info@δήμος.example"
	first, second := receive(t, mustMIME(t, m)).header, receive(t, mustMIME(t, m)).header
	id := first.Get("Message-Id")
	if !strings.HasSuffix(id, "@xn--jxalzmp.example>") || id == second.Get("Message-Id") {
		t.Errorf("made up Message-Id %q, then %q", id, second.Get("Message-Id"))
	}
}

func TestMIMERefuses(t *testing.T) {
	tests := map[string]func(*Message){
		"Subject":                 func(m *Message) { m.Subject = "Hi\r\nBcc: x@example.org" },
		"From":                    func(m *Message) { m.From.Name = "MuNet\n" },
		"To":                      func(m *Message) { m.To.Email = "a@example.org, b@example.org" },
		"Reply-To":                func(m *Message) { m.ReplyTo = Address{"x\r", "a@example.org"} },
		"Message-Id":              func(m *Message) { m.ID = "a>\r\nX: <b@c" },
		"Content-Language":        func(m *Message) { m.Language = "en\r\nX: y" },
		"X-SES-MESSAGE-TAGS":      func(m *Message) { m.Tags = map[string]string{"to": "maria@larnaca.example"} },
		"X-SES-CONFIGURATION-SET": func(m *Message) { m.ConfigurationSet = "a\nb" },
		"List-Id":                 func(m *Message) { m.Bulk = &Bulk{"a b", "https://munet.example/"} },
		"List-Unsubscribe":        func(m *Message) { m.Bulk = &Bulk{"a.b", "https://munet.example/>\r\nX: y"} },
	}
	for field, damage := range tests {
		t.Run(field, func(t *testing.T) {
			m := sample()
			damage(&m)
			_, err := m.MIME()
			refused, ok := errors.AsType[*HeaderError](err)
			if !ok || refused.Field != field {
				t.Errorf("MIME() fails with %v, want a HeaderError of %s", err, field)
			}
			if err != nil && strings.Contains(err.Error(), "@") {
				t.Errorf("the error repeats the value: %v", err)
			}
		})
	}
}

// TestHeadersSurvive checks with any text that a header either is refused or
// arrives as it was, alone, and within the length of a line.
func TestHeadersSurvive(t *testing.T) {
	text := rapid.OneOf(
		rapid.String(),
		rapid.StringMatching(`[ -~]{0,300}`),
		rapid.StringMatching(`[α-ωΑ-Ω ]{0,300}`),
		rapid.StringMatching(`(=\?utf-8\?q\?[a-z_]{0,9}\?=| |"|\\|,|<|>){0,9}`),
		rapid.StringMatching(`[a-z\r\n:]{0,20}`),
	)
	fields := len(receive(t, mustMIME(t, sample())).header)
	rapid.Check(t, func(t *rapid.T) {
		m := sample()
		m.Subject = text.Draw(t, "subject")
		m.To.Name = text.Draw(t, "name")
		raw, err := m.MIME()
		breaks := strings.ContainsAny(m.Subject+m.To.Name, "\r\n")
		if err != nil {
			return
		}
		if breaks {
			t.Fatalf("a line break in %q or %q was accepted", m.Subject, m.To.Name)
		}
		checkLines(t, raw)
		header := receive(t, raw).header
		if len(header) != fields {
			t.Fatalf("the header has %d fields, want %d: %v", len(header), fields, header)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
		if err != nil || subject != m.Subject {
			t.Fatalf("subject %q arrives as %q, %v", m.Subject, subject, err)
		}
		to, err := netmail.ParseAddress(header.Get("To"))
		if err != nil || to.Name != m.To.Name || to.Address != m.To.Email {
			t.Fatalf("name %q arrives as %v, %v", m.To.Name, to, err)
		}
	})
}

// TestBodiesSurvive checks the same with any text in the bodies.
func TestBodiesSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := sample()
		m.Text = rapid.OneOf(rapid.String(), rapid.StringMatching(`(--=_|\r?\n|a{30,40}|\.| |=){0,20}`)).Draw(t, "text")
		raw, err := m.MIME()
		if err != nil {
			t.Fatal(err)
		}
		checkLines(t, raw)
		got := receive(t, raw)
		// Any kind of line break arrives as a line break.
		want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(m.Text)
		if got.text != want || got.html != m.HTML {
			t.Fatalf("text %q arrives as %q", want, got.text)
		}
	})
}

func checkLines(t interface{ Fatalf(string, ...any) }, raw []byte) {
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) > 78 || bytes.ContainsAny(line, "\r\n") {
			t.Fatalf("line of %d bytes: %q", len(line), line)
		}
		for _, b := range line {
			if b >= 0x7f {
				t.Fatalf("line is not ASCII: %q", line)
			}
		}
	}
}

func FuzzSubject(f *testing.F) {
	f.Add("Confirm your address")
	f.Add("Επιβεβαιώστε τη διεύθυνσή σας")
	f.Add("a\r\nBcc: b@example.org")
	f.Add("=?utf-8?q?x?=")
	f.Fuzz(func(t *testing.T, subject string) {
		m := sample()
		m.Subject = subject
		raw, err := m.MIME()
		if err != nil {
			return
		}
		checkLines(t, raw)
		got, err := new(mime.WordDecoder).DecodeHeader(receive(t, raw).header.Get("Subject"))
		if err != nil || got != subject {
			t.Errorf("subject %q arrives as %q, %v", subject, got, err)
		}
	})
}

func TestHeadersAreFolded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 90)
	for value, want := range map[string]string{
		"short":                             "Field: short\r\n",
		strings.Repeat("word ", 20) + "end": "Field: " + strings.TrimSuffix(strings.Repeat("word ", 14), " ") + "\r\n" + strings.Repeat(" word", 6) + " end\r\n",
		long:                                "Field: " + long + "\r\n",
		"<" + long + ">, <" + long + ">":    "Field: <" + long + ">,\r\n <" + long + ">\r\n",
		strings.Repeat("y", 69):             "Field: " + strings.Repeat("y", 69) + "\r\n",
		strings.Repeat("y", 69) + " z":      "Field: " + strings.Repeat("y", 69) + "\r\n z\r\n",
	} {
		got := string(headerField{"Field", value}.append(nil))
		if got != want {
			t.Errorf("%q became %q, want %q", value, got, want)
		}
		if unfolded := strings.ReplaceAll(got, "\r\n ", " "); unfolded != "Field: "+value+"\r\n" {
			t.Errorf("%q reads as %q", value, unfolded)
		}
	}
}
