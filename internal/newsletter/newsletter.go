// Package newsletter is where coordinators write the network's newsletters: one text per language,
// shown as it will arrive, tested on oneself, scheduled, watched while it goes out. Sending itself
// is the business of package dissemination, to which this package is one [Bulk] kind of mail.
package newsletter

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Kind is what sort of issue a newsletter is. It decides who gets it.
type Kind string

// The kinds.
const (
	Monthly      Kind = "monthly"      // for whoever wants any newsletter
	Special      Kind = "special"      // for whoever wants every issue
	Announcement Kind = "announcement" // for whoever wants announcements
)

// Kinds are all kinds in the order that forms show them.
var Kinds = []Kind{Monthly, Special, Announcement}

// wantedBy reports whether a person's choice of mail includes this kind.
func (k Kind) wantedBy(p members.Preferences) bool {
	switch k {
	case Monthly:
		return p.Newsletter == members.Every || p.Newsletter == members.Monthly
	case Special:
		return p.Newsletter == members.Every
	case Announcement:
		return p.Announcements
	}
	return false
}

// stops is the mail that the unsubscribe link of this kind stops.
func (k Kind) stops() maillink.Kind {
	if k == Announcement {
		return maillink.Announcement
	}
	return maillink.Newsletter
}

// State is where a newsletter stands. How far the sending of a scheduled one is, its campaign says.
type State string

// The states.
const (
	Draft     State = "draft"
	Scheduled State = "scheduled"
)

// Newsletter is one issue, without its texts.
type Newsletter struct {
	ID   string `json:"id"`
	Kind Kind   `json:"kind"`
	// Main is the language that readers get whose own language has no text.
	Main  language.Tag `json:"main"`
	State State        `json:"state"`
	// Audience narrows down who gets it.
	Audience Audience `json:"audience"`
	// Subjects are those of the texts there are.
	Subjects map[language.Tag]string `json:"subjects"`
	// Due is when it is to be sent.
	Due time.Time `json:"due"`
	// Attempt counts how often it was scheduled: each time is a campaign of its own.
	Attempt   int       `json:"attempt"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	UpdatedBy string    `json:"updatedBy"` // a name
	// Version counts changes to the newsletter and its texts, so that nobody sends what they have
	// not seen.
	Version int `json:"version"`
}

// Title is the subject in the language in which a reader of this language gets it, or "".
func (n Newsletter) Title(tag language.Tag) string { return n.Subjects[n.For(tag)] }

// Campaign returns the identifier of the campaign that sends the newsletter, or "" for a draft.
func (n Newsletter) Campaign() string {
	if n.State == Draft {
		return ""
	}
	return campaignID(n.ID, n.Attempt)
}

// Languages lists the languages that have a text.
func (n Newsletter) Languages() []language.Tag {
	var tags []language.Tag
	for _, tag := range language.Available() {
		if _, ok := n.Subjects[tag]; ok {
			tags = append(tags, tag)
		}
	}
	return tags
}

// For returns the language in which a reader gets the newsletter: their own, else the main one,
// else English, else whichever there is.
func (n Newsletter) For(tag language.Tag) language.Tag {
	languages := n.Languages()
	for _, t := range []language.Tag{tag, n.Main, language.Default} {
		if slices.Contains(languages, t) {
			return t
		}
	}
	if len(languages) == 0 {
		return n.Main
	}
	return languages[0]
}

// Complete reports whether there is something to send.
func (n Newsletter) Complete() bool { return n.Subjects[n.Main] != "" }

// Text is what a newsletter says in one language.
type Text struct {
	Subject string `json:"subject"`
	Body    string `json:"body"` // Markdown
	// Version counts changes, so that two people who edit at once notice each other.
	Version   int       `json:"version"`
	UpdatedAt time.Time `json:"updatedAt"`
	UpdatedBy string    `json:"updatedBy"` // a name
}

// Limits of a text, in characters. A mail within them stays under the 100 KB above which some mail
// programs cut it off.
const (
	MaxSubject = 150
	MaxBody    = 20_000
)

// Clean brings line ends and spaces into their normal form.
func (t Text) Clean() Text {
	t.Subject = strings.TrimSpace(t.Subject)
	t.Body = strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(t.Body))
	return t
}

// Empty reports whether there is no text at all.
func (t Text) Empty() bool { return t.Subject == "" && t.Body == "" }

// Validate returns the fields that are refused.
func (t Text) Validate() []fault.Field {
	var fields []fault.Field
	switch {
	case t.Subject == "":
		fields = append(fields, fault.Field{Name: "subject", Code: "required"})
	case utf8.RuneCountInString(t.Subject) > MaxSubject:
		fields = append(fields, fault.Field{Name: "subject", Code: "too-long", Args: map[string]any{"Limit": MaxSubject}})
	case !utf8.ValidString(t.Subject) || strings.ContainsFunc(t.Subject, isBreak):
		fields = append(fields, fault.Field{Name: "subject", Code: "line-break"})
	}
	switch {
	case t.Body == "":
		fields = append(fields, fault.Field{Name: "body", Code: "required"})
	case utf8.RuneCountInString(t.Body) > MaxBody:
		fields = append(fields, fault.Field{Name: "body", Code: "too-long", Args: map[string]any{"Limit": MaxBody}})
	case !utf8.ValidString(t.Body) || strings.ContainsRune(t.Body, 0):
		fields = append(fields, fault.Field{Name: "body", Code: "characters"})
	}
	return fields
}

// isBreak reports what cannot stand in a header.
func isBreak(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }
