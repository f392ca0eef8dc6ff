package newsletter

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/spreadsheet"
	"github.com/municipalitiesnet/munet/internal/web"
)

// partSize is how many recipients a part of the file has at most. Lambda's answers are limited to 6 MB,
// and a line takes 1.2 KB if the names in it are as long as we allow.
const partSize = 5000

// part is some of the lines of the file about all recipients.
type part struct {
	Number, Of int
	// First and Last are the recipients in it, from 1.
	First, Last int
	shards      []dissemination.ShardReport
}

// Query names the part in the address of the file.
func (p part) Query() string { return url.Values{"part": {strconv.Itoa(p.Number)}}.Encode() }

// parts cuts the file between shards. What a part has does not change any more when there are more
// recipients, but for the last one.
func parts(shards []dissemination.ShardReport) []part {
	var all []part
	for _, sh := range shards {
		if len(all) == 0 || all[len(all)-1].Last+sh.Total() >= all[len(all)-1].First+partSize {
			last := 0
			if len(all) > 0 {
				last = all[len(all)-1].Last
			}
			all = append(all, part{Number: len(all) + 1, First: last + 1, Last: last})
		}
		p := &all[len(all)-1]
		p.Last += sh.Total()
		p.shards = append(p.shards, sh)
	}
	for i := range all {
		all[i].Of = len(all)
	}
	return all
}

// reportColumns are the head of the file.
var reportColumns = []string{
	"organisation", "country", "name", "address", "language", "outcome", "reason", "bounced", "returned", "complained",
}

var outcomes = map[dissemination.Outcome]string{
	dissemination.Ready: "ready", dissemination.Claimed: "claimed", dissemination.Sent: "sent",
	dissemination.Failed: "failed", dissemination.Suppressed: "notSent", dissemination.Unknown: "unknown",
}

// downloadReport answers with one part of the file: a line for each recipient.
func (s *Service) downloadReport(w http.ResponseWriter, r *http.Request) error {
	n, _, err := s.newsletter(r)
	if err != nil {
		return err
	}
	if n.State == Draft {
		return fault.NotFound()
	}
	seen, err := s.progress(r, n)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(r.URL.Query().Get("part"))
	if err != nil {
		number = 1
	}
	all := parts(seen.Report.Shards)
	if number < 1 || number > len(all) {
		return fault.NotFound()
	}
	if err := s.Audit.Add(r.Context(), s.entry(r, audit.ExportReport, n)); err != nil {
		return err
	}
	body, err := s.reportFile(r.Context(), n.Campaign(), all[number-1].shards)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+fileName(n.Due, all[number-1])+`"`)
	h.Set("Cache-Control", "no-store")
	if number < len(all) {
		h.Set("Link", "<"+web.Link(r, pathOf(n.ID)+"/report.csv?"+all[number].Query())+`>; rel="next"`)
	}
	_, err = w.Write(body) //nolint:gosec // a file to keep, nosniff
	return err
}

// fileName says what is in a part.
func fileName(due time.Time, p part) string {
	name := "munet-newsletter-" + due.UTC().Format(time.DateOnly)
	if p.Of > 1 {
		name += fmt.Sprintf("-part-%d-of-%d", p.Number, p.Of)
	}
	return name + ".csv"
}

// reportFile writes the recipients of some shards, one shard after the other.
func (s *Service) reportFile(ctx context.Context, campaign string, shards []dissemination.ShardReport) ([]byte, error) {
	var out bytes.Buffer
	c, err := spreadsheet.NewWriter(&out)
	if err != nil {
		return nil, err
	}
	if err := c.Write(reportColumns); err != nil {
		return nil, err
	}
	for _, sh := range shards {
		all, err := s.recipients(ctx, campaign, sh.Number)
		if err != nil {
			return nil, err
		}
		for i, r := range all {
			if err := c.Write(r.line(sh.Delivery(i))); err != nil {
				return nil, err
			}
		}
	}
	return out.Bytes(), nil
}

// line is what the file says of a recipient, by reportColumns.
func (r recipient) line(d dissemination.Delivery) []string {
	return []string{
		r.organisation.Name, r.organisation.Country, r.person.Name, r.person.Address, string(r.person.Language),
		outcomes[d.Outcome], d.Reason, yes(d.Bounced), yes(d.Returned), yes(d.Complained),
	}
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}
