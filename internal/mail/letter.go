package mail

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"net/url"
	"strings"
	"sync"

	"github.com/municipalitiesnet/munet/internal/language"
)

//go:embed templates/*.html
var files embed.FS

// templates holds the HTML of letters and frames, parsed when the first mail
// of a process is written.
var templates = sync.OnceValues(func() (*template.Template, error) {
	return template.ParseFS(files, "templates/*.html")
})

// ErrLink reports a link in a mail that is not an absolute http or https URL.
var ErrLink = errors.New("mail: a link must be an absolute http or https URL")

// Site is who a mail comes from, as its reader knows it.
type Site struct {
	Name          string // of the network
	URL           string // of its home page, without a slash at the end
	PostalAddress string // of the sender, in one line; may be empty
}

// Action is the one thing that a mail asks for.
type Action struct {
	Label string // a verb and its object: "Confirm my address"
	URL   string
}

// A Letter is one transactional mail, written in one language. Only Subject,
// Heading and Reason are needed; what is empty leaves no trace.
type Letter struct {
	Language language.Tag
	Subject  string
	Heading  string
	Body     []string    // paragraphs of plain text before the action
	Facts    [][2]string // names and values
	Quote    string      // another person's words, line breaks kept
	Digest   Digest      // things, each with its link
	Action   *Action
	Code     string   // to be typed, shown as it is
	After    []string // paragraphs after the action and the code
	// Reason says why this person got this mail, as a sentence.
	Reason string
	// PreferencesURL leads to the person's mail preferences without signing in.
	PreferencesURL string
}

// Message lays the letter out as HTML and as plain text that says the same.
func (l Letter) Message(site Site, from, to Address) (Message, error) {
	if !isLink(site.URL) || (l.Action != nil && !isLink(l.Action.URL)) || (l.PreferencesURL != "" && !isLink(l.PreferencesURL)) {
		return Message{}, ErrLink
	}
	html, err := l.html(site)
	if err != nil {
		return Message{}, err
	}
	return Message{
		From: from, To: to,
		Subject:  l.Subject,
		Text:     l.text(site),
		HTML:     html,
		Language: l.Language,
	}, nil
}

// letterView is what the template "letter.html" shows.
type letterView struct {
	shell
	Letter
	QuoteLines []string
}

func (l Letter) html(site Site) (string, error) {
	view := letterView{
		shell:  newShell(l.Language, l.Subject, site),
		Letter: l,
	}
	if len(l.Body) > 0 {
		view.Preview = l.Body[0]
	}
	if l.Quote != "" {
		view.QuoteLines = strings.Split(l.Quote, "\n")
	}
	return render("letter.html", view)
}

func (l Letter) text(site Site) string {
	words := language.For(l.Language)
	var p plainText
	p.block(site.Name)
	p.heading(l.Heading)
	for _, paragraph := range l.Body {
		p.paragraph(paragraph)
	}
	if len(l.Facts) > 0 {
		p.facts(l.Facts)
	}
	if l.Quote != "" {
		p.quotation(l.Quote)
	}
	if len(l.Digest.Sections) > 0 {
		p.block(l.Digest.Text())
	}
	if l.Action != nil {
		p.link(l.Action.Label, l.Action.URL)
	}
	if l.Code != "" {
		p.block(words.Text("mail.code") + ":\n\n    " + l.Code)
	}
	for _, paragraph := range l.After {
		p.paragraph(paragraph)
	}
	p.signature(site)
	p.paragraph(l.Reason)
	if l.PreferencesURL != "" {
		p.link(words.Text("mail.preferences"), l.PreferencesURL)
	}
	return p.String()
}

// signature appends the separator that mail programs know (RFC 3676, section
// 4.3) and who the mail is from.
func (p *plainText) signature(site Site) {
	from := wrap(site.Name+", "+site.URL, "", "")
	if site.PostalAddress != "" {
		from += wrap(site.PostalAddress, "", "")
	}
	p.block("-- \n" + from)
}

// shell is what every mail's HTML shows around its content.
type shell struct {
	Lang    language.Tag
	Dir     string
	Title   string
	Preview string // the line that a list of mails shows after the subject
	Site    Site
	words   *language.Printer
}

func newShell(tag language.Tag, subject string, site Site) shell {
	return shell{Lang: tag, Dir: direction(tag), Title: subject, Site: site, words: language.For(tag)}
}

// Word returns one of the fixed words of mails.
func (s shell) Word(key string) string { return s.words.Text(key) }

func render(name string, view any) (string, error) {
	all, err := templates()
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	if err := all.ExecuteTemplate(&out, name, view); err != nil {
		return "", err
	}
	return out.String(), nil
}

// direction returns the direction of a language's script, for the attribute
// dir.
func direction(tag language.Tag) string {
	switch tag {
	case "ar", "fa", "he", "ur", "yi":
		return "rtl"
	}
	return "ltr"
}

func isLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
