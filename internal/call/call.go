// Package call holds the calls for funding that members may apply to, from whatever source they came:
// one neutral record each, its sources, its versions, and what changed when.
//
// Several domains read it: the import writes what sources say, the desk curates, the pages and alerts
// show. Only this package knows how the calls table is laid out; docs/access-patterns.md shows it.
package call

import (
	"time"

	"github.com/municipalitiesnet/munet/internal/members"
)

// Kind is what a call asks for.
type Kind string

// The kinds.
const (
	Grant    Kind = "grant"    // a topic of a grant programme
	External Kind = "external" // an action outside the Union
	Cascade  Kind = "cascade"  // a grant that a funded project hands on
	Tender   Kind = "tender"   // a contract, not a grant
	National Kind = "national" // of a national or regional fund
)

// Kinds are all kinds in the order that forms show them.
var Kinds = []Kind{Grant, National, Cascade, External, Tender}

// Programmes are the programmes that forms and facets name, in their order. A source may bring others.
var Programmes = []string{"AMIF", "CERV", "ESF+", "HORIZON", "ERASMUS+", "INTERREG", "JUST", "CREA", "ESC", "DIGITAL", "EU4H", "LIFE", "I3"}

// Model is how a call takes applications.
type Model string

// The models. An empty one is not said.
const (
	SingleStage     Model = "singleStage"
	TwoStage        Model = "twoStage"        // only those who are invited go on after the first deadline
	MultipleCutOffs Model = "multipleCutOffs" // whoever misses one deadline applies at the next
)

// Models are all models in the order that forms show them.
var Models = []Model{SingleStage, TwoStage, MultipleCutOffs}

// Money is an amount in whole units of a currency (ISO 4217). Zero is not said.
type Money struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

// Eligibility is who may apply. Whatever is empty or zero, the source does not say, or not in a form
// that a program can read: then Notes tell.
type Eligibility struct {
	// Applicants are the kinds of organisation that may apply.
	Applicants []members.Kind `json:"applicants"`
	// Countries are where they must be, in ISO 3166 codes.
	Countries []string `json:"countries"`
	// Partners is the fewest organisations that must apply together; PartnerCountries is from how
	// many countries they must be.
	Partners         int `json:"partners"`
	PartnerCountries int `json:"partnerCountries"`
	// Notes are the conditions in the source's words.
	Notes Text `json:"notes"`
}

// Link leads to a page about the call.
type Link struct {
	URL string `json:"url"` // http or https
	// Title is the source's; if it is empty, the page's own words say where the link leads.
	Title string `json:"title"`
}

// Content is what a call says.
type Content struct {
	Title     string `json:"title"`
	Programme string `json:"programme"` // such as "AMIF"; see [Programmes]
	Kind      Kind   `json:"kind"`
	// Reference is the identifier under which applicants know the call, such as "CERV-2026-DAPHNE".
	Reference string `json:"reference"`
	Summary   string `json:"summary"`
	// Text is empty in lists; [Store.Get] has it.
	Text Text `json:"text"`
	// Opens is the day from which applications are taken; "" is not said.
	Opens Date `json:"opens"`
	// Deadlines are all of them, the earliest first, the past ones included.
	Deadlines []Deadline `json:"deadlines"`
	Model     Model      `json:"model"`
	// Budget is what this topic has for all its grants together.
	Budget Money `json:"budget"`
	// Grants is how many grants are expected.
	Grants int `json:"grants"`
	// LeastGrant and MostGrant bound one grant.
	LeastGrant Money `json:"leastGrant"`
	MostGrant  Money `json:"mostGrant"`
	// Rate is the part of the costs that the grant pays, in per cent.
	Rate        int             `json:"rate"`
	Eligibility Eligibility     `json:"eligibility"`
	Topics      []members.Topic `json:"topics"`
	Links       []Link          `json:"links"` // the first is the call's own page
	// Language is that of title and text, as a BCP 47 tag.
	Language string `json:"language"`
	// PartnerSearch says that the source lets organisations look for partners.
	PartnerSearch bool `json:"partnerSearch"`
	// Withdrawn says that whoever made the call took it back. That a source no longer lists a call
	// means nothing.
	Withdrawn bool `json:"withdrawn"`
}

// Call is a call as it is shown: what its sources say, put together, under what coordinators decided.
type Call struct {
	ID string `json:"id"`
	Content
	// Origins are its sources, the one that decides first.
	Origins []Origin `json:"origins"`
	// Curated are the fields that a coordinator decided.
	Curated []Field `json:"curated"`
	// Featured says that a coordinator wants it in the newsletter.
	Featured bool `json:"featured"`
	// SeenAt is when a source first had it, ChangedAt when its last version began.
	SeenAt    time.Time `json:"seenAt"`
	ChangedAt time.Time `json:"changedAt"`
	// Version counts what readers can see change, from 1.
	Version int `json:"version"`
	// Revision counts every write, so that two who write at once notice each other.
	Revision int `json:"revision"`
	// MergedInto is the call that this one turned out to be, or "". It is then in no list.
	MergedInto string `json:"mergedInto"`
}

// Origin is where a call was found.
type Origin struct {
	Source string `json:"source"` // the id of a [Source]
	ID     string `json:"id"`     // the call's identity there
	URL    string `json:"url"`
}

// Path is the path of a call's page.
func Path(id string) string { return "/calls/" + id }
