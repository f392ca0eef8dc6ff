package registration

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/audit"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/membermail"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/web"
)

// tell mails a person about the state they are in. A failure is logged, and the mail stays owed.
func (s *Service) tell(ctx context.Context, org members.Organisation, p members.Person) {
	s.logFailure(ctx, membermail.Teller{Post: s.Post, Members: s.Members, Links: s.Links}.Tell(ctx, org, p))
}

// entry is the audit entry of what the signed-in person does.
func (s *Service) entry(r *http.Request, action audit.Action, what string) types.TransactWriteItem {
	who := web.Who(r.Context())
	return s.Audit.Write(audit.Entry{Who: who.Member, Name: who.Name, Action: action, What: what, At: s.Now()})
}

// confirmLetter asks whoever reads the address to confirm the application.
func (s *Service) confirmLetter(a members.Application) mail.Letter {
	p := language.For(a.Contact.Language)
	return mail.Letter{
		Language: a.Contact.Language,
		Subject:  p.Text("letter.confirm.subject"),
		Heading:  p.Text("letter.confirm.heading"),
		Body:     []string{p.Text("letter.confirm.body", "Organisation", a.Profile.Name)},
		Facts: [][2]string{
			{p.Text("letter.organisation"), a.Profile.Name},
			{p.Text("letter.country"), p.Country(a.Profile.Country)},
			{p.Text("letter.representative"), a.Contact.Name},
		},
		Action: &mail.Action{
			Label: p.Text("letter.confirm.action"),
			URL:   s.Links.Confirm(a.ID, a.Contact.Language, s.Now()),
		},
		After:  []string{p.Text("letter.confirm.after", "Count", int(members.LinkAge/(24*time.Hour)))},
		Reason: p.Text("letter.confirm.reason"),
	}
}

// alreadyLetter tells a member that somebody registered with their address.
func (s *Service) alreadyLetter(m members.Person) mail.Letter {
	p := language.For(m.Language)
	return mail.Letter{
		Language:       m.Language,
		Subject:        p.Text("letter.already.subject"),
		Heading:        p.Text("letter.already.heading"),
		Body:           []string{p.Text("letter.already.body")},
		Action:         &mail.Action{Label: p.Text("letter.sign-in"), URL: s.Links.Site + "/sign-in"},
		After:          []string{p.Text("letter.already.after")},
		Reason:         p.Text("letter.already.reason"),
		PreferencesURL: s.Links.Preferences(m.Ref, m.Language),
	}
}

// waitingLetter tells the coordinators that a registration waits for them.
func (s *Service) waitingLetter(org members.Organisation, m members.Person, tag language.Tag) mail.Letter {
	p := language.For(tag)
	return mail.Letter{
		Language: tag,
		Subject:  p.Text("letter.waiting.subject", "Organisation", org.Name),
		Heading:  p.Text("letter.waiting.heading"),
		Body:     []string{p.Text("letter.waiting.body")},
		Facts: [][2]string{
			{p.Text("letter.organisation"), org.Name},
			{p.Text("letter.kind"), p.Text("kind." + string(org.Kind))},
			{p.Text("letter.country"), p.Country(org.Country)},
			{p.Text("letter.representative"), m.Name},
		},
		Action: &mail.Action{Label: p.Text("letter.waiting.action"), URL: s.Links.Site + "/desk/members/" + org.ID},
		Reason: p.Text("letter.waiting.reason"),
	}
}

// colleagueLetter tells a representative that somebody asks to join their organisation.
func (s *Service) colleagueLetter(org members.Organisation, asking, to members.Person) mail.Letter {
	p := language.For(to.Language)
	return mail.Letter{
		Language: to.Language,
		Subject:  p.Text("letter.colleague.subject", "Name", asking.Name),
		Heading:  p.Text("letter.colleague.heading"),
		Body:     []string{p.Text("letter.colleague.body", "Name", asking.Name, "Organisation", org.Name)},
		Facts: [][2]string{
			{p.Text("letter.representative"), asking.Name},
			{p.Text("letter.role"), asking.Role},
			{p.Text("letter.address"), asking.Address},
		},
		Action:         &mail.Action{Label: p.Text("letter.colleague.action"), URL: s.Links.Site + "/colleagues"},
		Reason:         p.Text("letter.colleague.reason", "Organisation", org.Name),
		PreferencesURL: s.Links.Preferences(to.Ref, to.Language),
	}
}

// addressLetter asks a person to confirm their new address. It has no link to their preferences: the
// address may be mistyped, and then a stranger reads it.
func (s *Service) addressLetter(m members.Person) mail.Letter {
	p := language.For(m.Language)
	return mail.Letter{
		Language: m.Language,
		Subject:  p.Text("letter.address.subject"),
		Heading:  p.Text("letter.address.heading"),
		Body:     []string{p.Text("letter.address.body")},
		Action:   &mail.Action{Label: p.Text("letter.address.action"), URL: s.Links.Address(m.Ref, m.NewAddress, m.Language, s.Now())},
		After:    []string{p.Text("letter.address.after", "Count", int(members.LinkAge/(24*time.Hour)))},
		Reason:   p.Text("letter.address.reason"),
	}
}

// movedLetter tells the old address of a person that it is not theirs any more.
func (s *Service) movedLetter(m members.Person) mail.Letter {
	p := language.For(m.Language)
	return mail.Letter{
		Language: m.Language,
		Subject:  p.Text("letter.moved.subject"),
		Heading:  p.Text("letter.moved.heading"),
		Body:     []string{p.Text("letter.moved.body", "Address", s.Coordinator)},
		Reason:   p.Text("letter.moved.reason"),
	}
}
