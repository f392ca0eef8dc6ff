package e2e

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/infra/local/portal"
	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Two officers look for funding; one of them wants no mail about it at present.
const (
	officer = "officer@paralimni.example"
	quiet   = "quiet@paralimni.example"
)

// fundingSite is a site with sources of its own, and the officers in it.
func fundingSite(t *testing.T) *site {
	t.Helper()
	c, err := launch(t.Context(), cloud.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	people := members.NewStore(c.DynamoDB(), c.Tables["MembersTable"], time.Now)
	for _, address := range []string{officer, quiet} {
		a, ok, err := people.Invite(t.Context(), members.Application{
			Profile: members.Profile{Kind: "localAuthority", Name: "Town of " + address, Country: "CY", Place: "Paralimni", Population: "5to20k"},
			Contact: members.Contact{Name: "Eleni", Address: address, Language: "en"}, Preferences: members.Preferences{Newsletter: members.Never}, InvitedBy: "Maria",
		})
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		if _, _, err := people.Confirm(t.Context(), a, "invitation"); err != nil {
			t.Fatal(err)
		}
	}
	return &site{c, newClient()}
}

// in is a day from now on, in Brussels, where deadlines are.
func in(days int) string {
	return time.Now().In(language.Brussels()).AddDate(0, 0, days).Format(time.DateOnly)
}

// catalogue has one topic that fits the officers, until a day, and others.
func catalogue(deadline string) []portal.Call {
	return []portal.Call{
		{
			Type: portal.Topic, ID: "AMIF-2027-TF2-HOUSING", Title: "Housing and inclusion of refugees in towns", Programme: "43251447",
			Opens: in(-10), Deadlines: []string{deadline}, Model: "single-stage", Budget: 4_000_000,
			Description: "<p>Local authorities house <b>refugees</b> together with landlords.</p>",
		},
		{Type: portal.Topic, ID: "HORIZON-2027-ROBOTS", Title: "Robots under the sea", Programme: "43108390", Opens: in(-10), Deadlines: []string{in(200)}},
		{Type: portal.External, ID: "700001", Title: "Water for villages", Deadlines: []string{in(90)}},
		{Type: portal.Cascade, ID: "700002", Title: "Small grants for data", Deadlines: []string{in(90)}},
		{Type: portal.Interreg, ID: "700003", Title: "Rivers without borders", Deadlines: []string{in(20)}},
	}
}

// importCalls reads the sources again now, and waits until alerts may see what changed.
func (s *site) importCalls(t *testing.T) {
	t.Helper()
	store := call.NewStore(s.DynamoDB(), s.Tables["CallsTable"], time.Now)
	sources, err := store.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range sources {
		source.Due = time.Now()
		if _, err := store.SaveSource(t.Context(), source); err != nil {
			t.Fatal(err)
		}
	}
	s.invoke(t, "FundingImportFunction")
	time.Sleep(call.Settling + time.Second)
}

// alert lets the alerts find what is to be told and mails it.
func (s *site) alert(t *testing.T) {
	t.Helper()
	for range 3 { // find, settle, and whatever the index of due work showed late
		s.invoke(t, "FundingAlertsFunction")
		s.invoke(t, "DisseminationFunction")
	}
}

// mailsTo counts the mails to an address.
func (s *site) mailsTo(t *testing.T, address string) int {
	t.Helper()
	all, err := s.Mail()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, m := range all {
		if slices.Contains(m.To, address) {
			n++
		}
	}
	return n
}

// remindersDue makes the next run look at deadlines, as it does each morning.
func (s *site) remindersDue(t *testing.T) {
	t.Helper()
	table := s.Tables["AlertsTable"]
	_, err := s.DynamoDB().UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: &table, Key: dynamo.Key("alerts", "alerts"), UpdateExpression: aws.String("SET reminders = :past"),
		ExpressionAttributeValues: dynamo.Item{":past": dynamo.S(time.Now().Add(-time.Minute).UTC().Format(time.RFC3339))},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// wantsHomes saves an interest, perhaps with more in its form, and returns its identifier.
func (v *visitor) wantsHomes(more ...string) string {
	v.t.Helper()
	form := url.Values{"topics": {"housing"}, "words": {"refugee"}, "kinds": {"localAuthority"}, "countries": {"CY"}, "version": {"0"}, "act": {"next"}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	v.send("/my-funding/new", form)
	v.sees("You will get a mail within half an hour")
	form.Set("act", "save")
	form.Set("name", "Homes")
	form.Set("frequency", "atOnce")
	v.send("/my-funding/new", form)
	v.sees("Saved. You will get a mail within half an hour whenever a call comes that fits.", "Homes")
	return v.find(`/my-funding/([A-Z2-7]{16})/preview`)
}

// TestFunding goes from the sources to the officer's calendar, with forms and mails only.
func TestFunding(t *testing.T) {
	t.Parallel()
	s := fundingSite(t)
	s.alert(t) // from now on changes are news
	v := s.visitor(t)
	v.signIn(quiet)
	v.send("/my-funding/"+v.wantsHomes()+"/mail", url.Values{"act": {"pause"}})
	v.sees("Paused. You get no mail about this until you go on.")
	before := s.mailsTo(t, quiet)
	v = s.visitor(t)
	v.signIn(officer)
	interest := v.wantsHomes()

	s.Portal.Replace(catalogue(in(60)))
	s.importCalls(t)
	s.alert(t)
	m := s.mailTo(t, officer, "Housing and inclusion of refugees in towns")
	for _, why := range []string{"Your interest: Homes", "the theme", "“refugees” in the title"} {
		if !strings.Contains(strings.Join(strings.Fields(m.Text), " "), why) {
			t.Errorf("no %q in\n%s", why, m.Text)
		}
	}
	page := s.link(t, m, "/calls/")
	v.open(page)
	v.sees("Housing and inclusion of refugees in towns", "Local authorities house")
	v.open("/my-funding/" + interest + "/preview")
	v.sees("Housing and inclusion of refugees in towns")
	v.send("/my-funding/calendar", url.Values{"act": {"new"}})
	secret := strings.TrimPrefix(v.find(`<code>([^<]+/calendars/[^<]+)</code>`), s.URL)

	v.open("/calls?words=rivers")
	rivers := v.find(`href="(/calls/[A-Z2-7]{16})`)
	s.api(t, http.MethodGet, "/api"+rivers, "", 200)
	v.open(rivers + "/follow")
	v.sees("Rivers without borders")
	v.send(v.path, url.Values{})
	s.remindersDue(t)
	s.alert(t)
	if m := s.mailTo(t, officer, "Rivers without borders"); !strings.Contains(m.Text, "Deadlines that come near") || !strings.Contains(m.Text, "20 days left") {
		t.Errorf("no reminder in\n%s", m.Text)
	}
	mails := s.mailsTo(t, officer)
	s.remindersDue(t)
	s.alert(t)
	if s.mailsTo(t, officer) != mails {
		t.Error("a second reminder of the same deadline")
	}

	s.Portal.Replace(catalogue(in(80)))
	s.importCalls(t)
	s.alert(t)
	if m := s.mailTo(t, officer, "Housing"); !strings.Contains(m.Text, "Calls that changed") || !strings.Contains(m.Text, "Deadlines: was") {
		t.Errorf("no change in\n%s", m.Text)
	}
	cut, _, _ := strings.Cut(page, "?")
	v.open(cut + "?lang=en")
	v.sees("Deadlines")
	v.open(secret)
	if day := strings.ReplaceAll(in(80), "-", ""); v.status != http.StatusOK || !strings.Contains(v.page, day) {
		t.Errorf("the calendar does not have %s:\n%s", day, v.page)
	}
	if s.mailsTo(t, quiet) != before {
		t.Error("mail about an interest that is paused")
	}
	s.api(t, http.MethodGet, "/api/calls?topic=housing", "", 200)
	if err := s.lintAll(); err != nil {
		t.Error(err)
	}
}
