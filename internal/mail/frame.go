package mail

import (
	"errors"
	"html/template"
	"maps"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/token"
)

// A Frame is what a mail to many has in common for all readers of one
// language.
type Frame struct {
	Site     Site
	Language language.Tag
	From     Address // the address for bulk mail, not the one for notices
	ReplyTo  Address // the zero value leaves the field out
	Subject  string
	Preview  string // the line that a list of mails shows after the subject
	Heading  string
	// HTML is the body, already made safe. Text says the same in plain text,
	// already laid out; lines should stay within 72 columns.
	HTML   template.HTML
	Text   string
	Reason string // why these readers get it, as a sentence
	Online string // where everybody may read it in a browser; empty for nowhere
	ListID string // a dotted name such as newsletter.example.org
}

// A Reader is what differs between the mails of one Edition.
type Reader struct {
	Address        Address
	PreferencesURL string // a page, without signing in
	UnsubscribeURL string // a page on GET, one click on POST
	Tags           map[string]string
	Date           time.Time // the zero value means now
	ID             string    // Message-ID without angle brackets; empty means a random one
}

// An Edition is a Frame laid out once, in pieces between which a reader's
// links are put. Making a reader's mail executes no template and encodes
// nothing but the links. An Edition is safe for concurrent use.
type Edition struct {
	frame      Frame
	text, html spliced
}

// slots are stand-ins for a reader's links while a frame is laid out. They are
// random, so that no body can hold one.
type slots struct{ Preferences, Unsubscribe string }

// frameView is what the template "frame.html" shows.
type frameView struct {
	shell
	Heading string
	Body    template.HTML
	Reason  string
	Online  string
	Slots   slots
}

// Edition lays the frame out.
func (f Frame) Edition() (*Edition, error) {
	if !isLink(f.Site.URL) || f.Online != "" && !isLink(f.Online) {
		return nil, ErrLink
	}
	place := "https://slot.invalid/" + token.New()
	at := slots{Preferences: place + "/p", Unsubscribe: place + "/u"}
	view := frameView{
		shell:   newShell(f.Language, f.Subject, f.Site),
		Heading: f.Heading, Body: f.HTML, Reason: f.Reason, Online: f.Online, Slots: at,
	}
	view.Preview = f.Preview
	html, err := render("frame.html", view)
	if err != nil {
		return nil, err
	}
	e := &Edition{frame: f}
	if e.html, err = splice(html, at); err != nil {
		return nil, err
	}
	if e.text, err = splice(f.plain(at), at); err != nil {
		return nil, err
	}
	return e, nil
}

func (f Frame) plain(at slots) string {
	words := language.For(f.Language)
	var p plainText
	p.block(f.Site.Name)
	p.heading(f.Heading)
	p.block(f.Text)
	if f.Online != "" {
		p.link(words.Text("mail.online"), f.Online)
	}
	p.signature(f.Site)
	p.paragraph(f.Reason)
	p.link(words.Text("mail.preferences"), at.Preferences)
	p.link(words.Text("mail.unsubscribe"), at.Unsubscribe)
	return p.String()
}

// To returns the reader's mail, ready to be sent.
func (e *Edition) To(r Reader) (Message, error) {
	if !isHeaderURL(r.PreferencesURL) || !isHeaderURL(r.UnsubscribeURL) {
		return Message{}, ErrLink
	}
	return Message{
		From: e.frame.From, To: r.Address, ReplyTo: e.frame.ReplyTo,
		Subject:  e.frame.Subject,
		Language: e.frame.Language,
		Bulk:     &Bulk{ListID: e.frame.ListID, UnsubscribeURL: r.UnsubscribeURL},
		Tags:     maps.Clone(r.Tags),
		Date:     r.Date,
		ID:       r.ID,
		text:     e.text.quoted(r.PreferencesURL, r.UnsubscribeURL),
		html: e.html.quoted(template.HTMLEscapeString(r.PreferencesURL),
			template.HTMLEscapeString(r.UnsubscribeURL)),
	}, nil
}

// HTML returns the reader's HTML part, for a preview.
func (e *Edition) HTML(r Reader) string {
	return e.html.plain(template.HTMLEscapeString(r.PreferencesURL), template.HTMLEscapeString(r.UnsubscribeURL))
}

// Text returns the reader's plain-text part, for a preview.
func (e *Edition) Text(r Reader) string {
	return e.text.plain(r.PreferencesURL, r.UnsubscribeURL)
}

// spliced is a text cut at its two slots, as it is and in quoted-printable.
type spliced struct {
	pieces  [3]string
	encoded [3][]byte
}

// splice cuts text at the slots, which must occur once each and in order.
func splice(text string, at slots) (spliced, error) {
	before, rest, found := strings.Cut(text, at.Preferences)
	between, after, found2 := strings.Cut(rest, at.Unsubscribe)
	if !found || !found2 {
		return spliced{}, errors.New("mail: a frame without its two links")
	}
	s := spliced{pieces: [3]string{before, between, after}}
	for i, piece := range s.pieces {
		s.encoded[i] = quote(piece)
	}
	return s, nil
}

func (s spliced) plain(preferences, unsubscribe string) string {
	return s.pieces[0] + preferences + s.pieces[1] + unsubscribe + s.pieces[2]
}

// quoted returns the encoded pieces and, between them, the encoded links.
func (s spliced) quoted(preferences, unsubscribe string) [][]byte {
	return [][]byte{s.encoded[0], quote(preferences), s.encoded[1], quote(unsubscribe), s.encoded[2]}
}
