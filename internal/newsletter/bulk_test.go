package newsletter

import (
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

func TestWhoGetsNothing(t *testing.T) {
	o := newOffice(t)
	o.member("stays@pafos.example", "fr", every)
	gone := o.member("leaves@pafos.example", "en", every)
	stops := o.member("stops@pafos.example", "en", every)
	o.member("bounced@pafos.example", "en", every)
	if err := o.suppressions.Add(t.Context(), "bounced@pafos.example", "bounce"); err != nil {
		t.Fatal(err)
	}
	again := o.member("complained@pafos.example", "en", every)
	path := o.write(Special, "el", map[language.Tag]Text{"el": greek})
	if page := o.open(path + "/send"); !strings.Contains(page, "4 people") || !strings.Contains(page, "Greek (there is no text in their language)") {
		t.Errorf("the reach is\n%s", page)
	}
	bulk := &Bulk{Newsletters: o.Newsletters, Members: o.Members, Suppressions: o.suppressions, Layout: o.Layout}
	content, err := bulk.Kind().Open(t.Context(), dissemination.Campaign{Subject: strings.TrimPrefix(path, "/desk/newsletters/")})
	if err != nil {
		t.Fatal(err)
	}
	recipients, next, err := content.Recipients(t.Context(), "", 400)
	if err != nil || next != "" || len(recipients) != 4 {
		t.Fatalf("the recipients are %v, %q, %v", recipients, next, err)
	}
	// Now that the list is written, things change.
	if _, err := o.Members.DecidePerson(t.Context(), gone.Ref, members.Decision{Action: members.Leave}); err != nil {
		t.Fatal(err)
	}
	if err := o.Members.SavePreferences(t.Context(), stops.Ref, members.Preferences{Newsletter: members.Monthly}, "en", members.Consenting{}); err != nil {
		t.Fatal(err)
	}
	if err := o.suppressions.Add(t.Context(), again.Address, "complaint"); err != nil {
		t.Fatal(err)
	}
	drafts, err := content.Compose(t.Context(), append(recipients, "NOBODY.NOWHERE"))
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]string{"": "gone"}
	for i, ref := range append(recipients, "NOBODY.NOWHERE") {
		reasons[ref] = drafts[i].Reason
		if drafts[i].Reason == "" && (drafts[i].Message.To.Email != "stays@pafos.example" || drafts[i].Message.Language != "el") {
			t.Errorf("a mail in %s to %s", drafts[i].Message.Language, drafts[i].Message.To.Email)
		}
	}
	for ref, want := range map[string]string{
		gone.Ref.String(): "no-member", stops.Ref.String(): "unsubscribed", again.Ref.String(): "complaint", "NOBODY.NOWHERE": "gone",
	} {
		if reasons[ref] != want {
			t.Errorf("%s: %q, want %q", ref, reasons[ref], want)
		}
	}
}
