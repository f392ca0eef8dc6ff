package newsletter

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// NewPractices is the source of the practices that were published. The site's address is without a
// slash at the end.
func NewPractices(store *practice.Store, site string) Source {
	return Source{"practices", newPractices{store, site}.blocks}
}

type newPractices struct {
	practices *practice.Store
	site      string
}

// maxNewPractices is how many practices a newsletter names.
const maxNewPractices = 100

// blocks returns one block, the practices under their first themes.
func (n newPractices) blocks(ctx context.Context, tag language.Tag, since time.Time, _ *Newsletter) ([]Block, error) {
	found, err := n.practices.PublishedSince(ctx, since, maxNewPractices)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	byTheme := map[members.Topic][]practice.Publication{}
	for _, p := range found {
		theme := firstTheme(p)
		byTheme[theme] = append(byTheme[theme], p)
	}
	p := language.For(tag)
	var out strings.Builder
	title := p.Text("newsletter.news.practices")
	fmt.Fprintf(&out, "## %s\n\n%s\n", title, p.Text("newsletter.news.practices.text", "Count", len(found)))
	for _, theme := range members.Topics {
		if len(byTheme[theme]) == 0 {
			continue
		}
		fmt.Fprintf(&out, "\n### %s\n", p.Text("topic."+string(theme)))
		for _, pub := range byTheme[theme] {
			out.WriteString("\n- " + n.line(p, pub))
		}
		out.WriteString("\n")
	}
	return []Block{{Title: title, Markdown: strings.TrimRight(out.String(), "\n")}}, nil
}

// firstTheme is the theme under which a practice stands: the first of its own in the network's order.
func firstTheme(p practice.Publication) members.Topic {
	for _, t := range members.Topics {
		if slices.Contains(p.Themes, t) {
			return t
		}
	}
	return members.Topics[len(members.Topics)-1]
}

// line names and links a practice, says where it is from and what it is about.
func (n newPractices) line(p *language.Printer, pub practice.Publication) string {
	text, _ := pub.In(p.Tag())
	place := p.Country(pub.Country)
	if pub.Municipality != "" {
		place = literal(pub.Municipality) + ", " + place
	}
	line := fmt.Sprintf("[%s](<%s/practices/%s?lang=%s>) (%s)", literal(text.Title), n.site, pub.ID, p.Tag(), place)
	if text.Summary != "" {
		line += ": " + literal(text.Summary)
	}
	return line
}
