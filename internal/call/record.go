package call

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Record is a call as one source has it.
type Record struct {
	Source string `json:"source"` // the id of a [Source], [ByForm] or [ByFile]
	ID     string `json:"id"`     // the call's identity in the source
	// Rank orders the sources of one call: the lowest decides a field, the next fills what it leaves
	// empty.
	Rank int `json:"rank"`
	// Keys are under what other sources know the same call; see [TopicKey].
	Keys []string `json:"keys"`
	Content
}

// Ranks of the sources.
const (
	RankForm   = 10 // a coordinator typed it
	RankPortal = 20
	RankIndex  = 30
	RankFile   = 40
	RankFeed   = 50
)

// Limits of a record, in bytes.
const (
	maxURL   = 2000
	MaxTitle = 500
	// MaxProgramme bounds a programme; sources bring others than [Programmes].
	MaxProgramme = 80
	MaxSummary   = 2000
	MaxText      = 60_000
	MaxNotes     = 10_000
	maxLinks     = 20
	maxKeys      = 4
	maxKey       = 300
	maxID        = 200
	// MaxDeadlines is far above the cut-offs of any real call.
	MaxDeadlines = 40
)

// Clean trims the record, sorts its dates and cuts what is too long. What it cannot repair,
// [Record.Validate] refuses.
func (r Record) Clean() Record {
	r.ID = strings.TrimSpace(r.ID)
	r.Title = Cut(OneLine(r.Title), MaxTitle)
	r.Programme = Cut(OneLine(r.Programme), MaxProgramme)
	r.Reference = Cut(OneLine(r.Reference), maxID)
	r.Summary = Cut(OneLine(r.Summary), MaxSummary)
	r.Text = r.Text.clean(MaxText)
	r.Eligibility.Notes = r.Eligibility.Notes.clean(MaxNotes)
	r.Deadlines = sorted(r.Deadlines, func(a, b Deadline) int { return a.At().Compare(b.At()) })
	r.Deadlines = r.Deadlines[:min(len(r.Deadlines), MaxDeadlines)]
	r.Topics = sorted(r.Topics, func(a, b members.Topic) int {
		return slices.Index(members.Topics, a) - slices.Index(members.Topics, b)
	})
	r.Eligibility.Countries = sorted(r.Eligibility.Countries, strings.Compare)
	r.Keys = slices.DeleteFunc(sorted(r.Keys, strings.Compare), func(k string) bool { return len(k) > maxKey })
	r.Keys = r.Keys[:min(len(r.Keys), maxKeys)]
	var links []Link
	for _, l := range r.Links {
		l.URL, l.Title = strings.TrimSpace(l.URL), Cut(OneLine(l.Title), MaxTitle)
		same := func(o Link) bool { return o.URL == l.URL }
		if webAddress(l.URL) && !slices.ContainsFunc(links, same) && len(links) < maxLinks {
			links = append(links, l)
		}
	}
	r.Links = links
	return r
}

// Validate returns the fields that are refused.
func (r Record) Validate() []fault.Field {
	var refused []fault.Field
	check := func(field Field, ok bool, code string) {
		if !ok {
			refused = append(refused, fault.Field{Name: string(field), Code: code})
		}
	}
	check("id", r.ID != "" && len(r.ID) <= maxID, "required")
	check(FieldTitle, r.Title != "", "required")
	check(FieldKind, slices.Contains(Kinds, r.Kind), "choice")
	check(FieldModel, r.Model == "" || slices.Contains(Models, r.Model), "choice")
	for _, d := range r.Deadlines {
		if !d.valid() {
			check(FieldDeadlines, false, "date")
			break
		}
	}
	if r.Opens != "" {
		_, err := ParseDate(string(r.Opens))
		check(FieldOpens, err == nil, "date")
		if last := len(r.Deadlines) - 1; err == nil && last >= 0 {
			check(FieldDeadlines, r.Deadlines[last].Day >= r.Opens, "before-opening")
		}
	}
	check(FieldRate, r.Rate >= 0 && r.Rate <= 100, "range")
	check(FieldGrants, r.Grants >= 0, "range")
	check(FieldBudget, r.Budget.Amount >= 0, "range")
	check(FieldGrantSize, r.LeastGrant.Amount >= 0 && r.MostGrant.Amount >= 0, "range")
	check(FieldTopics, !slices.ContainsFunc(r.Topics, func(t members.Topic) bool { return !slices.Contains(members.Topics, t) }), "choice")
	check(FieldApplicants, !slices.ContainsFunc(r.Eligibility.Applicants, func(k members.Kind) bool { return !slices.Contains(members.Kinds, k) }), "choice")
	check(FieldCountries, !slices.ContainsFunc(r.Eligibility.Countries, func(c string) bool { _, ok := language.CountryCode(c); return !ok }), "choice")
	return refused
}

// Checksum is the same for records that say the same.
func (r Record) Checksum() string {
	b, err := json.Marshal(r)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12])
}

// TopicKey is the key under which every source knows a topic of the EU portal, by its identifier in
// whatever case.
func TopicKey(identifier string) string { return "topic:" + strings.ToUpper(identifier) }

// Version is a state of a call that readers could see.
type Version struct {
	Number int       `json:"number"`
	At     time.Time `json:"at"`
	// By is the source or the coordinator whose change began it.
	By string `json:"by"`
	// Content is without its text.
	Content Content `json:"content"`
	// Differences are those to the version before; none for the first.
	Differences []Difference `json:"differences"`
}

func sorted[T comparable](all []T, order func(a, b T) int) []T {
	all = slices.Clone(all)
	slices.SortStableFunc(all, order)
	return slices.Compact(all)
}
