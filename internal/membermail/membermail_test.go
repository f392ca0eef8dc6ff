package membermail

import (
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
)

var site = mail.Site{Name: "MuNet", URL: "https://munet.example", PostalAddress: "CARDET, 29 Lykavitou, 1061 Nicosia"}

func person(tag language.Tag, state members.State, d members.Decision) members.Person {
	return members.Person{
		Contact: members.Contact{Name: "Eleni", Address: "eleni@strovolos.example", Language: tag},
		State:   state, Decision: d,
	}
}

// TestEveryStateHasALetter writes every letter in every language: a missing text panics in tests.
func TestEveryStateHasALetter(t *testing.T) {
	org := members.Organisation{Profile: members.Profile{Name: "Δήμος Στροβόλου"}}
	reinstated := members.Decision{Action: members.Reinstate, By: "Maria"}
	for _, tag := range language.Available() {
		seen := map[string]members.State{}
		for _, p := range []members.Person{
			person(tag, members.AwaitingApproval, members.Decision{}),
			person(tag, members.Member, members.Decision{Action: members.Approve, By: "Maria"}),
			person(tag, members.Member, reinstated),
			person(tag, members.Declined, members.Decision{Action: members.Decline, By: "Maria"}),
			person(tag, members.Suspended, members.Decision{Action: members.Suspend, By: "Maria"}),
			person(tag, members.Left, members.Decision{Action: members.Leave, By: "Eleni"}),
		} {
			l := Letter(site, org, p)
			if other, twice := seen[l.Subject]; twice {
				t.Errorf("%s: %s and %s have the same subject %q", tag, other, p.State, l.Subject)
			}
			seen[l.Subject] = p.State
			if (l.Action != nil) != (p.State == members.Member) {
				t.Errorf("%s %s: action = %v; only members can sign in to something", tag, p.State, l.Action)
			}
			m, err := l.Message(site, mail.Address{Email: "notices@munet.example"}, mail.Address{Email: p.Address})
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range []string{m.Text, m.HTML} {
				if !strings.Contains(part, "Δήμος Στροβόλου") {
					t.Errorf("%s %s: the mail does not name the organisation:\n%s", tag, p.State, part)
				}
			}
		}
	}
}

func TestANoteIsQuotedAndEscaped(t *testing.T) {
	note := "Welcome <b>all</b>!\n\nTwo things:\r\nBcc: victim@example.org"
	p := person("en", members.Member, members.Decision{Action: members.Approve, By: "Maria <i>K.</i>", Note: note})
	m, err := Letter(site, members.Organisation{}, p).Message(site, mail.Address{Email: "notices@munet.example"}, mail.Address{Email: p.Address})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(m.HTML, "<b>all") || strings.Contains(m.HTML, "<i>K.") {
		t.Error("what a person typed became HTML")
	}
	if !strings.Contains(m.HTML, "&lt;b&gt;all") || !strings.Contains(m.Text, "Welcome <b>all</b>!") {
		t.Errorf("the note is lost:\n%s", m.Text)
	}
	raw, err := m.MIME()
	if err != nil {
		t.Fatal(err)
	}
	header, _, _ := strings.Cut(string(raw), "\r\n\r\n")
	if strings.Contains(header, "victim") {
		t.Errorf("the note reached the header:\n%s", header)
	}
}
