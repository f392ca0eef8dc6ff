package desk

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/spreadsheet"
	"github.com/municipalitiesnet/munet/internal/web"
)

const (
	// maxExport is when an export stops taking further organisations, in bytes. Lambda's answer is
	// limited to 6 MB, in which every quotation mark and line end of the file takes a byte more.
	maxExport = 4 << 20
	// exportTime is how long one export may read, within the function's timeout.
	exportTime = 20 * time.Second
)

// exportColumns begin like those of an import.
var exportColumns = []string{
	"organisation", "kind", "country", "place", "population", "website", "languages", "topics",
	"name", "role", "address", "language",
	"state", "since", "personState", "coordinator", "newsletter", "announcements", "suppressed",
}

// export sends the organisations of a list and all their people as a CSV file by RFC 4180, one
// line for each person. What does not fit into one answer goes on at the address in the last line
// and in the header Link.
func (s *Service) export(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := parseFilter(q)
	if err := s.Audit.Add(r.Context(), s.entry(r, audit.ExportMembers, "/desk/members?"+filterQuery(f).Encode(), "")); err != nil {
		return err
	}
	body, next, err := s.exportFrom(r, f, q.Get("next"))
	if errors.Is(err, dynamo.ErrCursor) {
		return fault.New(http.StatusBadRequest, "bad-request").Because(err)
	}
	if err != nil {
		return err
	}
	h := w.Header()
	if next != "" {
		h.Set("Link", "<"+next+`>; rel="next"`)
	}
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+exportName(s.Now(), q.Get("next") != "" || next != "")+`"`)
	h.Set("Cache-Control", "no-store")
	_, err = w.Write(body) //nolint:gosec // a file to save, which no browser shows as a page
	return err
}

// exportName says in the file's name if it is a part only.
func exportName(now time.Time, part bool) string {
	name := "munet-members-" + now.UTC().Format(time.DateOnly)
	if part {
		name += "-part"
	}
	return name + ".csv"
}

// exportFrom writes the file from a cursor on, and returns the address where it goes on, or "".
func (s *Service) exportFrom(r *http.Request, f members.Filter, cursor string) (body []byte, next string, err error) {
	var out bytes.Buffer
	c, err := spreadsheet.NewWriter(&out)
	if err != nil {
		return nil, "", err
	}
	if err := c.Write(exportColumns); err != nil {
		return nil, "", err
	}
	end := s.Now().Add(exportTime)
	for out.Len() < maxExport && s.Now().Before(end) {
		organisations, further, err := s.Members.Organisations(r.Context(), f, cursor)
		if err != nil {
			return nil, "", err
		}
		people, err := s.Members.WithPeople(r.Context(), organisations)
		if err != nil {
			return nil, "", err
		}
		for i, org := range organisations {
			if err := writeOrganisation(c, org, people[i]); err != nil {
				return nil, "", err
			}
		}
		if cursor = further; cursor == "" {
			break
		}
	}
	if cursor != "" {
		query := filterQuery(f)
		query.Set("next", cursor)
		next = "/desk/members.csv?" + query.Encode()
		last := make([]string, len(exportColumns))
		last[0] = web.Printer(r.Context()).Text("desk.export.more", "Address", s.Teller.Post.Site.URL+next)
		if err := c.Write(last); err != nil {
			return nil, "", err
		}
	}
	return out.Bytes(), next, nil
}

func writeOrganisation(c *spreadsheet.Writer, org members.Organisation, people []members.Person) error {
	if len(people) == 0 {
		people = []members.Person{{}}
	}
	topics := make([]string, len(org.Topics))
	for i, topic := range org.Topics {
		topics[i] = string(topic)
	}
	since := ""
	if !org.Since.IsZero() {
		since = org.Since.UTC().Format(time.DateOnly)
	}
	for _, p := range people {
		err := c.Write([]string{
			org.Name, string(org.Kind), org.Country, org.Place, string(org.Population), org.Website,
			strings.Join(org.Languages, "|"), strings.Join(topics, "|"),
			p.Name, p.Role, p.Address, string(p.Language),
			string(org.State), since, string(p.State), yes(p.Coordinator), string(p.Preferences.Newsletter),
			yes(p.Preferences.Announcements), p.Suppressed,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}
