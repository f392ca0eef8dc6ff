// Package mail writes and sends the network's mail.
//
// A [Letter] is one transactional mail: the network answers something that a
// person did. A [Frame] is mail to many: rendered once per language into an
// [Edition], which then only splices in what differs between readers. Both end
// as a [Message], whose MIME form a [Sender] hands to SES, once and without
// hidden retries.
//
// Nothing in this package logs, and no error names an address.
package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"mime/quotedprintable"
	"time"

	"github.com/emersion/go-message/textproto"

	"github.com/municipalitiesnet/munet/internal/language"
)

// maxMessage is the size of the largest message that SES takes, in bytes.
const maxMessage = 10_000_000

// A Message is one mail to one person.
type Message struct {
	From, To Address
	ReplyTo  Address // the zero value leaves the field out
	Subject  string
	// Text and HTML are the two forms of one content. They are empty in a
	// message made by Edition.To, which carries them already encoded.
	Text, HTML string
	Language   language.Tag
	// Bulk is nil for transactional mail.
	Bulk *Bulk
	// Tags come back in the events of SES. Names and values are limited to
	// letters, digits, hyphen and underscore, and must not tell who the
	// recipient is.
	Tags map[string]string
	// ConfigurationSet names the set whose events SES reports. A Sender fills
	// it in if it is empty.
	ConfigurationSet string
	Date             time.Time // the zero value means now
	ID               string    // without angle brackets; empty means a random one

	text, html []byte // encoded as quoted-printable by an Edition
}

// Bulk makes a message one of a list that can be left (RFC 2369, RFC 8058).
type Bulk struct {
	ListID         string // a dotted name such as newsletter.example.org
	UnsubscribeURL string // answers a bare POST
}

// MIME returns the message in the form that goes over the wire: two
// alternatives in quoted-printable, so that no line is longer than 76 bytes
// except where a link in the header cannot be folded. It fails with a
// [*HeaderError] if a field has a line break or is not what it should be.
func (m Message) MIME() ([]byte, error) {
	fields, err := m.header()
	if err != nil {
		return nil, err
	}
	text, html := m.text, m.html
	if text == nil {
		text, html = quote(m.Text), quote(m.HTML)
	}

	boundary := boundaryFor(fields)
	fields = append(fields,
		headerField{"MIME-Version", "1.0"},
		headerField{"Content-Type", `multipart/alternative; boundary="` + boundary + `"`},
	)
	out := bytes.NewBuffer(make([]byte, 0, len(text)+len(html)+2048))
	if err := textproto.WriteHeader(out, asHeader(fields)); err != nil {
		return nil, err
	}
	parts := textproto.NewMultipartWriter(out)
	if err := parts.SetBoundary(boundary); err != nil {
		return nil, err
	}
	if err := writePart(parts, "text/plain", text); err != nil {
		return nil, err
	}
	if err := writePart(parts, "text/html", html); err != nil {
		return nil, err
	}
	if err := parts.Close(); err != nil {
		return nil, err
	}
	if out.Len() > maxMessage {
		return nil, &HeaderError{"Subject", "belongs to a message that is larger than 10 MB"}
	}
	return out.Bytes(), nil
}

func writePart(parts *textproto.MultipartWriter, mediaType string, quoted []byte) error {
	w, err := parts.CreatePart(asHeader([]headerField{
		{"Content-Type", mediaType + "; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	}))
	if err != nil {
		return err
	}
	_, err = w.Write(quoted)
	return err
}

// boundaryFor derives the boundary from the header, so that equal messages
// have equal bytes. It begins with "=_", which quoted-printable text never
// holds, so that no content can end its part.
func boundaryFor(fields []headerField) string {
	hash := sha256.New()
	for _, f := range fields {
		hash.Write([]byte(f.name + f.value + "\n"))
	}
	return "=_" + hex.EncodeToString(hash.Sum(nil)[:16])
}

// quote encodes text as quoted-printable (RFC 2045, section 6.7).
func quote(text string) []byte {
	var out bytes.Buffer
	w := quotedprintable.NewWriter(&out)
	// Writing to a buffer cannot fail.
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return out.Bytes()
}
