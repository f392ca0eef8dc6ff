package newsletter

import (
	"net/url"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/members"
)

func TestTheMonthlyDraftAssemblesItselfOnce(t *testing.T) {
	o := newOffice(t)
	o.approved("anna@sliema.example", members.Profile{Kind: "ngo", Name: "Help for all", Country: "MT"})
	a := &Assembler{Newsletters: o.Newsletters, Sources: []Source{NewMembers(o.Members)}, Now: o.now, Log: o.Service.Log}
	if err := a.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for tag, want := range map[string][]string{
		"en": {"Newsletter, March 2027", "## New members", "Help for all"},
		"el": {"δελτίο Μαρτίου 2027", "## Νέα μέλη", "Help for all"},
	} {
		page := o.open("/desk/newsletters/2027-03/texts/" + tag)
		for _, part := range want {
			if !strings.Contains(page, part) {
				t.Errorf("the %s text lacks %q:\n%s", tag, part, page)
			}
		}
	}
	if list := o.open("/desk/newsletters"); !strings.Contains(list, "Draft") {
		t.Errorf("the list is\n%s", list)
	}
	o.submit("/desk/newsletters/2027-03/texts/en", url.Values{"subject": {"Edited"}, "body": {"By a person"}, "version": {"1"}})
	if err := a.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if page := o.open("/desk/newsletters/2027-03/texts/en"); !strings.Contains(page, "By a person") {
		t.Error("the second run wrote over what a person has written")
	}
	if o.deliver(); len(o.post.mails) != 0 {
		t.Error("the draft was sent")
	}
}
