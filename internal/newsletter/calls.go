package newsletter

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/language"
)

// OpenCalls is the source of the calls for funding that are open: those that coordinators chose first,
// then the next deadlines. The site's address is without a slash at the end.
func OpenCalls(store *call.Store, site string, now func() time.Time) Source {
	return Source{"calls", openCalls{store, site, now}.blocks}
}

type openCalls struct {
	calls *call.Store
	site  string
	now   func() time.Time
}

const (
	// maxOpenCalls is how many calls a newsletter names beside those that coordinators chose.
	maxOpenCalls = 8
	// callPages bounds the pages of calls that are read to find the chosen ones; each is one Query.
	callPages = 20
	// shortest is how long before its deadline a call that nobody chose is still worth telling of.
	shortest = 7 * 24 * time.Hour
)

// blocks returns one block, a list of calls with their deadlines.
func (o openCalls) blocks(ctx context.Context, tag language.Tag, _ time.Time, _ *Newsletter) ([]Block, error) {
	var chosen, next []call.Call
	cursor, now := "", o.now()
	for range callPages {
		found, after, err := o.calls.ListAhead(ctx, cursor)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			deadline, dated := c.Next(now)
			switch {
			case c.Featured && c.Status(now).Ahead():
				chosen = append(chosen, c)
			case dated && c.Status(now) == call.Open && deadline.At().Sub(now) > shortest && len(next) < maxOpenCalls:
				next = append(next, c)
			}
		}
		if cursor = after; cursor == "" {
			break
		}
	}
	all := slices.Concat(chosen, next)
	if len(all) == 0 {
		return nil, nil
	}
	p := language.For(tag)
	var out strings.Builder
	title := p.Text("newsletter.news.calls")
	fmt.Fprintf(&out, "## %s\n\n%s\n", title, p.Text("newsletter.news.calls.text"))
	for i := range all {
		out.WriteString("\n- " + o.line(p, &all[i]))
	}
	fmt.Fprintf(&out, "\n\n[%s](<%s/calls?lang=%s>)", p.Text("newsletter.news.calls.all"), o.site, tag)
	return []Block{{Title: title, Markdown: out.String()}}, nil
}

// line names and links a call, with its programme and its next deadline.
func (o openCalls) line(p *language.Printer, c *call.Call) string {
	line := fmt.Sprintf("[%s](<%s%s?lang=%s>)", literal(c.Title), o.site, call.Path(c.ID), p.Tag())
	if c.Programme != "" {
		line += " (" + literal(c.Programme) + ")"
	}
	if deadline, ok := c.Next(o.now()); ok {
		line += ": " + p.Text("funding.deadline.next", "Deadline", deadline.Words(p))
	}
	return line
}
