package call

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
)

// SourceKind says how a source is read.
type SourceKind string

// The kinds of source.
const (
	Portal   SourceKind = "portal"   // the EU Funding & Tenders Portal
	Interreg SourceKind = "interreg" // the index of Interreg's calls
	Feed     SourceKind = "feed"     // an RSS or Atom feed
)

// Names of the sources that people feed, which no schedule reads.
const (
	ByForm = "form"
	ByFile = "file"
)

// Source is where calls are read from, on a schedule of its own.
type Source struct {
	ID   string     `json:"id"`
	Kind SourceKind `json:"kind"`
	Name string     `json:"name"`
	// URL is the address of a feed; the others have theirs from the configuration.
	URL string `json:"url"`
	// Hours is how many lie between two readings.
	Hours  int  `json:"hours"`
	Paused bool `json:"paused"`
	// What the calls of a feed have where its entries do not say it.
	Programme string          `json:"programme"`
	Language  string          `json:"language"`
	Countries []string        `json:"countries"`
	Topics    []members.Topic `json:"topics"`
	// Due is when it is read next, or until when the present reading has its lease.
	Due time.Time `json:"due"`
	// Failures is how many readings failed one after the other.
	Failures int `json:"failures"`
	// Reading is the one under way, or the last. Its counts are those of its run's report.
	Reading Reading `json:"reading"`
	// Version counts writes: whoever reads the source holds it by this number.
	Version int `json:"version"`
}

// Reading is how far a run has come, so that the next invocation goes on after one that died.
type Reading struct {
	Run     string    `json:"run"` // "" when none is under way
	Started time.Time `json:"started"`
	// Pass counts readings of the whole source, from 1: a source whose pages shift is read again.
	Pass   int    `json:"pass"`
	Cursor string `json:"cursor"` // the page to read next, in the source's own terms
	Page   int    `json:"page"`   // pages stored so far, over all passes
	// Total is how many calls the source said it has, Found how many calls this pass was the first to
	// see; Moved says that the pages shifted within it.
	Total int  `json:"total"`
	Found int  `json:"found"`
	Moved bool `json:"moved"`
	// Attempts is how often the page at the cursor has failed.
	Attempts int    `json:"attempts"`
	Counts   Counts `json:"counts"`
	// Refusals are the first calls that were refused.
	Refusals []Refusal `json:"refusals"`
}

// Counts are the numbers of a run.
type Counts struct {
	Seen      int   `json:"seen"` // different calls
	New       int   `json:"new"`
	Changed   int   `json:"changed"`
	Unchanged int   `json:"unchanged"`
	Refused   int   `json:"refused"`
	Requests  int   `json:"requests"`
	Bytes     int64 `json:"bytes"` // read from the source
}

// Refusal is a call that a source has and that we could not take.
type Refusal struct {
	ID string `json:"id"` // as the source names it, or its place in the answer
	// Reason is a code, the catalogues' "source.refused."+Reason.
	Reason string `json:"reason"`
}

// MaxRefusals is how many refusals a report names.
const MaxRefusals = 50

// Limits of a source's schedule, in hours.
const (
	MinHours = 1
	MaxHours = 7 * 24
)

// Validate returns the fields of a feed that a coordinator typed which are refused.
func (s Source) Validate() []fault.Field {
	var refused []fault.Field
	if strings.TrimSpace(s.Name) == "" || len(s.Name) > 200 {
		refused = append(refused, fault.Field{Name: "name", Code: "required"})
	}
	if !webAddress(s.URL) {
		refused = append(refused, fault.Field{Name: "url", Code: "url"})
	}
	if s.Hours < MinHours || s.Hours > MaxHours {
		refused = append(refused, fault.Field{Name: "hours", Code: "choice"})
	}
	for _, t := range s.Topics {
		if !slices.Contains(members.Topics, t) {
			refused = append(refused, fault.Field{Name: "topics", Code: "choice"})
			break
		}
	}
	return refused
}

// webAddress reports whether s is an address of the web that may be linked to.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && len(s) <= maxURL
}
