package page

import (
	"fmt"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
)

// Notice tells what happened or what to mind.
type Notice struct {
	Kind string // success, info, warning or error
	Text string
}

// Role makes a screen reader say the notice at once if it is an error, else in its turn.
func (n Notice) Role() string {
	if n.Kind == "error" {
		return "alert"
	}
	return "status"
}

// Prefix is the key of the word that says the kind without colour.
func (n Notice) Prefix() string { return "part.notice." + n.Kind }

func newNotice(p *language.Printer, kind, key string, args ...any) (Notice, error) {
	switch kind {
	case "success", "info", "warning", "error":
		return Notice{kind, p.Text(key, args...)}, nil
	}
	return Notice{}, fmt.Errorf("notice: unknown kind %q", kind)
}

// Tag is a short word about the state of something.
type Tag struct {
	Tone string // good, waiting, bad or plain
	Text string
}

var stateTones = map[string]string{
	"awaitingConfirmation": "waiting", "awaitingApproval": "waiting", "member": "good",
	"declined": "bad", "suspended": "bad", "left": "plain",
}

// stateTag is the tag of a membership state.
func stateTag(p *language.Printer, state any) Tag {
	s := fmt.Sprint(state)
	return Tag{stateTones[s], p.Text("state." + s)}
}

// Crumb is one step of the way to a page.
type Crumb struct {
	Text string
	URL  string
}

func crumbs(pairs ...string) ([]Crumb, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("crumbs: %d arguments are not pairs of a text and an address", len(pairs))
	}
	var all []Crumb
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, Crumb{pairs[i], pairs[i+1]})
	}
	return all, nil
}

// Card is one thing of a list, or one result.
type Card struct {
	Title string
	URL   string   // optional
	Meta  []string // short facts, such as a place and a date
	Text  string
	Tag   *Tag
}

// Facets narrow a list down by one property.
type Facets struct {
	Title  string
	Facets []Facet
}

// Facet is one value of the property.
type Facet struct {
	Text     string
	URL      string // the list with this facet chosen or, if it is, without it
	Count    int
	Selected bool
}

// Results are a page of a list.
type Results struct {
	Count  int // all, not only this page's; negative if not known
	Cards  []Card
	Paging Paging
}

// Paging leads through a list that is read by cursor. An empty address leaves its link out.
type Paging struct {
	First, Previous, Next string
}

// Table is a data table; on a phone every row becomes a card. A row's first cell is its header.
type Table struct {
	Caption string
	Columns []Column
	Rows    [][]Cell
}

// Column is the head of a column.
type Column struct {
	Text   string
	Number bool // set to the right
}

// Cell is one cell: a text, a link or a tag.
type Cell struct {
	Text string
	URL  string // makes it a link
	Tone string // makes it a tag
}

// Event is one entry of a timeline.
type Event struct {
	When   time.Time
	Text   string
	Detail string
}

// Progress is a bar with words.
type Progress struct {
	Label       string
	Done, Total int
	// Text says more, such as how long it may still take.
	Text string
	// Refresh asks the browser to look again every few seconds while Done < Total.
	Refresh bool
}

// Empty says that there is nothing yet, and what to do first.
type Empty struct {
	Title  string
	Text   string
	Action string // the link's text; needs URL
	URL    string
}

// Confirmation asks before something that cannot be undone. It posts to the page's own address.
type Confirmation struct {
	Text   string            // what will happen, and to whom
	Button string            // the verb, such as "Suspend the member"
	Cancel string            // the address to go back to
	Danger bool              // red, for what takes something away
	Hidden map[string]string // further values to post
}

// Step is one step of a long form.
type Step struct {
	Text     string
	Now      bool
	Finished bool
}

// Steps shows where a person is in a form of several pages.
type Steps struct {
	Current int // from 1
	Steps   []Step
}

func newSteps(current int, texts ...string) Steps {
	s := Steps{Current: current}
	for i, text := range texts {
		s.Steps = append(s.Steps, Step{text, i+1 == current, i+1 < current})
	}
	return s
}
