// Package callfile reads and writes calls as a CSV file, for national calls that somebody collects in a
// spreadsheet and for people who go on with our list in theirs. A file that we wrote can be read again.
package callfile

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/spreadsheet"
	"github.com/municipalitiesnet/munet/internal/spreadsheet/textfile"
)

// Columns are the columns of a file, which may have them in any order. Dates are as in 2027-03-14,
// several values of a cell are divided by semicolons. Status is written and not read.
var Columns = []string{
	"id", "title", "programme", "kind", "reference", "status", "opens", "deadlines", "model", "budget", "currency", "grants", "rate",
	"applicants", "countries", "partners", "partnerCountries", "topics", "language", "url", "summary", "text",
}

// Limits of a file.
const (
	MaxBytes = 4 << 20
	MaxRows  = 2000
)

// Problem says what is wrong with a row or with the file.
type Problem struct {
	Line   int    // in the file, from 1; 0 is the file as a whole
	Column string // of [Columns], or "" for the whole row
	Code   string // such as "date", "choice", "column-unknown"
}

// Parse reads a file as spreadsheet programs write it: with commas, semicolons or tabs, in UTF-8,
// UTF-16 or a Windows encoding. Records are those of its good rows; with problems none of them should
// be written.
func Parse(content []byte) ([]call.Record, []Problem) {
	if len(content) > MaxBytes {
		return nil, []Problem{{Code: "large"}}
	}
	text, _, problem := textfile.Decode(content)
	if problem != "" {
		return nil, []Problem{{Code: problem}}
	}
	r := csv.NewReader(strings.NewReader(string(text)))
	r.Comma, r.FieldsPerRecord = textfile.Separator(text), -1
	header, err := r.Read()
	if err != nil {
		return nil, []Problem{{Line: 1, Code: "empty"}}
	}
	columns, problems := readHeader(header)
	if len(problems) > 0 {
		return nil, problems
	}
	var records []call.Record
	seen := map[string]bool{}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return records, problems
		}
		if e, ok := errors.AsType[*csv.ParseError](err); ok {
			problems = append(problems, Problem{Line: e.StartLine, Code: "quotes"})
			continue
		}
		line, _ := r.FieldPos(0)
		if len(records) == MaxRows {
			return records, append(problems, Problem{Line: line, Code: "rows"})
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue // spreadsheet programs write rows of separators only
		}
		record, wrong := readRow(columns, cells)
		if seen[record.ID] {
			wrong = append(wrong, Problem{Column: "id", Code: "repeated"})
		}
		seen[record.ID] = true
		for _, p := range wrong {
			p.Line = line
			problems = append(problems, p)
		}
		if len(wrong) == 0 {
			records = append(records, record)
		}
	}
}

func readHeader(names []string) ([]string, []Problem) {
	var columns []string
	var problems []Problem
	for _, name := range names {
		name = strings.TrimSpace(name)
		i := slices.IndexFunc(Columns, func(c string) bool { return strings.EqualFold(c, name) })
		switch {
		case i < 0 && name != "":
			problems = append(problems, Problem{1, name, "column-unknown"})
			fallthrough
		case i < 0:
			columns = append(columns, "")
		case slices.Contains(columns, Columns[i]):
			problems = append(problems, Problem{1, Columns[i], "column-repeated"})
		default:
			columns = append(columns, Columns[i])
		}
	}
	for _, c := range []string{"id", "title"} {
		if !slices.Contains(columns, c) {
			problems = append(problems, Problem{1, c, "column-missing"})
		}
	}
	return columns, problems
}

func readRow(columns, cells []string) (call.Record, []Problem) {
	by := map[string]string{}
	for i, c := range columns {
		if i < len(cells) {
			by[c] = strings.TrimSpace(plain(cells[i]))
		}
	}
	var wrong []Problem
	number := func(column string) int64 {
		if by[column] == "" {
			return 0
		}
		n, err := strconv.ParseInt(by[column], 10, 53)
		if err != nil {
			wrong = append(wrong, Problem{Column: column, Code: "number"})
		}
		return n
	}
	r := call.Record{Source: call.ByFile, ID: by["id"], Rank: call.RankFile, Content: call.Content{
		Title: by["title"], Programme: by["programme"], Kind: call.Kind(by["kind"]), Reference: by["reference"],
		Summary: by["summary"], Text: call.Text(by["text"]), Opens: call.Date(by["opens"]), Model: call.Model(by["model"]),
		Budget: call.Money{Amount: number("budget"), Currency: strings.ToUpper(by["currency"])}, Grants: int(number("grants")), Rate: int(number("rate")),
		Eligibility: call.Eligibility{
			Applicants: several[members.Kind](by["applicants"]), Countries: countries(by["countries"]),
			Partners: int(number("partners")), PartnerCountries: int(number("partnerCountries")),
		},
		Topics: several[members.Topic](by["topics"]), Language: by["language"],
	}}
	if r.Kind == "" {
		r.Kind = call.National
	}
	if r.Budget.Currency == "" {
		r.Budget.Currency = "EUR"
	}
	for _, d := range several[string](by["deadlines"]) {
		date, cutOff, _ := strings.Cut(d, " ")
		r.Deadlines = append(r.Deadlines, call.Deadline{Day: call.Date(date), CutOff: strings.TrimSpace(cutOff)})
	}
	for _, u := range several[string](by["url"]) {
		r.Links = append(r.Links, call.Link{URL: u})
	}
	r = r.Clean()
	for _, f := range r.Validate() {
		wrong = append(wrong, Problem{Column: f.Name, Code: f.Code})
	}
	return r, wrong
}

// plain takes off the apostrophe by which a cell was kept from being a formula.
func plain(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && rest != "" && strings.ContainsRune("=+-@\t\r\n", rune(rest[0])) {
		return rest
	}
	return cell
}

func several[T ~string](cell string) []T {
	var all []T
	for part := range strings.SplitSeq(cell, ";") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, T(part))
		}
	}
	return all
}

func countries(cell string) []string {
	all := several[string](cell)
	for i, c := range all {
		if code, ok := language.CountryCode(c); ok { // EL as well as GR
			all[i] = code
		}
	}
	return all
}

// Writer writes calls into a file.
type Writer struct {
	to  *spreadsheet.Writer
	now time.Time
}

// NewWriter begins a file with the names of the columns. Statuses are those at this time.
func NewWriter(w io.Writer, now time.Time) (*Writer, error) {
	to, err := spreadsheet.NewWriter(w)
	if err != nil {
		return nil, err
	}
	return &Writer{to, now}, to.Write(Columns)
}

// Write adds a call. No cell of it is a formula.
func (w *Writer) Write(c call.Call) error {
	id := c.ID
	if len(c.Origins) > 0 {
		id = c.Origins[0].ID
	}
	number := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	var deadlines, links []string
	for _, d := range c.Deadlines {
		deadlines = append(deadlines, d.String())
	}
	for _, l := range c.Links {
		links = append(links, l.URL)
	}
	return w.to.Write([]string{
		id, c.Title, c.Programme, string(c.Kind), c.Reference, string(c.Status(w.now)), string(c.Opens), strings.Join(deadlines, "; "),
		string(c.Model), number(c.Budget.Amount), c.Budget.Currency, number(int64(c.Grants)), number(int64(c.Rate)),
		joined(c.Eligibility.Applicants), strings.Join(c.Eligibility.Countries, "; "),
		number(int64(c.Eligibility.Partners)), number(int64(c.Eligibility.PartnerCountries)),
		joined(c.Topics), c.Language, strings.Join(links, "; "), c.Summary, string(c.Text),
	})
}

func joined[T ~string](all []T) string {
	parts := make([]string, len(all))
	for i, v := range all {
		parts[i] = string(v)
	}
	return strings.Join(parts, "; ")
}
