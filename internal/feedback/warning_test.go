package feedback

import (
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
)

func TestTheWarningSaysWhyAndLeadsToTheDesk(t *testing.T) {
	w := Warning{
		Post: mail.Post{Site: mail.Site{Name: "MuNet", URL: "https://munet.example"}},
		Page: func(c dissemination.Campaign) string { return "/desk/newsletters/" + c.Subject + "/progress" },
	}
	c := dissemination.Campaign{ID: "c", Subject: "7", PausedWhy: dissemination.ByComplaints, Paused: time.Date(2027, 3, 14, 16, 0, 0, 0, time.UTC)}
	for tag, want := range map[language.Tag]string{"en": "14 March 2027, 17:00", "el": "14 Μαρτίου 2027"} {
		l := w.letter(tag, c)
		if !strings.Contains(l.Body[0], want) || l.Action.URL != "https://munet.example/desk/newsletters/7/progress" || l.Language != tag {
			t.Errorf("%s: %q leads to %s", l.Language, l.Body[0], l.Action.URL)
		}
	}
}
