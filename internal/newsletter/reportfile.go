package newsletter

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/spreadsheet"
	"github.com/municipalitiesnet/munet/internal/web"
)

// maxFile is when a file stops taking further lines, in bytes: Lambda's answer is limited to 6 MB, in
// which every quotation mark and line end takes a byte more.
const maxFile = 4 << 20

// reportColumns are the head of the file.
var reportColumns = []string{
	"organisation", "country", "name", "address", "language", "outcome", "reason", "bounced", "returned", "complained",
}

var outcomes = map[dissemination.Outcome]string{
	dissemination.Ready: "ready", dissemination.Claimed: "claimed", dissemination.Sent: "sent",
	dissemination.Failed: "failed", dissemination.Suppressed: "notSent", dissemination.Unknown: "unknown",
}

// downloadReport answers with a line for each recipient. What does not fit goes on at the address in
// the last line and in the header Link.
func (s *Service) downloadReport(w http.ResponseWriter, r *http.Request) error {
	n, _, err := s.newsletter(r)
	if err != nil {
		return err
	}
	if n.State == Draft {
		return fault.NotFound()
	}
	from, err := strconv.Atoi(r.URL.Query().Get("from"))
	if err != nil || from < 0 {
		from = 0
	}
	if err := s.Audit.Add(r.Context(), s.entry(r, "export", n)); err != nil {
		return err
	}
	all, err := s.recipients(r.Context(), n.Campaign())
	if err != nil {
		return err
	}
	body, end, err := reportFile(all[min(from, len(all)):])
	if err != nil {
		return err
	}
	h := w.Header()
	if end += from; end < len(all) {
		next := pathOf(n.ID) + "/report.csv?" + url.Values{"from": {strconv.Itoa(end)}}.Encode()
		h.Set("Link", "<"+next+`>; rel="next"`)
		body = append(body, web.Printer(r.Context()).Text("newsletter.report.more", "Address", s.Layout.Site.URL+next)+"\r\n"...)
	}
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="munet-newsletter-`+n.Due.UTC().Format(time.DateOnly)+`.csv"`)
	h.Set("Cache-Control", "no-store")
	_, err = w.Write(body)
	return err
}

// reportFile writes as many recipients as fit into one answer, and returns how many these are.
func reportFile(all []recipient) ([]byte, int, error) {
	var out bytes.Buffer
	c, err := spreadsheet.NewWriter(&out)
	if err != nil {
		return nil, 0, err
	}
	if err := c.Write(reportColumns); err != nil {
		return nil, 0, err
	}
	for i, r := range all {
		if out.Len() > maxFile {
			return out.Bytes(), i, nil
		}
		err := c.Write([]string{
			r.Organisation.Name, r.Organisation.Country, r.Person.Name, r.Person.Address, string(r.Person.Language),
			outcomes[r.Outcome], r.Reason, yes(r.Bounced), yes(r.Returned), yes(r.Complained),
		})
		if err != nil {
			return nil, 0, err
		}
	}
	return out.Bytes(), len(all), nil
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}
