package funding

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/search"
	"github.com/municipalitiesnet/munet/internal/web"
)

// preview is what an interest would have sent.
type preview struct {
	Since time.Time
	Calls []previewCall
	Mails int
	// More says that only the latest candidates were looked at.
	More bool
}

// previewCall is a call that would have been sent, and why.
type previewCall struct {
	card
	At      time.Time // when it came
	Score   int
	Reasons []string
}

const (
	// previewSpan is how far back a preview looks.
	previewSpan = 92 * 24 * time.Hour
	// maxCandidates is how many calls are read with their texts to be matched; a search of the index
	// chooses them.
	maxCandidates = 150
	// atOnce is how many calls are read at the same time.
	atOnce = 8
	// maxSearches is how many words of an interest, and words that mean the same, candidates are
	// searched for.
	maxSearches = 24
)

func (s *Service) showPreview(w http.ResponseWriter, r *http.Request) error {
	i, ref, err := s.interest(r)
	if err != nil {
		return err
	}
	found, err := s.preview(r, &i.Criteria, frequencyOf(i, ref))
	if err != nil {
		return err
	}
	return pages.Render(w, r, http.StatusOK, "preview.html", struct {
		Interest interest.Interest
		Preview  preview
	}{i, found})
}

// preview matches the calls that came in the last three months, as the alerts do.
func (s *Service) preview(r *http.Request, c *interest.Criteria, f interest.Frequency) (preview, error) {
	now := s.Now()
	found := preview{Since: now.Add(-previewSpan)}
	index, err := s.Index(r.Context())
	if err != nil {
		return found, err
	}
	span := map[string]search.Range{call.NumberSeen: {Min: found.Since.Unix(), Max: now.Unix()}}
	hits, more, err := candidates(index, c, span, call.NumberSeen, maxCandidates)
	if err != nil {
		return found, err
	}
	found.More = more
	calls, err := s.whole(r.Context(), hits)
	if err != nil {
		return found, err
	}
	contents := make([]*call.Content, len(calls))
	for i := range calls {
		contents[i] = &calls[i].Content
	}
	p := web.Printer(r.Context())
	sent := map[time.Time]bool{}
	for _, m := range interest.Prepare(contents).Match(c) {
		one := &calls[m.Call]
		v := previewCall{
			card: newCard(r, p, call.Hit{ID: one.ID, Content: one.Content, SeenAt: one.SeenAt, ChangedAt: one.ChangedAt}, now),
			At:   one.SeenAt, Score: m.Score, Reasons: said(p, m.Reasons),
		}
		v.Text = call.Cut(v.Text, 300)
		found.Calls = append(found.Calls, v)
		sent[mailedAt(one.SeenAt, f)] = true
	}
	slices.SortStableFunc(found.Calls, func(a, b previewCall) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), b.At.Compare(a.At))
	})
	found.Mails = len(sent)
	return found, nil
}

// mailedAt is when the mail about something goes out that came at a moment.
func mailedAt(came time.Time, f interest.Frequency) time.Time {
	const hour = 7
	t := came.In(language.Brussels())
	if f == interest.AtOnce {
		return t.Truncate(15 * time.Minute)
	}
	due := time.Date(t.Year(), t.Month(), t.Day(), hour, 0, 0, 0, t.Location())
	for !due.After(t) || f == interest.Weekly && due.Weekday() != time.Monday {
		due = due.AddDate(0, 0, 1)
	}
	return due
}

func said(p *language.Printer, reasons []interest.Reason) []string {
	var all []string
	for _, r := range reasons {
		all = append(all, r.Words(p))
	}
	return all
}

// candidates are calls that may fit: those with one of the topics or one of the words,
// within what the index can filter by. The last ones by a number come first; more says that there were
// more than most.
func candidates(index *search.Index, c *interest.Criteria, ranges map[string]search.Range, by string, most int) (hits []call.Hit, more bool, err error) {
	filters := map[string][]string{call.FacetWithdrawn: {"false"}}
	narrowTo := func(facet string, values []string, others ...string) {
		if len(values) > 0 {
			filters[facet] = append(slices.Clone(values), others...)
		}
	}
	narrowTo(call.FacetProgramme, c.Programmes)
	narrowTo(call.FacetLanguage, c.Languages)
	narrowTo(call.FacetApplicant, texts(c.Kinds), call.AnyValue)
	narrowTo(call.FacetCountry, c.Countries, call.AnyValue)
	var searches []search.Query
	themes, meant := c.Meant("en", "el") // the languages of most calls
	if themes = append(themes, c.Topics...); len(themes) > 0 {
		one := map[string][]string{call.FacetTopic: texts(themes)}
		for name, values := range filters {
			one[name] = values
		}
		searches = append(searches, search.Query{Filters: one})
	}
	words := search.ParseWords(c.Words)
	for _, word := range words.Any {
		searches = append(searches, search.Query{Words: word, Filters: filters})
	}
	for _, phrase := range slices.Concat(words.Phrases, meant) {
		searches = append(searches, search.Query{Words: `"` + phrase + `"`, Filters: filters})
	}
	if len(searches) == 0 {
		searches = append(searches, search.Query{Filters: filters})
	}
	for _, q := range searches[:min(len(searches), maxSearches)] {
		q.Language, q.Ranges, q.Size, q.Sort = string(c.Language), ranges, most, search.Sort{By: by, Descending: by != call.NumberDeadline}
		result, err := index.Search(q)
		if err != nil {
			return nil, false, err
		}
		more = more || result.Total > most
		some, err := read(result.Hits)
		if err != nil {
			return nil, false, err
		}
		hits = append(hits, some...)
	}
	slices.SortStableFunc(hits, func(a, b call.Hit) int { return strings.Compare(a.ID, b.ID) })
	hits = slices.CompactFunc(hits, func(a, b call.Hit) bool { return a.ID == b.ID })
	return hits[:min(len(hits), 2*most)], more || len(hits) > 2*most, nil
}

// whole reads calls with their texts. Those that are gone are left out.
func (s *Service) whole(ctx context.Context, hits []call.Hit) ([]call.Call, error) {
	calls := make([]call.Call, len(hits))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, h := range hits {
		group.Go(func() (err error) {
			calls[i], err = s.Calls.Get(ctx, h.ID)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(calls, func(c call.Call) bool { return c.MergedInto != "" }), nil
}
