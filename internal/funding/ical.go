package funding

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// A event is an entry of a calendar, after RFC 5545.
type event struct {
	// UID never changes, whatever the event says; Sequence grows with every change.
	UID      string
	Sequence int
	// Start is the moment, or the beginning of the day if it is AllDay.
	Start     time.Time
	AllDay    bool
	Changed   time.Time
	Cancelled bool
	Summary   string
	Text      string
	URL       string
}

// The formats of RFC 5545, sections 3.3.4 and 3.3.5. Moments are written in UTC, which every program
// shows in its reader's own zone, so that no rules of a zone have to be sent along.
const (
	icalDay    = "20060102"
	icalMoment = "20060102T150405Z"
)

// writeEvents writes a calendar that programs look at again every few hours.
func writeEvents(w io.Writer, name, host string, events []event) error {
	c := icalWriter{w: w}
	c.line("BEGIN", "VCALENDAR")
	c.line("VERSION", "2.0")
	c.line("PRODID", "-//"+host+"//MuNet//EN")
	c.line("CALSCALE", "GREGORIAN")
	c.line("METHOD", "PUBLISH")
	c.line("X-WR-CALNAME", escape(name))
	c.line("NAME", escape(name))                      // RFC 7986
	c.line("REFRESH-INTERVAL;VALUE=DURATION", "PT6H") // RFC 7986
	c.line("X-PUBLISHED-TTL", "PT6H")                 // what older programs read instead
	for _, e := range events {
		c.event(e)
	}
	c.line("END", "VCALENDAR")
	return c.err
}

// icalWriter writes lines and keeps the first error.
type icalWriter struct {
	w   io.Writer
	err error
}

func (c *icalWriter) event(e event) {
	c.line("BEGIN", "VEVENT")
	c.line("UID", escape(e.UID))
	c.line("SEQUENCE", fmt.Sprint(e.Sequence))
	c.line("DTSTAMP", e.Changed.UTC().Format(icalMoment))
	c.line("LAST-MODIFIED", e.Changed.UTC().Format(icalMoment))
	if e.AllDay {
		c.line("DTSTART;VALUE=DATE", e.Start.Format(icalDay))
		c.line("DTEND;VALUE=DATE", e.Start.AddDate(0, 0, 1).Format(icalDay))
	} else {
		c.line("DTSTART", e.Start.UTC().Format(icalMoment)) // without an end it ends as it starts
	}
	status := "CONFIRMED"
	if e.Cancelled {
		status = "CANCELLED"
	}
	c.line("STATUS", status)
	c.line("TRANSP", "TRANSPARENT") // a deadline keeps nobody busy
	c.line("SUMMARY", escape(e.Summary))
	c.line("DESCRIPTION", escape(e.Text))
	c.line("URL", e.URL)
	c.line("END", "VEVENT")
}

// maxLine is how many bytes a line may have without its end (RFC 5545, 3.1).
const maxLine = 75

// line writes a content line, folded between characters: a line that goes on begins with a space. What
// is no character of text is left out.
func (c *icalWriter) line(name, value string) {
	value = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(value, ""))
	text, room := name+":"+value, maxLine
	var folded strings.Builder
	for len(text) > room {
		end := room
		for !utf8.RuneStart(text[end]) {
			end--
		}
		folded.WriteString(text[:end] + "\r\n ")
		text, room = text[end:], maxLine-1
	}
	folded.WriteString(text + "\r\n")
	if c.err == nil {
		_, c.err = io.WriteString(c.w, folded.String())
	}
}

// icalText writes a text as a value (RFC 5545, 3.3.11).
var icalText = strings.NewReplacer("\r\n", `\n`, "\n", `\n`, `\`, `\\`, `;`, `\;`, `,`, `\,`)

func escape(text string) string { return icalText.Replace(text) }
