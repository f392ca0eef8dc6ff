package review

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/practicepage"
	"github.com/municipalitiesnet/munet/internal/web"
)

// versionData is what the page of a version shows: it as it would be published, what reviewers think
// of it, and the form for one's own review.
type versionData struct {
	page.Form
	Practice practice.Practice
	Version  practice.Version
	Article  practicepage.Article
	// Sections are the parts of the article with what reviewers say of them; About is what stands
	// above the sections, Whole is about all of it.
	About    []commented
	Sections []commented
	Whole    commented
	// Waiting says that it may be reviewed and decided; Own that it is of the reader's organisation.
	Waiting, Own bool
	Reviews      []practice.Review
	Scores       page.Table
	Criteria     []practice.Criterion
	Marks        []int
	Outcomes     []practice.Outcome
	// Refused is the sentence why the form was not saved.
	Refused string
	// Previous is the number of the version to compare with, 0 for none.
	Previous int
}

// MayReview reports whether the page has the form.
func (d versionData) MayReview() bool { return d.Waiting && !d.Own }

// commented is a part of a practice and the comments of others about it.
type commented struct {
	practicepage.Section
	Comments []comment
}

type comment struct{ Name, Text string }

func (s *Service) showVersion(w http.ResponseWriter, r *http.Request) error {
	p, v, err := s.version(r)
	if err != nil {
		return err
	}
	mine, _, err := s.reviews(r, v)
	if err != nil {
		return err
	}
	return s.renderVersion(w, r, http.StatusOK, p, v, versionData{Form: page.Form{Values: values(mine)}})
}

// reviews returns the reader's own review of a version and those of the others.
func (s *Service) reviews(r *http.Request, v practice.Version) (mine practice.Review, others []practice.Review, err error) {
	me, _, err := reviewer(r)
	if err != nil {
		return mine, nil, err
	}
	all, err := s.Practices.Reviews(r.Context(), v.Practice, v.Number)
	for _, one := range all {
		if one.By == me {
			mine = one
		} else {
			others = append(others, one)
		}
	}
	return mine, others, err
}

func (s *Service) renderVersion(w http.ResponseWriter, r *http.Request, status int, p practice.Practice, v practice.Version, data versionData) error {
	me, _, err := reviewer(r)
	if err != nil {
		return err
	}
	mine, others, err := s.reviews(r, v)
	if err != nil {
		return err
	}
	if data.Article, err = practicepage.New(v.Content, p.OrganisationName, language.Tag(r.URL.Query().Get("text")), v.Original); err != nil {
		return err
	}
	words := web.Printer(r.Context())
	data.Area, data.Practice, data.Version, data.Labels = "review", p, v, labels()
	data.Waiting, data.Own = v.Decision == nil, p.Organisation == me.Organisation
	data.Criteria, data.Outcomes, data.Marks = practice.Criteria, practice.Outcomes, []int{1, 2, 3, 4, 5}
	data.Previous = previous(p, v)
	data.Reviews = others
	if mine.Revision > 0 {
		data.Reviews = append([]practice.Review{mine}, others...)
	}
	shown := others // one's own comments are in the form
	if !data.MayReview() {
		shown = data.Reviews
	}
	for _, name := range []practice.Section{"title", "summary"} {
		data.About = append(data.About, commented{practicepage.Section{Name: name}, about(shown, name)})
	}
	for _, section := range data.Article.Sections {
		data.Sections = append(data.Sections, commented{section, about(shown, section.Name)})
	}
	data.Whole = commented{practicepage.Section{Name: practice.Whole}, about(shown, practice.Whole)}
	data.Scores = scores(words, data.Reviews)
	return pages.Render(w, r, status, "version.html", data)
}

// labels are the keys of the criteria's names, for the summary of errors.
func labels() map[string]string {
	all := map[string]string{}
	for _, criterion := range practice.Criteria {
		all["score."+string(criterion)] = "practice.criterion." + string(criterion)
	}
	return all
}

// previous is the version that one compares with: the public one, else the one before.
func previous(p practice.Practice, v practice.Version) int {
	if p.Published > 0 && p.Published != v.Number {
		return p.Published
	}
	return v.Number - 1
}

// about picks the comments on one section.
func about(reviews []practice.Review, section practice.Section) []comment {
	var all []comment
	for _, one := range reviews {
		if text := one.Comments[section]; text != "" {
			all = append(all, comment{one.Name, text})
		}
	}
	return all
}

// scores puts the reviews side by side, and says where they differ by more than a shade.
func scores(p *language.Printer, reviews []practice.Review) page.Table {
	t := page.Table{Caption: p.Text("review.scores"), Columns: []page.Column{{Text: p.Text("review.criterion")}}}
	for _, one := range reviews {
		t.Columns = append(t.Columns, page.Column{Text: one.Name})
	}
	t.Columns = append(t.Columns, page.Column{Text: p.Text("review.difference")})
	for _, criterion := range practice.Criteria {
		row := []page.Cell{{Text: p.Text("practice.criterion." + string(criterion))}}
		var given []int
		for _, one := range reviews {
			score := one.Scores[criterion]
			if score == 0 {
				row = append(row, page.Cell{Text: p.Text("review.unscored")})
				continue
			}
			given = append(given, score)
			row = append(row, page.Cell{Text: p.Text("review.score." + strconv.Itoa(score))})
		}
		t.Rows = append(t.Rows, append(row, difference(p, given)))
	}
	row := []page.Cell{{Text: p.Text("review.advice")}}
	advice := map[practice.Outcome]bool{}
	for _, one := range reviews {
		text := p.Text("review.unscored")
		if one.Advice != "" {
			text, advice[one.Advice] = p.Text("practice.outcome."+string(one.Advice)), true
		}
		row = append(row, page.Cell{Text: text})
	}
	last := page.Cell{}
	if len(advice) > 1 {
		last = page.Cell{Text: p.Text("review.disagree"), Tone: "waiting"}
	}
	t.Rows = append(t.Rows, append(row, last))
	return t
}

// difference says how far apart scores are.
func difference(p *language.Printer, given []int) page.Cell {
	if len(given) < 2 {
		return page.Cell{}
	}
	apart := slices.Max(given) - slices.Min(given)
	cell := page.Cell{Text: p.Text("review.points", "Count", apart)}
	if apart > 1 {
		cell.Tone = "waiting"
	}
	return cell
}

// values fills the form with a stored review.
func values(one practice.Review) url.Values {
	v := url.Values{"revision": {strconv.Itoa(one.Revision)}, "advice": {string(one.Advice)}}
	for criterion, score := range one.Scores {
		v.Set("score."+string(criterion), strconv.Itoa(score))
	}
	for section, text := range one.Comments {
		v.Set("comment."+string(section), text)
	}
	return v
}

// parseReview reads the form.
func parseReview(form url.Values, by members.Ref, name string, v practice.Version) (practice.Review, []fault.Field) {
	one := practice.Review{
		Practice: v.Practice, Version: v.Number, By: by, Name: name,
		Scores: map[practice.Criterion]int{}, Comments: map[practice.Section]string{},
	}
	var fields []fault.Field
	for _, criterion := range practice.Criteria {
		typed := form.Get("score." + string(criterion))
		score, err := strconv.Atoi(typed)
		switch {
		case typed == "":
		case err != nil || score < 1 || score > practice.MaxScore:
			fields = append(fields, fault.Field{Name: "score." + string(criterion), Code: "choice"})
		default:
			one.Scores[criterion] = score
		}
	}
	for _, section := range append([]practice.Section{practice.Whole}, practice.Sections...) {
		name := "comment." + string(section)
		text, field := parseText(form, name, practice.MaxComment)
		if field != nil {
			fields = append(fields, *field)
		} else if text != "" {
			one.Comments[section] = text
		}
	}
	one.Advice = practice.Outcome(form.Get("advice"))
	if one.Advice != "" && !slices.Contains(practice.Outcomes, one.Advice) {
		fields = append(fields, fault.Field{Name: "advice", Code: "choice"})
	}
	revision, err := strconv.Atoi(form.Get("revision"))
	if err != nil || revision < 0 {
		revision = 0
	}
	one.Revision = revision
	return one, fields
}

// saveReview keeps the reader's review without deciding.
func (s *Service) saveReview(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	p, v, err := s.version(r)
	if err != nil {
		return err
	}
	me, name, err := reviewer(r)
	if err != nil {
		return err
	}
	if me.Organisation == p.Organisation {
		return practice.ErrOwnPractice
	}
	typed := versionData{Form: page.Form{Values: r.PostForm}}
	one, fields := parseReview(r.PostForm, me, name, v)
	if len(fields) > 0 {
		typed.Errors = fields
		return s.renderVersion(w, r, http.StatusUnprocessableEntity, p, v, typed)
	}
	_, err = s.Practices.SaveReview(r.Context(), one)
	if fault.Is(err, practice.ErrState.Code) || fault.Is(err, practice.ErrEdited.Code) {
		return s.keep(w, r, p, typed, fault.From(err))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, versionPath(p.ID, v.Number)+"?done=saved")
}

// keep shows a form that came too late with all that was typed. What the same person saved in
// another window is replaced if they send it again.
func (s *Service) keep(w http.ResponseWriter, r *http.Request, p practice.Practice, typed versionData, e *fault.Error) error {
	_, v, err := s.version(r)
	if err != nil {
		return err
	}
	mine, _, err := s.reviews(r, v)
	if err != nil {
		return err
	}
	typed.Values.Set("revision", strconv.Itoa(mine.Revision))
	typed.Refused = web.Printer(r.Context()).Text("review.refused." + e.Code)
	return s.renderVersion(w, r, e.Status, p, v, typed)
}
