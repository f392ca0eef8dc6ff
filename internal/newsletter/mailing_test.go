package newsletter

import (
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
)

// Mail that begins by itself can be paused, resumed and stopped by people, too.
func TestOtherMailIsWatchedAndControlled(t *testing.T) {
	o := newOffice(t)
	to := o.member("reader@pafos.example", "en", every)
	c := dissemination.Campaign{ID: "practices-2027-03-15", Kind: "practice-digest", Subject: "2027-03-15", Due: o.now()}
	if err := o.Ledger.Start(t.Context(), c, []string{to.Ref.String()}); err != nil {
		t.Fatal(err)
	}
	path := MailingPath(c.ID)
	if page := o.open(path); !strings.Contains(page, "New practices, the mail on Mondays") || !strings.Contains(page, "Pause sending") {
		t.Errorf("the page is\n%s", page)
	}
	o.submit(path+"/pause", nil)
	if page := o.open(path); !strings.Contains(page, "Go on sending") {
		t.Errorf("it is not paused\n%s", page)
	}
	o.submit(path+"/resume", nil)
	if page := o.open(path + "/stop"); !strings.Contains(page, "1 person has not got this mail yet") {
		t.Errorf("the question is\n%s", page)
	}
	o.submit(path+"/stop", nil)
	if stopped, err := o.Ledger.Campaign(t.Context(), c.ID); err != nil || stopped.State != dissemination.Cancelled {
		t.Errorf("%+v, %v", stopped, err)
	}
	o.refused(409, path+"/resume", nil)
	o.refused(404, path+"/explode", nil)
	o.refused(404, MailingPath("nothing")+"/pause", nil)
	id := strings.TrimPrefix(o.write(Special, "el", map[language.Tag]Text{"el": greek}), "/desk/newsletters/")
	if w := o.do("coordinator", "GET", MailingPath(id), nil); w.Code != 404 {
		t.Errorf("a draft: %d", w.Code)
	}
}
