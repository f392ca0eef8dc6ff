package practicenews

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// DigestKind is the kind of campaigns that tell followers of a week's practices. Their subject is the
// week, their recipients are references to people.
const DigestKind = "practice-digest"

// shown is how many practices a section shows in full; the others are named by their titles.
const shown = 15

// Digests mails a week's practices to those who follow one of their themes.
type Digests struct {
	Readers
	Store     *Store
	Practices *practice.Store
	Site      mail.Site
	From      mail.Address // the address for bulk mail
	Links     maillink.Links
}

// Kind returns the kind of these campaigns. Nothing of theirs is sent again: the library has what a
// lost mail told, and a mail that comes twice loses more readers than one that is missed.
func (d *Digests) Kind() dissemination.Kind {
	return dissemination.Kind{Open: d.open, Unknown: dissemination.Drop}
}

func (d *Digests) open(ctx context.Context, c dissemination.Campaign) (dissemination.Content, error) {
	w, err := d.Store.week(ctx, c.Subject)
	m := &digest{Digests: d, week: w, campaign: c.ID}
	return dissemination.Content{Recipients: m.recipients, Compose: m.compose}, err
}

// digest is one week on its way to followers.
type digest struct {
	*Digests
	week     *week
	campaign string
}

// recipients names the followers for whom there is something.
func (d *digest) recipients(ctx context.Context, cursor string, limit int) ([]string, string, error) {
	followers, next, err := d.Practices.Followers(ctx, cursor, limit)
	var refs []string
	for _, f := range followers {
		if len(d.of(f.Themes)) > 0 {
			refs = append(refs, f.Ref.String())
		}
	}
	return refs, next, err
}

// of returns what was published on any of the themes, each practice once.
func (d *digest) of(themes []members.Topic) []practice.Hit {
	var found []practice.Hit
	for _, p := range d.week.Practices {
		if len(common(p.Themes, themes)) > 0 {
			found = append(found, p)
		}
	}
	return found
}

// common returns those of the themes that are followed, in the network's order.
func common(themes, followed []members.Topic) []members.Topic {
	var both []members.Topic
	for _, t := range members.Topics {
		if slices.Contains(themes, t) && slices.Contains(followed, t) {
			both = append(both, t)
		}
	}
	return both
}

// compose writes to those who still want this mail, about the themes that they follow now.
func (d *digest) compose(ctx context.Context, recipients []string) ([]dissemination.Draft, error) {
	refs, err := parse(recipients)
	if err != nil {
		return nil, err
	}
	following, err := d.Practices.FollowingOf(ctx, refs)
	if err != nil {
		return nil, err
	}
	return d.Readers.compose(ctx, recipients, func(p members.Person) (mail.Message, string, error) {
		themes := following[p.Ref]
		found := d.of(themes)
		switch {
		case !p.Preferences.Practices:
			return mail.Message{}, "unsubscribed", nil
		case len(found) == 0:
			return mail.Message{}, "unfollowed", nil
		}
		m, err := d.message(p, themes, found)
		return m, "", err
	})
}

func (d *digest) message(p members.Person, themes []members.Topic, found []practice.Hit) (mail.Message, error) {
	words := language.For(p.Language)
	frame, err := d.frame(words, themes, found)
	if err != nil {
		return mail.Message{}, err
	}
	edition, err := frame.Edition()
	if err != nil {
		return mail.Message{}, err
	}
	return edition.To(mail.Reader{
		Address:        mail.Address{Name: p.Name, Email: p.Address},
		PreferencesURL: d.Links.Preferences(p.Ref, words.Tag()),
		UnsubscribeURL: d.Links.UnsubscribeFrom(d.campaign, p.Ref, maillink.Practices, words.Tag()),
	})
}

// frame lays out what was published on the themes of a follower: first what is new, then updates.
func (d *digest) frame(words *language.Printer, themes []members.Topic, found []practice.Hit) (mail.Frame, error) {
	added := mail.Section{Heading: words.Text("practicenews.new")}
	updated := mail.Section{Heading: words.Text("practicenews.updated")}
	for _, p := range found {
		section := &updated
		if d.week.has(p.PublishedAt) {
			section = &added
		}
		item := d.item(words, p, themes)
		if len(section.Items) == shown {
			section.More = append(section.More, mail.Action{Label: item.Title, URL: item.URL})
			section.MoreWords = words.Text("practicenews.more", "Count", len(section.More))
			continue
		}
		section.Items = append(section.Items, item)
	}
	body := mail.Digest{Intro: words.Text("practicenews.week", "From", d.week.From, "To", d.week.To)}
	for _, s := range []mail.Section{added, updated} {
		if len(s.Items) > 0 {
			body.Sections = append(body.Sections, s)
		}
	}
	first := body.Sections[0].Items[0].Title
	body.Sections = append(body.Sections, mail.Section{Heading: words.Text("practicenews.yours"), More: []mail.Action{
		{Label: words.Text("practicenews.library"), URL: d.page(words, "/practices", url.Values{"theme": texts(themes)})},
		{Label: words.Text("practicenews.themes"), URL: d.page(words, "/my-practices/follow", nil)},
	}, MoreWords: names(words, themes)})
	html, err := body.HTML()
	if err != nil {
		return mail.Frame{}, err
	}
	site, err := url.Parse(d.Site.URL)
	return mail.Frame{
		Site: d.Site, Language: words.Tag(), From: d.From,
		Subject: words.Text("practicenews.subject", "Count", len(found), "Title", first),
		Heading: words.Text("practicenews.heading"), Preview: first,
		HTML: html, Text: body.Text(),
		Reason: words.Text("practicenews.reason"), ListID: "practices." + site.Hostname(),
	}, err
}

// item is a practice in a digest, in the reader's language if it is told in it.
func (d *digest) item(words *language.Printer, p practice.Hit, themes []members.Topic) mail.Item {
	text, in := p.In(words.Tag())
	place, shared := words.Country(p.Country), common(p.Themes, themes)
	if p.Municipality != "" {
		place = p.Municipality + ", " + place
	}
	item := mail.Item{
		Title: text.Title, URL: d.page(words, "/practices/"+p.ID, nil),
		Lines: []string{p.Organisation + " (" + place + ")"},
		Why:   words.Text("practicenews.why", "Count", len(shared), "Themes", names(words, shared)),
	}
	if text.Summary != "" {
		item.Lines = append(item.Lines, text.Summary)
	}
	if in != words.Tag() {
		item.Lines = append(item.Lines, words.Text("practicenews.language", "Language", words.Language(in)))
	}
	return item
}

// page is the address of a page in the language of the mail.
func (d *digest) page(words *language.Printer, path string, values url.Values) string {
	query := "lang=" + string(words.Tag())
	if len(values) > 0 {
		query = values.Encode() + "&" + query
	}
	return d.Site.URL + path + "?" + query
}

func names(words *language.Printer, themes []members.Topic) string {
	var all []string
	for _, t := range themes {
		all = append(all, words.Text("topic."+string(t)))
	}
	return strings.Join(all, ", ")
}

func texts(themes []members.Topic) []string {
	all := make([]string, len(themes))
	for i, t := range themes {
		all[i] = string(t)
	}
	return all
}
