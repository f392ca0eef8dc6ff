package submission

import (
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/web"
)

// autosaved is the answer to the page's own saving now and then.
type autosaved struct {
	Message string            `json:"message"`
	Saved   bool              `json:"saved"`
	Was     map[string]string `json:"was,omitempty"`
}

// answerAutosave tells the script of the page in a sentence what became of it.
func (s *Service) answerAutosave(w http.ResponseWriter, r *http.Request, e edit, fields []string, err error) error {
	p := web.Printer(r.Context())
	f := fault.From(err)
	switch {
	case len(e.Conflicts) > 0:
		return web.WriteJSON(w, http.StatusConflict, autosaved{Message: p.Text("submission.autosave.conflict", "Name", e.Draft.SavedBy, "Time", clock(e.Draft.SavedAt))})
	case err == nil:
		tag := language.Tag(r.PathValue("language"))
		if tag == "" {
			tag = e.Draft.Original
		}
		return web.WriteJSON(w, http.StatusOK, autosaved{
			Message: p.Text("submission.autosave.saved", "Time", clock(s.Now())), Saved: true,
			Was: fingerprints(fields, valuesOf(e.Draft.Content, tag)),
		})
	case f.Status == http.StatusInternalServerError:
		return err
	}
	message := p.TextOf("error."+f.Code, f.Args)
	if here := within(f.Fields, fields, language.Tag(r.PathValue("language"))); len(here) > 0 {
		message = p.Text("submission.field."+here[0].Name) + ": " + p.TextOf("field."+here[0].Code, here[0].Args)
	}
	return web.WriteJSON(w, f.Status, autosaved{Message: message})
}

// clock writes the time of day in Brussels.
func clock(t time.Time) string { return t.In(language.Brussels()).Format("15:04") }
