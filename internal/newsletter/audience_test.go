package newsletter

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

func TestAudienceIncludes(t *testing.T) {
	person := members.Person{Contact: members.Contact{Language: "el"}}
	coordinator := members.Person{Contact: members.Contact{Language: "en"}, Coordinator: true}
	org := members.Organisation{Profile: members.Profile{Kind: "ngo", Country: "CY", Topics: []members.Topic{"housing", "health"}}}
	for name, c := range map[string]struct {
		audience            Audience
		person, coordinator bool
	}{
		"everybody":         {Audience{}, true, true},
		"a kind":            {Audience{Kinds: []members.Kind{"region", "ngo"}}, true, true},
		"another kind":      {Audience{Kinds: []members.Kind{"region"}}, false, false},
		"a country":         {Audience{Countries: []string{"CY"}}, true, true},
		"another country":   {Audience{Countries: []string{"MT"}}, false, false},
		"a language":        {Audience{Languages: []language.Tag{"el"}}, true, false},
		"a topic":           {Audience{Topics: []members.Topic{"rights", "health"}}, true, true},
		"other topics":      {Audience{Topics: []members.Topic{"rights"}}, false, false},
		"representatives":   {Audience{Role: Representatives}, true, false},
		"coordinators":      {Audience{Role: Coordinators}, false, true},
		"all of it at once": {Audience{Kinds: []members.Kind{"ngo"}, Countries: []string{"CY"}, Languages: []language.Tag{"en"}, Role: Coordinators}, false, true},
	} {
		if got := c.audience.includes(person, org); got != c.person {
			t.Errorf("%s: a person is included: %v", name, got)
		}
		if got := c.audience.includes(coordinator, org); got != c.coordinator {
			t.Errorf("%s: a coordinator is included: %v", name, got)
		}
	}
}

func TestOnlyTheAudienceGetsIt(t *testing.T) {
	o := newOffice(t)
	anna := o.approved("anna@sliema.example", members.Profile{Kind: "ngo", Name: "Help", Country: "MT"})
	joseph := o.approved("joseph@sliema.example", members.Profile{Kind: "localAuthority", Name: "Sliema", Country: "MT"})
	for _, p := range []members.Person{anna, joseph, o.member("eleni@pafos.example", "el", every)} {
		o.subscribe(p)
	}
	path := o.write(Monthly, "en", both)
	o.refused(http.StatusUnprocessableEntity, path+"/audience", url.Values{"countries": {"XX"}, "version": {"3"}})
	o.refused(http.StatusConflict, path+"/audience", url.Values{"countries": {"MT"}, "version": {"1"}})
	at := o.submit(path+"/audience", url.Values{"countries": {"MT"}, "version": {o.version(path + "/audience")}})
	page := o.open(at)
	for _, want := range []string{"2 people get this newsletter", `value="MT" checked`} {
		if !strings.Contains(page, want) {
			t.Errorf("the audience lacks %q:\n%s", want, page)
		}
	}
	// A part of the members needs no number typed.
	if page := o.open(path + "/send"); strings.Contains(page, `name="number"`) || !strings.Contains(page, "You have narrowed that down") {
		t.Errorf("the page before sending is\n%s", page)
	}
	form := o.immediately(path)
	form.Set("moment", "later")
	form.Set("zone", "brussels")
	form.Set("date", "2027-03-15")
	form.Set("time", "09:00")
	o.submit(path+"/send", form)
	// Whoever does not belong to it any more when it goes out gets nothing.
	organisation, _, err := o.Members.Organisation(t.Context(), joseph.Ref.Organisation)
	if err != nil {
		t.Fatal(err)
	}
	moved := organisation.Profile
	moved.Country = "IT"
	if _, err := o.Members.SaveOrganisation(t.Context(), organisation, moved); err != nil {
		t.Fatal(err)
	}
	o.wait(24 * time.Hour)
	o.deliver()
	if len(o.post.mails) != 1 || len(o.post.mails[anna.Address]) != 1 {
		t.Errorf("it went to %v, want anna alone", o.post.mails)
	}
}

func TestSendingToEverybodyAsksForTheNumber(t *testing.T) {
	o := newOffice(t)
	o.member("anna@pafos.example", "en", every)
	path := o.write(Monthly, "en", both)
	for _, typed := range []string{"", "2", "everybody"} {
		form := o.immediately(path)
		form.Set("number", typed)
		if page := o.refused(http.StatusUnprocessableEntity, path+"/send", form); !strings.Contains(page, "Type the number of people") {
			t.Errorf("%q: the page says\n%s", typed, page)
		}
	}
	form := o.immediately(path)
	form.Set("number", " 1 ")
	o.submit(path+"/send", form)
}
