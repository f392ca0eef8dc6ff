package review

import (
	"net/http"
	"strconv"

	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/practicepage"
	"github.com/municipalitiesnet/munet/internal/web"
)

// outcomeTones are those of decisions.
var outcomeTones = map[practice.Outcome]string{
	practice.Publish: "good", practice.AskChanges: "waiting", practice.Decline: "bad", practice.Withdrawn: "plain",
}

// practiceData is what the page of a practice shows: where it stands and all its versions.
type practiceData struct {
	page.Form
	Practice practice.Practice
	Tag      page.Tag
	Versions page.Table
	// Numbers are those of the versions, for the form that compares two.
	Numbers []page.Choice
	// Owed says that somebody of the owners was not told of the last decision.
	Owed bool
	// Done is what was done just now, or "".
	Done string
	// CanArchive says that it is public and no update of it waits.
	CanArchive bool
}

func (s *Service) showPractice(w http.ResponseWriter, r *http.Request) error {
	p, err := s.practice(r)
	if err != nil {
		return err
	}
	versions, err := s.Practices.Versions(r.Context(), p.ID)
	if err != nil {
		return err
	}
	words := web.Printer(r.Context())
	data := practiceData{
		Form: page.Form{Area: "review"}, Practice: p, CanArchive: p.Published > 0 && p.State != practice.Submitted,
		Tag: practicepage.StateTag(words, p.State),
		Versions: page.Table{
			Caption: words.Text("review.versions"),
			Columns: []page.Column{
				{Text: words.Text("review.version")}, {Text: words.Text("review.submitted")}, {Text: words.Text("review.by")},
				{Text: words.Text("review.outcome")}, {Text: words.Text("review.decided")}, {Text: words.Text("review.decided-by")},
			},
		},
	}
	for _, v := range versions {
		title := words.Text("review.version.number", "Number", v.Number)
		row := []page.Cell{
			{Text: title, URL: web.Link(r, versionPath(p.ID, v.Number))}, {Text: words.DateTime(v.SubmittedAt)}, {Text: v.Submitter},
			{Text: words.Text("review.undecided"), Tone: "waiting"}, {}, {},
		}
		if d := v.Decision; d != nil {
			row[3] = page.Cell{Text: words.Text("review.outcome." + string(d.Outcome)), Tone: outcomeTones[d.Outcome]}
			row[4], row[5] = page.Cell{Text: words.DateTime(d.At)}, page.Cell{Text: d.Name}
		}
		data.Versions.Rows = append(data.Versions.Rows, row)
		data.Numbers = append(data.Numbers, page.Choice{Value: strconv.Itoa(v.Number), Text: title})
	}
	if data.Owed, err = s.Practices.IsOwed(r.Context(), p.ID); err != nil {
		return err
	}
	if done := r.URL.Query().Get("done"); words.Has("review.done." + done) {
		data.Done = done
	}
	return pages.Render(w, r, http.StatusOK, "practice.html", data)
}
