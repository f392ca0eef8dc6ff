package e2e

import (
	"net/url"
	"strings"
	"testing"
)

// curatesCalls adds two calls that are the same one, merges them and hides the rest: whoever has the
// address of the one comes to the other, and the record of decisions tells who did it.
func (s *site) curatesCalls(t *testing.T, c *visitor) (kept string) {
	t.Helper()
	var paths []string
	for _, title := range []string{"Gardens for newcomers", "Gardens for newcomers and neighbours"} {
		c.answers("/desk/calls/new", url.Values{"title": {title}, "programme": {"AMIF"}, "deadlines": {in(60)}, "link": {"https://gardens.example/"}})
		path, _, _ := strings.Cut(c.path, "?")
		paths = append(paths, path)
	}
	kept = strings.TrimPrefix(paths[0], "/desk/calls/")
	merged := strings.TrimPrefix(paths[1], "/desk/calls/")
	c.send(paths[0]+"/merge", url.Values{"with": {merged}})
	c.sees()
	c.answers(paths[0], url.Values{"summary": {"Land for growing together."}})
	reader := s.visitor(t)
	reader.open("/calls/" + merged)
	reader.sees("Land for growing together.")
	if path, _, _ := strings.Cut(reader.path, "?"); path != "/calls/"+kept {
		t.Errorf("the merged call leads to %s", reader.path)
	}
	c.open("/desk/audit?words=gardens&lang=en")
	c.sees("Added a call for funding", "Merged two calls", "Edited a call for funding")
	return kept
}

// findsPartners looks for partners on a call. Another organisation writes, without either address on a page.
func (s *site) findsPartners(t *testing.T, id string) {
	t.Helper()
	organisation := larnaca
	organisation.Name, organisation.Place = "Municipality of Athienou", "Athienou"
	offering := s.member(t, "Stella", "en", organisation)
	organisation.Name, organisation.Place = "Municipality of Lefkara", "Lefkara"
	writing := s.member(t, "Panos", "en", organisation)
	v := s.visitor(t)
	v.signIn(offering)
	v.answers("/calls/"+id+"/partners", url.Values{"idea": {"A garden behind the school."}, "act": {"save"}})
	w := s.visitor(t)
	w.signIn(writing)
	w.open("/calls/" + id)
	w.sees("A garden behind the school.", "Municipality of Athienou")
	if strings.Contains(w.page, offering) {
		t.Error("the call shows the address of whoever looks for partners")
	}
	w.answers(w.find(`href="(/calls/`+id+`/partners/[^"?]+)`), url.Values{"message": {"We have the land."}})
	mail := s.mailTo(t, offering, "")
	if !strings.Contains(mail.Text, "We have the land.") || !strings.Contains(mail.Headers["Reply-To"], writing) {
		t.Errorf("what a partner wrote: %v\n%s", mail.Headers, mail.Text)
	}
}
