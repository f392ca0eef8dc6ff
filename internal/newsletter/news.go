package newsletter

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Source is a part of the network that newsletters tell news of. What it offers is put into a text
// by a coordinator, who edits it there. It holds a function for the reason that package dynamo gives.
type Source struct {
	// Name is a word of small letters that no other source has.
	Name string
	// Blocks returns what there is to tell since a moment, in one language. last is the newsletter
	// that was sent before, or nil.
	Blocks func(ctx context.Context, tag language.Tag, since time.Time, last *Newsletter) ([]Block, error)
}

// Block is a piece of Markdown, with its heading, that can be put into a text.
type Block struct {
	Title    string
	Markdown string
}

// firstSince is how far back news go when no newsletter has been sent before.
const firstSince = 31 * 24 * time.Hour

// news returns the last newsletter that was sent, if there is one, and the moment from which on
// things are news.
func news(ctx context.Context, store *Store, now time.Time) (*Newsletter, time.Time, error) {
	sent, _, err := store.Archive(ctx, "", 1)
	if err != nil {
		return nil, time.Time{}, err
	}
	if len(sent) == 0 {
		return nil, now.Add(-firstSince), nil
	}
	return &sent[0], sent[0].Due, nil
}

// NewMembers is the source of the organisations that have joined.
func NewMembers(store *members.Store) Source {
	return Source{"members", newMembers{store}.blocks}
}

type newMembers struct{ members *members.Store }

// maxNewMembers is how many organisations a newsletter names one by one.
const maxNewMembers = 100

// blocks returns one block, a list of the members in the order of their names.
func (m newMembers) blocks(ctx context.Context, tag language.Tag, since time.Time, _ *Newsletter) ([]Block, error) {
	var found []members.Organisation
	cursor := ""
	for len(found) < maxNewMembers {
		page, next, err := m.members.Organisations(ctx, members.Filter{State: members.Member, Since: since}, cursor)
		if err != nil {
			return nil, err
		}
		found = append(found, page...)
		if cursor = next; cursor == "" {
			break
		}
	}
	if len(found) == 0 {
		return nil, nil
	}
	p := language.For(tag)
	var out strings.Builder
	title := p.Text("newsletter.news.members")
	fmt.Fprintf(&out, "## %s\n\n%s\n", title, p.Text("newsletter.news.members.text", "Count", len(found)))
	for _, org := range found {
		out.WriteString("\n- " + memberLine(p, org))
	}
	return []Block{{Title: title, Markdown: out.String()}}, nil
}

// memberLine names an organisation, links its website, and says where it is.
func memberLine(p *language.Printer, org members.Organisation) string {
	name := literal(org.Name)
	if org.Website != "" && !strings.ContainsAny(org.Website, "<> \n") {
		name = "[" + name + "](<" + org.Website + ">)"
	}
	place := p.Country(org.Country)
	if org.Place != "" {
		place = literal(org.Place) + ", " + place
	}
	return name + " (" + place + ")"
}

// literal writes text in Markdown so that it means itself.
func literal(text string) string {
	var out strings.Builder
	for _, r := range strings.Join(strings.Fields(text), " ") {
		if strings.ContainsRune("\\`*_{}[]<>#+-.!|~&", r) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return out.String()
}

// LastIssue is the source of what the newsletter before said, such as dates to repeat.
func LastIssue(store *Store) Source { return Source{"last", lastIssue{store}.blocks} }

type lastIssue struct{ newsletters *Store }

// blocks returns the sections of the last newsletter in this language.
func (l lastIssue) blocks(ctx context.Context, tag language.Tag, _ time.Time, last *Newsletter) ([]Block, error) {
	if last == nil {
		return nil, nil
	}
	_, texts, err := l.newsletters.Newsletter(ctx, last.ID)
	if err != nil {
		return nil, err
	}
	var blocks []Block
	for _, s := range sections(texts[tag].Body) {
		if s.Title != "" {
			blocks = append(blocks, Block(s))
		}
	}
	return blocks, nil
}

// offer is a block that can be put into a text.
type offer struct {
	Block
	Source string
}

// Act is what the button that takes the offer posts.
func (o offer) Act() string { return "block:" + o.Source + ":" + o.Title }

// offers asks all sources what is new since the last newsletter.
func (s *Service) offers(ctx context.Context, tag language.Tag) ([]offer, time.Time, error) {
	last, since, err := news(ctx, s.Newsletters, s.Now())
	if err != nil {
		return nil, since, err
	}
	all, err := offersOf(ctx, s.Sources, tag, since, last)
	return all, since, err
}

func offersOf(ctx context.Context, sources []Source, tag language.Tag, since time.Time, last *Newsletter) ([]offer, error) {
	var all []offer
	for _, source := range sources {
		blocks, err := source.Blocks(ctx, tag, since, last)
		if err != nil {
			return nil, fmt.Errorf("newsletter: news of %s: %w", source.Name, err)
		}
		for _, b := range blocks {
			all = append(all, offer{b, source.Name})
		}
	}
	return all, nil
}
