package newsletter

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Layout is what the mails of all newsletters have in common.
type Layout struct {
	Site  mail.Site
	From  mail.Address // the address for bulk mail
	Links maillink.Links
}

// maxPreview is the length in characters of the line that a list of mails shows after the subject.
const maxPreview = 120

// Edition lays a text out for all its readers.
func (l Layout) Edition(n Newsletter, tag language.Tag, text Text) (*mail.Edition, error) {
	site, err := url.Parse(l.Site.URL)
	if err != nil {
		return nil, fmt.Errorf("newsletter: the site's address: %w", err)
	}
	content, err := parseBody(text.Body, site)
	if err != nil {
		return nil, fmt.Errorf("newsletter: %s text: %w", tag, err)
	}
	online := ""
	if n.Kind.archived() {
		online = publicURL(l.Site.URL, n.ID, tag)
	}
	return mail.Frame{
		Site: l.Site, Language: tag, From: l.From,
		Subject: text.Subject, Heading: text.Subject, Preview: shorten(content.Lead, maxPreview),
		HTML: content.HTML, Text: strings.TrimRight(content.Text, "\n"),
		Reason: language.For(tag).Text("newsletter.reason." + string(n.Kind)),
		Online: online,
		ListID: string(n.Kind.stops()) + "." + listHost(site),
	}.Edition()
}

// Reader is what differs in a person's mail.
func (l Layout) Reader(n Newsletter, p members.Person) mail.Reader {
	tag := n.For(p.Language)
	return mail.Reader{
		Address:        mail.Address{Name: p.Name, Email: p.Address},
		PreferencesURL: l.Links.Preferences(p.Ref, tag),
		UnsubscribeURL: l.Links.UnsubscribeFrom(n.Campaign(), p.Ref, n.Kind.stops(), tag),
	}
}

// Sample is the reader of a preview, whose links lead to the pages and act on nobody.
func (l Layout) Sample() mail.Reader {
	return mail.Reader{PreferencesURL: l.Site.URL + "/preferences", UnsubscribeURL: l.Site.URL + "/unsubscribe"}
}

// listHost is the site's host as the end of a List-Id (RFC 2919).
func listHost(site *url.URL) string {
	host := site.Hostname()
	if strings.Contains(host, ":") { // an address of IPv6
		return "localhost"
	}
	return host
}

// shorten cuts text at a space before the limit.
func shorten(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	cut := string([]rune(text)[:limit])
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		cut = cut[:i]
	}
	return cut + "…"
}
