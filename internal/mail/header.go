package mail

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/token"
)

const (
	// maxHeaderText bounds a subject or a name, in bytes.
	maxHeaderText = 1000
	// maxHeaderURL keeps a link in a header within the 998 bytes of a line
	// (RFC 5322, section 2.1.1): a URL cannot be folded.
	maxHeaderURL = 900
	// maxWord is the most bytes without a space in a header that is still
	// written as it is. Longer runs are encoded, so that a line can be folded
	// at the recommended 76 bytes.
	maxWord = 60
	// wordPayload is the number of bytes that one encoded word carries: with
	// its frame it has 60 characters, so that it fits on one line even after
	// the longest of our field names.
	wordPayload = 36
)

// A HeaderError reports a header field that cannot be written safely. It names
// the field and never its value.
type HeaderError struct {
	Field  string
	Reason string
}

func (e *HeaderError) Error() string {
	return "mail: header " + e.Field + ": " + e.Reason
}

// headerField is one line of a message's header.
type headerField struct{ name, value string }

// maxHeaderLine is how long a line of the header should be, without its end (RFC 5322, section 2.1.1).
const maxHeaderLine = 76

// append adds the field to a header, folded at spaces as far as it has some.
func (f headerField) append(out []byte) []byte {
	out = append(out, f.name...)
	out = append(out, ": "...)
	room := maxHeaderLine - len(f.name) - len(": ")
	for rest := f.value; ; room = maxHeaderLine {
		if len(rest) <= room {
			out = append(out, rest...)
			return append(out, "\r\n"...)
		}
		// The next line begins with the space at which this one is folded, and is not empty.
		at := strings.LastIndexByte(rest[:max(room, 0)+1], ' ')
		if at <= 0 {
			at = 1 + strings.IndexByte(rest[1:], ' ')
		}
		if at <= 0 {
			at = len(rest)
		}
		out = append(out, rest[:at]...)
		out = append(out, "\r\n"...)
		if rest = rest[at:]; rest == "" {
			return out
		}
	}
}

// header returns the message's fields in the order in which they are written.
func (m Message) header() ([]headerField, error) {
	from, err := formatAddress("From", m.From)
	if err != nil {
		return nil, err
	}
	to, err := formatAddress("To", m.To)
	if err != nil {
		return nil, err
	}
	subject, err := formatText("Subject", m.Subject)
	if err != nil {
		return nil, err
	}
	fields := []headerField{{"From", from}, {"To", to}}
	if m.ReplyTo != (Address{}) {
		replyTo, err := formatAddress("Reply-To", m.ReplyTo)
		if err != nil {
			return nil, err
		}
		fields = append(fields, headerField{"Reply-To", replyTo})
	}
	id, err := m.messageID()
	if err != nil {
		return nil, err
	}
	if !isTag(string(m.Language)) {
		return nil, &HeaderError{"Content-Language", "must be a language tag"}
	}
	fields = append(fields,
		headerField{"Subject", subject},
		headerField{"Date", m.date().Format(time.RFC1123Z)},
		headerField{"Message-Id", id},
		headerField{"Content-Language", string(m.Language)},
	)
	purpose, err := m.purposeFields()
	if err != nil {
		return nil, err
	}
	sending, err := m.sendingFields()
	if err != nil {
		return nil, err
	}
	return append(append(fields, purpose...), sending...), nil
}

// purposeFields says what kind of mail this is: answered to an action
// (RFC 3834) or sent to a list that can be left with one click (RFC 8058).
func (m Message) purposeFields() ([]headerField, error) {
	if m.Bulk == nil {
		return []headerField{{"Auto-Submitted", "auto-generated"}}, nil
	}
	if !isDotAtom(m.Bulk.ListID) || !strings.Contains(m.Bulk.ListID, ".") || len(m.Bulk.ListID) > maxAddress {
		return nil, &HeaderError{"List-Id", "must be a dotted name"}
	}
	if !isHeaderURL(m.Bulk.UnsubscribeURL) {
		return nil, &HeaderError{"List-Unsubscribe", "must be an absolute http or https URL"}
	}
	return []headerField{
		{"List-Id", "<" + m.Bulk.ListID + ">"},
		{"List-Unsubscribe", "<" + m.Bulk.UnsubscribeURL + ">"},
		{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"},
	}, nil
}

// sendingFields tells SES how to report on the message. SES takes them out
// before it sends.
func (m Message) sendingFields() ([]headerField, error) {
	var fields []headerField
	if m.ConfigurationSet != "" {
		if !isTag(m.ConfigurationSet) {
			return nil, &HeaderError{"X-SES-CONFIGURATION-SET", "has a character that SES refuses"}
		}
		fields = append(fields, headerField{"X-SES-CONFIGURATION-SET", m.ConfigurationSet})
	}
	if len(m.Tags) > 0 {
		tags := make([]string, 0, len(m.Tags))
		for name, value := range m.Tags {
			if !isTag(name) || !isTag(value) {
				return nil, &HeaderError{"X-SES-MESSAGE-TAGS", "has a character that SES refuses"}
			}
			tags = append(tags, name+"="+value)
		}
		slices.Sort(tags)
		fields = append(fields, headerField{"X-SES-MESSAGE-TAGS", strings.Join(tags, ", ")})
	}
	return fields, nil
}

func (m Message) date() time.Time {
	if m.Date.IsZero() {
		return time.Now()
	}
	return m.Date
}

func (m Message) messageID() (string, error) {
	id := m.ID
	if id == "" {
		_, domain, _ := strings.Cut(m.From.Email, "@")
		ascii, err := domains.ToASCII(domain)
		if err != nil {
			return "", &HeaderError{"Message-Id", "has no domain"}
		}
		id = token.New() + "@" + ascii
	}
	left, right, found := strings.Cut(id, "@")
	if !found || !isDotAtom(left) || !isDotAtom(right) || len(id) > maxAddress {
		return "", &HeaderError{"Message-Id", "must be two dotted names around an at sign"}
	}
	return "<" + id + ">", nil
}

// formatAddress returns an address as it stands in a header. The address is
// checked again because the last place before the wire is the one that no
// caller can forget.
func formatAddress(field string, a Address) (string, error) {
	email, err := ParseAddress(a.Email)
	if err != nil {
		return "", &HeaderError{field, "is not a plain address"}
	}
	if a.Name == "" {
		return email, nil
	}
	if err := checkText(field, a.Name); err != nil {
		return "", err
	}
	name := encodeWords(a.Name)
	if isPlain(a.Name) {
		name = `"` + strings.ReplaceAll(strings.ReplaceAll(a.Name, `\`, `\\`), `"`, `\"`) + `"`
	}
	return name + " <" + email + ">", nil
}

// formatText returns free text as it stands in a header.
func formatText(field, text string) (string, error) {
	if err := checkText(field, text); err != nil {
		return "", err
	}
	if isPlain(text) {
		return text, nil
	}
	return encodeWords(text), nil
}

// checkText refuses what could end a header field and start another one.
func checkText(field, text string) error {
	switch {
	case len(text) > maxHeaderText:
		return &HeaderError{field, fmt.Sprintf("is longer than %d bytes", maxHeaderText)}
	case !utf8.ValidString(text):
		return &HeaderError{field, "is not UTF-8"}
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }):
		return &HeaderError{field, "has a line break or another control character"}
	}
	return nil
}

// isPlain reports whether text can stand in a header without encoding and
// comes out the same: ASCII, single spaces between short words, and nothing
// that a reader would take for an encoded word.
func isPlain(text string) bool {
	for word := range strings.SplitSeq(text, " ") {
		if (word == "" && text != "") || len(word) > maxWord {
			return false
		}
	}
	return !strings.Contains(text, "=?") &&
		!strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
}

// encodeWords encodes text as base64 encoded words (RFC 2047), each a whole
// number of characters. Base64 is shorter than Q for every script but Latin.
func encodeWords(text string) string {
	var words []string
	for text != "" {
		size := min(len(text), wordPayload)
		for size < len(text) && !utf8.RuneStart(text[size]) {
			size--
		}
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(text[:size]))+"?=")
		text = text[size:]
	}
	return strings.Join(words, " ")
}

// isTag reports whether s may be a name or a value in X-SES-MESSAGE-TAGS.
func isTag(s string) bool {
	return s != "" && len(s) <= 256 && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '_' && r != '-' && !isASCIILetterOrDigit(r)
	})
}

func isASCIILetterOrDigit(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// isHeaderURL reports whether s can stand between angle brackets in a header.
func isHeaderURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && len(s) <= maxHeaderURL &&
		!strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '<' || r == '>' })
}
