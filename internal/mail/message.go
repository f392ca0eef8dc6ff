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
	"strings"
	"time"

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

	text, html [][]byte // encoded as quoted-printable by an Edition, in pieces
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
		text, html = [][]byte{quote(m.Text)}, [][]byte{quote(m.HTML)}
	}
	size := 3000 // more than most headers have
	for _, pieces := range [][][]byte{text, html} {
		for _, piece := range pieces {
			size += len(piece)
		}
	}
	out := make([]byte, 0, size)
	for _, f := range fields {
		out = f.append(out)
	}
	boundary := boundaryFor(out)
	out = headerField{"MIME-Version", "1.0"}.append(out)
	out = headerField{"Content-Type", `multipart/alternative; boundary="` + boundary + `"`}.append(out)
	out = appendPart(out, boundary, "text/plain", text)
	out = appendPart(out, boundary, "text/html", html)
	out = append(out, "\r\n--"+boundary+"--\r\n"...)
	if len(out) > maxMessage {
		return nil, &HeaderError{"Subject", "belongs to a message that is larger than 10 MB"}
	}
	return out, nil
}

// appendPart adds a body part (RFC 2046, section 5.1.1) whose pieces are joined by soft line breaks,
// which decode to nothing, so that no line grows beyond 76 bytes wherever the pieces were cut.
func appendPart(out []byte, boundary, mediaType string, pieces [][]byte) []byte {
	out = append(out, "\r\n--"+boundary+"\r\n"...)
	out = headerField{"Content-Type", mediaType + "; charset=utf-8"}.append(out)
	out = headerField{"Content-Transfer-Encoding", "quoted-printable"}.append(out)
	out = append(out, "\r\n"...)
	for i, piece := range pieces {
		if i > 0 {
			out = append(out, "=\r\n"...)
		}
		out = append(out, piece...)
	}
	return out
}

// boundaryFor derives the boundary from the header, so that equal messages
// have equal bytes. It begins with "=_", which quoted-printable text never
// holds, so that no content can end its part.
func boundaryFor(header []byte) string {
	hash := sha256.Sum256(header)
	return "=_" + hex.EncodeToString(hash[:16])
}

// quote encodes text as quoted-printable (RFC 2045, section 6.7).
func quote(text string) []byte {
	if strings.Contains(text, "\r") {
		// The writer forgets the next LF after a CR, however far away it is.
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	var out bytes.Buffer
	out.Grow(len(text) + len(text)/16)
	w := quotedprintable.NewWriter(&out)
	// Writing to a buffer cannot fail.
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return out.Bytes()
}
