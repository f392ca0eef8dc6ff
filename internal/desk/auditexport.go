package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/spreadsheet"
	"github.com/municipalitiesnet/munet/internal/web"
)

// auditFile is a file of entries that is being written.
type auditFile interface {
	write(e audit.Entry) error
	// more says where the entries go on that did not fit.
	more(address string) error
}

// exportAudit returns the handler that sends the entries of a month, narrowed down as on the page, as
// a file. What does not fit into one answer goes on at the address at its end and in the header Link.
func (s *Service) exportAudit(extension, contentType string, begin func(*bytes.Buffer, *http.Request) (auditFile, error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		a := parseAudit(r.URL.Query(), s.Now())
		if err := s.Audit.Add(r.Context(), s.entry(r, audit.ExportAudit, a.to(auditPath, "", ""), "")); err != nil {
			return err
		}
		var out bytes.Buffer
		file, err := begin(&out, r)
		if err != nil {
			return err
		}
		next, err := s.writeAudit(r.Context(), a, &out, file)
		if err != nil {
			return err
		}
		name := "munet-audit-" + a.month.Format(monthForm)
		if a.cursor != "" || next != "" {
			name += "-part"
		}
		h := w.Header()
		if next != "" {
			more := web.Link(r, a.to(auditPath+extension, "cursor", next))
			h.Set("Link", "<"+more+`>; rel="next"`)
			if err := file.more(s.Teller.Post.Site.URL + more); err != nil {
				return err
			}
		}
		h.Set("Content-Type", contentType)
		h.Set("Content-Disposition", `attachment; filename="`+name+extension+`"`)
		h.Set("Cache-Control", "no-store")
		_, err = w.Write(out.Bytes())
		return err
	}
}

// writeAudit writes entries until the file or the time is full, and returns the cursor of the rest.
func (s *Service) writeAudit(ctx context.Context, a auditQuery, out *bytes.Buffer, file auditFile) (next string, err error) {
	next = a.cursor
	for end := s.Now().Add(exportTime); out.Len() < maxExport && s.Now().Before(end); {
		var entries []audit.Entry
		if entries, next, err = s.Audit.Month(ctx, a.month, a.filter, next, auditPage); err != nil {
			return "", err
		}
		for _, e := range entries {
			if err := file.write(e); err != nil {
				return "", err
			}
		}
		if next == "" {
			break
		}
	}
	return next, nil
}

// auditCSV writes entries as a spreadsheet.
type auditCSV struct {
	*spreadsheet.Writer
	printer *language.Printer
}

func beginCSV(out *bytes.Buffer, r *http.Request) (auditFile, error) {
	c, err := spreadsheet.NewWriter(out)
	if err != nil {
		return nil, err
	}
	return auditCSV{c, web.Printer(r.Context())}, c.Write([]string{"at", "who", "name", "action", "what", "note"})
}

func (c auditCSV) write(e audit.Entry) error {
	return c.Write([]string{e.At.UTC().Format(time.RFC3339), e.Who, e.Name, e.Action.String(), e.What, e.Note})
}

func (c auditCSV) more(address string) error {
	return c.Write([]string{c.printer.Text("desk.export.more", "Address", address), "", "", "", "", ""})
}

// auditJSON writes entries as JSON, one in a line.
type auditJSON struct{ *json.Encoder }

func beginJSON(out *bytes.Buffer, _ *http.Request) (auditFile, error) {
	return auditJSON{json.NewEncoder(out)}, nil
}

func (j auditJSON) write(e audit.Entry) error {
	return j.Encode(struct {
		At     time.Time `json:"at"`
		Who    string    `json:"who"`
		Name   string    `json:"name"`
		Action string    `json:"action"`
		What   string    `json:"what"`
		Note   string    `json:"note,omitempty"`
	}{e.At.UTC(), e.Who, e.Name, e.Action.String(), e.What, e.Note})
}

func (j auditJSON) more(address string) error {
	return j.Encode(map[string]string{"next": address})
}
