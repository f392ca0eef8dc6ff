package mail

import (
	"bytes"
	"mime"
	netmail "net/mail"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/municipalitiesnet/munet/internal/language"
)

// anything is what people and other programs put into a field: any text, words that look encoded, quotes,
// long runs without a space, and what would begin another header.
var anything = rapid.OneOf(
	rapid.String(), rapid.StringMatching(`[ -~]{0,400}`), rapid.StringMatching(`[α-ω \x{1F3E0}\x{10FFFF}]{0,300}`), rapid.StringMatching(`([a-z]{0,500}){2}`),
	rapid.StringMatching(`(=\?utf-8\?[bq]\?[A-Za-z_=]{0,9}\?=|[ "\\,<>@:;()]|\x{2028}|\x{202E}|\x{AD}){0,12}`), rapid.StringMatching(`(\r\n|\r|\n|\t|\x00|Bcc: |a){0,9}`),
)

// messages draws messages with anything in every field, of which most can be sent.
func messages(t *rapid.T) Message {
	address := rapid.OneOf(rapid.StringMatching(`[a-z.'+]{1,30}@[a-zώß-]{1,30}\.example`), anything)
	m := Message{
		From: Address{"MuNet", "notices@munet.example"}, To: Address{"", "maria@larnaca.example"},
		Subject: anything.Draw(t, "subject"), Text: anything.Draw(t, "text"), HTML: anything.Draw(t, "html"),
		Language: language.Tag(rapid.OneOf(rapid.SampledFrom([]string{"en", "el", "zh-Hant-TW"}), anything).Draw(t, "language")),
	}
	if rapid.Bool().Draw(t, "addressed") {
		m.From.Name, m.To = anything.Draw(t, "from"), Address{anything.Draw(t, "name"), address.Draw(t, "to")}
	}
	if rapid.Bool().Draw(t, "answered") {
		m.ReplyTo = Address{anything.Draw(t, "replyName"), address.Draw(t, "replyTo")}
	}
	if rapid.Bool().Draw(t, "bulk") {
		m.Bulk = &Bulk{
			ListID:         rapid.OneOf(rapid.StringMatching(`[a-z]{1,80}\.example`), anything).Draw(t, "list"),
			UnsubscribeURL: "https://munet.example/unsubscribe?token=" + rapid.OneOf(rapid.StringMatching(`[A-Za-z0-9_-]{0,840}`), anything).Draw(t, "unsubscribe"),
		}
		tag := rapid.OneOf(rapid.StringMatching(`[A-Za-z0-9_-]{1,250}`), anything)
		m.Tags = rapid.MapOfN(tag, tag, 0, 4).Draw(t, "tags")
		m.ConfigurationSet = rapid.OneOf(rapid.Just("munet"), anything).Draw(t, "set")
	}
	return m
}

// What is written is a message by RFC 5322, 2045 and 2047 whatever its fields are: its header has the
// fields that it should have and no others, and they decode to what they were made of. Everything else
// is refused before it is sent.
func TestAnyMessageIsRefusedOrArrives(t *testing.T) {
	sent := 0
	rapid.Check(t, func(t *rapid.T) {
		m := messages(t)
		raw, err := m.MIME()
		if err != nil {
			return
		}
		sent++
		head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
		checkHeader(t, string(head))
		got := receive(t, raw)
		checkFields(t, m, got.header)
		lines := strings.NewReplacer("\r\n", "\n", "\r", "\n")
		if got.text != lines.Replace(m.Text) || got.html != lines.Replace(m.HTML) || len(raw) > maxMessage {
			t.Fatalf("%q arrives as %q, %q as %q", m.Text, got.text, m.HTML, got.html)
		}
	})
	if sent == 0 {
		t.Error("no message was drawn that can be sent")
	}
}

// encodedWord is one by RFC 2047, section 2: of 75 characters at most.
var encodedWord = regexp.MustCompile(`^=\?utf-8\?b\?[A-Za-z0-9+/]+={0,2}\?=$`)

// checkHeader looks at the bytes of a header as the RFCs do.
func checkHeader(t *rapid.T, head string) {
	for line := range strings.SplitSeq(head, "\r\n") {
		if len(line) > 998 || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) || strings.TrimSpace(line) == "" {
			t.Fatalf("line of %d bytes: %q", len(line), line)
		}
		// What can be folded is: only a word by itself may make a line longer (RFC 5322, 2.1.1).
		if len(line) > 78 && strings.Contains(strings.TrimPrefix(strings.TrimLeft(line, " "), firstWord(line)), " ") {
			t.Fatalf("line of %d bytes: %q", len(line), line)
		}
		for word := range strings.FieldsSeq(line) {
			if strings.HasPrefix(word, "=?") && (!encodedWord.MatchString(word) || len(word) > 75) {
				t.Fatalf("no encoded word: %q", word)
			}
		}
	}
}

// firstWord is the name of a field, or the first word of a line that goes on.
func firstWord(line string) string {
	word, _, _ := strings.Cut(strings.TrimLeft(line, " "), " ")
	return word + " "
}

func checkFields(t *rapid.T, m Message, header netmail.Header) {
	subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
	if err != nil || subject != m.Subject {
		t.Fatalf("the subject %q arrives as %q, %v", m.Subject, subject, err)
	}
	want := map[string]string{"Content-Language": string(m.Language), "Auto-Submitted": "auto-generated"}
	fields := 9 // with From, To, Date, Message-Id, MIME-Version and Content-Type
	if m.ReplyTo != (Address{}) {
		fields++
		checkSender(t, header.Get("Reply-To"), m.ReplyTo)
	}
	checkSender(t, header.Get("From"), m.From)
	checkSender(t, header.Get("To"), m.To)
	if m.Bulk != nil {
		fields += 2
		want["Auto-Submitted"], want["List-Id"], want["List-Unsubscribe-Post"] = "", "<"+m.Bulk.ListID+">", "List-Unsubscribe=One-Click"
		want["List-Unsubscribe"] = "<" + m.Bulk.UnsubscribeURL + ">"
	}
	if m.ConfigurationSet != "" {
		fields++
		want["X-SES-CONFIGURATION-SET"] = m.ConfigurationSet
	}
	if len(m.Tags) > 0 {
		fields++
		for pair := range strings.SplitSeq(header.Get("X-SES-MESSAGE-TAGS"), ", ") {
			name, value, _ := strings.Cut(pair, "=")
			if strings.Trim(name+value, tagCharacters) != "" || m.Tags[name] != value {
				t.Fatalf("the tag %q of %v", pair, m.Tags)
			}
		}
	}
	for name, value := range want {
		if got := header.Get(name); got != value {
			t.Fatalf("%s: %q arrives as %q", name, value, got)
		}
	}
	if len(header) != fields {
		t.Fatalf("%d fields, want %d: %v", len(header), fields, header)
	}
}

// tagCharacters are those that SES takes in a tag.
const tagCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

func checkSender(t *rapid.T, field string, want Address) {
	got, err := netmail.ParseAddress(field)
	email, err2 := ParseAddress(want.Email)
	if err != nil || err2 != nil || got.Name != want.Name || got.Address != email {
		t.Fatalf("%+v arrives as %+v from %q: %v, %v", want, got, field, err, err2)
	}
}
