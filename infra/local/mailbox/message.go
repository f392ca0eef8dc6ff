package mailbox

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"strings"
	"time"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // messages in other character sets

	"github.com/municipalitiesnet/munet/infra/local/ses"
)

// A Message is a mail as its reader sees it: one element of mail.json.
type Message struct {
	ID      string            `json:"id"`
	Time    time.Time         `json:"time"`
	From    string            `json:"from"`    // the decoded header
	To      []string          `json:"to"`      // the addresses it was sent to
	Subject string            `json:"subject"` // decoded
	Headers map[string]string `json:"headers"` // unfolded, not decoded; repeated ones joined by ", "
	Text    string            `json:"text"`
	HTML    string            `json:"html"`
	Tags    map[string]string `json:"tags"`
}

// maxPart bounds what is read of one part of a message.
const maxPart = 10 << 20

// read takes a message apart.
func read(m ses.Message, raw []byte) (Message, error) {
	entity, err := message.Read(bytes.NewReader(raw))
	if err != nil && !message.IsUnknownCharset(err) {
		return Message{}, fmt.Errorf("read the message %s: %w", m.ID, err)
	}
	made := Message{
		ID: m.ID, Time: m.Time, To: m.To, Tags: m.Tags,
		From: decoded(entity.Header.Get("From")), Subject: decoded(entity.Header.Get("Subject")),
		Headers: map[string]string{},
	}
	for fields := entity.Header.Fields(); fields.Next(); {
		name, value := fields.Key(), unfold(fields.Value())
		if before, ok := made.Headers[name]; ok {
			value = before + ", " + value
		}
		made.Headers[name] = value
	}
	err = entity.Walk(func(_ []int, part *message.Entity, err error) error {
		if err != nil && !message.IsUnknownCharset(err) {
			return err
		}
		return made.addPart(part)
	})
	if err != nil {
		return Message{}, fmt.Errorf("read the message %s: %w", m.ID, err)
	}
	return made, nil
}

// addPart takes the first text and the first HTML.
func (m *Message) addPart(part *message.Entity) error {
	kind, _, err := part.Header.ContentType()
	if err != nil {
		kind = "text/plain"
	}
	var into *string
	switch {
	case kind == "text/plain" && m.Text == "":
		into = &m.Text
	case kind == "text/html" && m.HTML == "":
		into = &m.HTML
	default:
		return nil
	}
	content, err := io.ReadAll(io.LimitReader(part.Body, maxPart))
	*into = strings.ReplaceAll(string(content), "\r\n", "\n")
	return err
}

func decoded(header string) string {
	text, err := new(mime.WordDecoder).DecodeHeader(header)
	if err != nil {
		return header
	}
	return text
}

func unfold(value string) string {
	return strings.NewReplacer("\r\n", "", "\n", "").Replace(value)
}
