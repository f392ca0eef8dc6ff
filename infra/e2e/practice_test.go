package e2e

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

// member makes somebody a member, past the pages for it, and returns their address. The first one of
// an organisation founds it.
func (s *site) member(t *testing.T, name string, tag language.Tag, organisation members.Profile) string {
	t.Helper()
	store := members.NewStore(s.DynamoDB(), s.Tables["MembersTable"], time.Now)
	address := strings.ToLower(name) + "@" + strings.ToLower(organisation.Place) + ".example"
	a, ok, err := store.Invite(t.Context(), members.Application{
		Profile: organisation, InvitedBy: "Maria", Contact: members.Contact{Name: name, Address: address, Language: tag},
	})
	if err != nil || !ok {
		t.Fatalf("inviting %s: %v, %v", name, ok, err)
	}
	_, person, err := store.Confirm(t.Context(), a, "invitation")
	if err == nil && person.State != members.Member {
		_, err = store.DecidePerson(t.Context(), person.Ref, members.Decision{Action: members.Approve, By: "Maria"})
	}
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// larnaca writes the practice that is followed without JavaScript.
var larnaca = members.Profile{
	Kind: "localAuthority", Name: "Municipality of Larnaca", Country: "CY", Place: "Larnaca", Population: "50to100k",
}

// interpreters are the answers of each step, as they are typed.
var interpreters = map[string]url.Values{
	"about": {
		"original": {"en"}, "kind": {"practice"}, "title": {"Interpreters at the health clinic"},
		"summary": {"At every visit there is somebody who speaks your language."},
	},
	"practice": {
		"challenge": {"Nobody understood the doctors."}, "goal": {"Everybody is understood."},
		"howItWorks": {"- The clinic calls\n- An **interpreter** comes"}, "partners": {"The clinic and the town."},
	},
	"place": {"themes": {"health"}, "targets": {"refugees"}, "beneficiaries": {"Two hundred patients a year."}},
	"results": {
		"status": {"running"}, "begin": {"2024-03"}, "cost": {"under10k"}, "evidence": {"monitoring"}, "results": {"Fewer missed visits."},
	},
	"learning": {"lessons": {"Women ask for women."}, "transferability": {"Any town with a clinic."}, "mentoring": {"yes"}},
	"terms":    {"licence": {"CC-BY-4.0"}, "source": {"https://larnaca.example/health"}},
}

// inGreek is the translation.
var inGreek = url.Values{
	"title": {"Διερμηνείς στο κέντρο υγείας"}, "summary": {"Σε κάθε επίσκεψη υπάρχει κάποιος που μιλά τη γλώσσα σας."},
	"challenge": {"Κανείς δεν καταλάβαινε τους γιατρούς."}, "goal": {"Όλοι γίνονται κατανοητοί."},
	"howItWorks": {"Το κέντρο καλεί τον διερμηνέα."}, "results": {"Λιγότερες χαμένες επισκέψεις."}, "transferability": {"Κάθε δήμος με κέντρο υγείας."},
}

// TestAPracticeFromDraftToArchive follows a practice without JavaScript: from a draft over two
// sittings to the library and out of it, with its mails read.
func TestAPracticeFromDraftToArchive(t *testing.T) {
	s := start(t)
	_, alike := s.inLibrary(t, "LI")
	s.eventually(t, "/api/practices?country=LI", alike)
	s.Kill("PracticesFunction") // a new process looks into the index at once
	address := s.member(t, "Eleni", "en", larnaca)
	colleague := s.member(t, "Andys", "el", larnaca)

	id := s.draftOverTwoSittings(t, address)
	owner, desk := s.visitor(t), s.visitor(t)
	owner.signIn(colleague)
	owner.handsIn(id, "")
	desk.signIn(coordinator)
	desk.asksForChanges(id)

	// Both are told, each in their language, and the mail leads to the comments.
	if mail := s.mailTo(t, address, "Please look again at your practice"); !strings.Contains(mail.Text, "Please say how many visits.") {
		t.Errorf("the mail does not say what the coordinator wrote:\n%s", mail.Text)
	}
	mail := s.mailTo(t, colleague, "Δείτε ξανά, παρακαλούμε")
	owner.open(s.link(t, mail, "/my-practices/"+id))
	owner.sees("How many were there before?")
	owner.revises(id, "results", "results", "From forty missed visits a month to ten.")
	owner.handsIn(id, "Now with figures.")
	desk.publishes(id, 2)
	s.mailTo(t, address, "Your practice is published")

	s.isFound(t, id)
	s.letterReaches(t, id, address)

	owner.revises(id, "practice", "goal", "Everybody is understood, by telephone as well.")
	s.reads(t, id, "Everybody is understood.")
	owner.handsIn(id, "A year later.")
	s.reads(t, id, "Everybody is understood.")
	desk.open("/desk/practices/" + id + "/compare?from=2&to=3")
	desk.sees("What changed from version 2 to version 3", "<ins>", "by telephone as well")
	desk.publishes(id, 3)
	s.reads(t, id, "Everybody is understood, by telephone as well.")

	desk.archives(t, id)
	s.mailTo(t, address, "Your practice left the library")
	s.api(t, http.MethodGet, "/api/practices/"+id, "", http.StatusGone)
	reader := s.visitor(t)
	reader.open("/practices/" + id)
	if reader.status != http.StatusGone || !strings.Contains(reader.page, "no longer in the library") {
		t.Errorf("an archived practice: %d\n%s", reader.status, reader.words())
	}
	s.eventually(t, "/api/practices?country=CY", `"total":0`)
	reader.open("/practices.atom?country=CY&lang=en")
	if strings.Contains(reader.page, "<entry>") {
		t.Errorf("the feed still has it:\n%s", reader.page)
	}
}

// draftOverTwoSittings writes a practice and its translation, with a look at one that looks alike, and
// returns its identifier.
func (s *site) draftOverTwoSittings(t *testing.T, address string) string {
	t.Helper()
	first := s.visitor(t)
	first.signIn(address)
	first.open("/my-practices")
	first.sees("No practice yet")
	first.open("/my-practices/new")
	first.send("/my-practices/new", first.fill(interpreters["about"]))
	first.sees("in the library already", "Interpreters at the clinic")
	id := strings.Split(first.path, "/")[2]
	own := "/my-practices/" + id
	first.answers(own+"/practice", url.Values{"challenge": {"Nobody understood the doctors."}, "act": {"leave"}})
	first.sees("Everything is saved as a draft")

	second := s.visitor(t)
	second.signIn(address)
	second.open("/my-practices")
	second.sees("Interpreters at the health clinic", "Draft")
	second.open(own + "/practice")
	second.sees("Nobody understood the doctors.")
	for _, step := range slices.Sorted(maps.Keys(interpreters)) {
		second.answers(own+"/"+step, interpreters[step])
	}
	second.answers(own+"/texts/el", inGreek)
	second.answers(own+"/contact", url.Values{"consent": {"yes"}, "act": {"agree"}})
	second.sees("You are the contact person from now on")
	second.open(own + "/preview?text=el")
	second.sees(inGreek.Get("title"), "Το κέντρο καλεί")
	return id
}

// answers fills a form in and sends it.
func (v *visitor) answers(path string, typed url.Values) {
	v.t.Helper()
	v.open(path)
	v.sees()
	v.send(path, v.fill(typed))
	v.sees()
}

// revises changes one answer and saves.
func (v *visitor) revises(id, step, field, text string) {
	v.t.Helper()
	v.answers("/my-practices/"+id+"/"+step, url.Values{field: {text}, "act": {"leave"}})
}

func (v *visitor) handsIn(id, note string) {
	v.t.Helper()
	v.answers("/my-practices/"+id+"/check", url.Values{"note": {note}})
	if v.path != "/my-practices/"+id+"?done=submitted" {
		v.t.Fatalf("handing in leads to %s:\n%s", v.path, v.words())
	}
}

// asksForChanges comments on the first version and sends it back.
func (v *visitor) asksForChanges(id string) {
	v.t.Helper()
	v.open("/desk/practices")
	v.sees(interpreters["about"].Get("title"), larnaca.Name)
	at := "/desk/practices/" + id + "/versions/1"
	v.answers(at, url.Values{"comment.results": {"How many were there before?"}, "score.need": {"5"}, "score.results": {"2"}, "advice": {"askChanges"}})
	v.answers(at+"/askChanges", url.Values{"note": {"Please say how many visits."}})
	v.sees("Changes are asked, and the owners were told")
}

func (v *visitor) publishes(id string, version int) {
	v.t.Helper()
	v.answers("/desk/practices/"+id+"/versions/"+strconv.Itoa(version)+"/publish", url.Values{"note": {"Thank you."}})
	v.sees("The practice is published")
}

func (v *visitor) archives(t *testing.T, id string) {
	t.Helper()
	v.answers("/desk/practices/"+id+"/archive", url.Values{"note": {"The clinic has closed."}})
	v.sees("The practice is out of the library")
}

// isFound fails the test unless everybody finds the practice: by facet, by words in other forms than
// the text has, in the feed and as linked data.
func (s *site) isFound(t *testing.T, id string) {
	t.Helper()
	s.eventually(t, "/api/practices?country=CY", id)
	v := s.visitor(t)
	v.open("/practices?lang=en&country=CY")
	v.open(v.find(`href="(/practices\?[^"]*theme=health[^"]*)"`))
	v.sees(interpreters["about"].Get("title"), "1 result")
	for query, title := range map[string]string{
		"?lang=en&country=CY&words=interpreting+clinics": interpreters["about"].Get("title"),
		"?lang=el&country=CY&words=διερμηνέα":            inGreek.Get("title"),
		"?lang=el&country=CY&words=επισκέψεων":           inGreek.Get("title"),
	} {
		v.open("/practices" + query)
		v.sees("/practices/"+id, title)
	}
	v.open("/practices.atom?lang=en&country=CY&theme=health")
	v.sees("<title>"+interpreters["about"].Get("title")+"</title>", s.URL+"/practices/"+id)

	for tag, title := range map[string]string{"en": interpreters["about"].Get("title"), "el": inGreek.Get("title")} {
		v.open(withLanguage("/practices/"+id, tag))
		v.sees("<h1")
		var linked map[string]any
		if err := json.Unmarshal([]byte(v.find(`(?s)<script type="application/ld\+json"[^>]*>(.*?)</script>`)), &linked); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(linked)
		if err != nil || linked["inLanguage"] != tag || !strings.Contains(string(text), title) {
			t.Errorf("%s: linked data of another text: %s, %v", tag, text, err)
		}
	}
}

// reads fails the test unless the public reads this goal now.
func (s *site) reads(t *testing.T, id, goal string) {
	t.Helper()
	v := s.visitor(t)
	v.open("/practices/" + id + "?lang=en")
	v.sees("<p>" + goal + "</p>")
}

// letterReaches fails the test unless a reader's message comes to the contact person, whose address
// no page shows.
func (s *site) letterReaches(t *testing.T, id, address string) {
	t.Helper()
	v := s.visitor(t)
	v.answers("/practices/"+id+"/contact", url.Values{
		"name": {"Ilze"}, "address": {"ilze@reader.example"}, "message": {"Who pays the interpreters?"},
	})
	v.sees("Your message is on its way")
	mail := s.mailTo(t, address, "A reader writes about")
	if !strings.Contains(mail.Headers["Reply-To"], "ilze@reader.example") || !strings.Contains(mail.Text, "Who pays the interpreters?") {
		t.Errorf("the reader's message: %v\n%s", mail.Headers, mail.Text)
	}
	v.open("/practices/" + id)
	if strings.Contains(v.page, address) {
		t.Error("the page shows the contact person's address")
	}
}
