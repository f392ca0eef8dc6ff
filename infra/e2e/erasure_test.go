package e2e

import (
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/members"
)

// canary is the person who is forgotten: a coordinator, so that everything can be said of them.
const (
	canaryName    = "Canaria Quillfeather"
	canaryAddress = "canaria@quill.example"
	canaryNew     = "canaria.new@quill.example"
)

// canaries are what the person typed besides.
var canaries = []string{
	canaryName, canaryAddress, canaryNew, "role-canary", "handin-canary", "comment-canary", "decision-canary", "interest-canary",
	"dismissal-canary", "offer-canary", "approval-canary",
}

// TestErasure has a person do everything that leaves something of them, and erases them: of all tables, logs
// and mails to others nothing says any more that they were there, but the keyed hash.
func TestErasure(t *testing.T) {
	t.Parallel()
	var log logged
	c, err := launch(t.Context(), cloud.Options{Log: io.MultiWriter(logs(), &log)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &site{c, newClient()}
	v := s.leavesTraces(t)
	ref := s.refOf(t, canaryAddress)
	marks := append(slices.Clone(canaries), ref.String(), ref.Person)

	s.sessionsAge(t)
	v.open("/my-data")
	v.sees(canaryName, "role-canary", canaryNew, "You agreed to the newsletter", "You agreed to get what readers write about a practice")
	s.copyHasAll(t, v, marks)

	before := s.letters(t)
	s.mailsAreTheirs(t, before, marks)
	v.open("/my-data/erasure")
	v.sees("What is erased", "What stays, and why")
	v.send("/my-data/erasure", url.Values{})
	v.sees("You are being forgotten")
	s.sees(t, v, "/my-data", 401)
	s.diesHalfway(t)
	s.invoke(t, "DataRequestsFunction")
	s.afterRest(t)
	s.invoke(t, "DataRequestsFunction")

	dump := s.dump(t)
	for _, mark := range marks {
		if places := where(dump, mark); places != nil {
			t.Errorf("%s is still in %q:\n%s", mark, places, dump[places[0]])
		}
		if strings.Contains(log.String(), mark) {
			t.Errorf("%s is in the functions' logs", mark)
		}
		for _, l := range s.letters(t)[len(before):] {
			if !slices.Equal(l.to, []string{canaryAddress}) && strings.Contains(l.text, mark) {
				t.Errorf("%s is in a mail to %s that was sent after the erasure: %s", mark, l.to, l.subject)
			}
		}
	}
	if n := len(where(dump, "reason: erased")); n != 1 {
		t.Errorf("%d keyed hashes are kept, want 1", n)
	}
	if m := s.mailTo(t, canaryAddress, ""); m.Subject != "Your data is erased" {
		t.Errorf("the last mail is %q", m.Subject)
	}
	s.staysForgotten(t)
}

// refOf is the reference of whoever has an address.
func (s *site) refOf(t *testing.T, address string) members.Ref {
	t.Helper()
	p, err := members.NewStore(s.DynamoDB(), s.Tables["MembersTable"], time.Now).PersonByAddress(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	return p.Ref
}

// leavesTraces lets the person join, become a coordinator and do what leaves something of them.
func (s *site) leavesTraces(t *testing.T) *visitor {
	t.Helper()
	s.alert(t) // from now on calls are news
	other := s.member(t, "Eleni", "en", larnaca)
	quill := members.Profile{Kind: "localAuthority", Name: "Town of Quill", Country: "MT", Place: "Quill", Population: "5to20k"}
	s.member(t, "Colleague", "en", quill)

	first := s.visitor(t)
	first.signIn(coordinator)
	v := s.visitor(t)
	v.register(canaryAddress, "organisation.name", quill.Name, "organisation.place", quill.Place, "representative.name", canaryName, "representative.role", "role-canary")
	link := s.confirmLink(t, canaryAddress)
	v.open(link)
	v.send(link, url.Values{"revision": {v.find(`name="revision" value="(\d+)"`)}})
	v.sees()
	ref := s.refOf(t, canaryAddress)
	at := "/desk/members/" + ref.Organisation + "/people/" + ref.Person
	for _, action := range []string{"approve", "make-coordinator"} {
		first.send(at+"/"+action, url.Values{"note": {"Welcome, " + canaryName}})
		first.sees()
	}
	v.signIn(canaryAddress)
	s.writesAndReviews(t, v, other)
	s.looksForFunding(t, v, first)

	// What a coordinator does.
	applicant := s.visitor(t)
	applicant.register("new@reims.example", "organisation.name", "City of Reims", "organisation.country", "FR")
	link = s.confirmLink(t, "new@reims.example")
	applicant.open(link)
	applicant.send(link, url.Values{"revision": {applicant.find(`name="revision" value="(\d+)"`)}})
	v.send("/desk/members/"+s.refOf(t, "new@reims.example").Organisation+"/approve", url.Values{"note": {"approval-canary"}})
	v.sees()
	v.uploads(canaryName + "," + canaryAddress)
	s.invoke(t, "MemberImportFunction")
	v.draft("A draft", "Ένα πρόχειρο")
	s.sendAll(t, v.newsletter("An issue", "Ένα τεύχος"))
	s.oneClick(t, strings.Trim(s.mailTo(t, canaryAddress, "An issue").Headers["List-Unsubscribe"], "<>"))

	v.send("/profile/address", url.Values{"address": {canaryNew}})
	v.sees()
	s.wishesToSignIn(t)
	return v
}

// wishesToSignIn asks for a link and does not use it.
func (s *site) wishesToSignIn(t *testing.T) {
	t.Helper()
	v := s.visitor(t)
	v.open("/sign-in")
	v.send("/sign-in", url.Values{"address": {canaryAddress}})
	v.sees()
}

// uploads imports a list with one person of the Town of Quill, beside one of another town.
func (v *visitor) uploads(nameAndAddress string) {
	v.t.Helper()
	v.open("/desk/imports")
	v.send("/desk/imports", url.Values{"pasted": {"organisation,kind,country,place,population,name,address\n" +
		"Town of Quill,localAuthority,MT,Quill,5to20k," + nameAndAddress + "\nTown of Evora,localAuthority,PT,Evora,50to100k,Rui,rui@evora.example\n"}})
	v.sees("Evora")
	v.send(v.path, v.fill(url.Values{"known": {"invite"}}))
	v.sees()
}

// writesAndReviews hands a practice in, is its contact, and decides on another organisation's.
func (s *site) writesAndReviews(t *testing.T, v *visitor, other string) {
	t.Helper()
	for _, who := range []*visitor{v, s.visitor(t)} {
		note := "handin-canary"
		if who != v {
			who.signIn(other)
			note = ""
		}
		who.open("/my-practices/new")
		who.send("/my-practices/new", who.fill(interpreters["about"]))
		who.sees()
		id := strings.Split(who.path, "/")[2]
		for _, step := range []string{"practice", "place", "results", "learning", "terms"} {
			who.answers("/my-practices/"+id+"/"+step, interpreters[step])
		}
		who.answers("/my-practices/"+id+"/contact", url.Values{"consent": {"yes"}, "act": {"agree"}})
		who.handsIn(id, note)
		if who != v {
			v.answers("/desk/practices/"+id+"/versions/1", url.Values{"comment.results": {"comment-canary"}, "score.need": {"5"}, "advice": {"askChanges"}})
			v.answers("/desk/practices/"+id+"/versions/1/askChanges", url.Values{"note": {"decision-canary"}})
		}
	}
	v.send("/my-practices/follow", url.Values{"themes": {"health"}, "consent": {"yes"}})
	v.sees()
}

// looksForFunding has interests, marks, an offer to partners, a curated call, and is told of a call.
func (s *site) looksForFunding(t *testing.T, v, first *visitor) {
	t.Helper()
	for _, extra := range []url.Values{{"name": {"interest-canary"}}, {"name": {"Homes for Quill"}, "shared": {"yes"}}} {
		form := url.Values{"topics": {"housing"}, "version": {"0"}, "act": {"save"}, "frequency": {"atOnce"}}
		for name, values := range extra {
			form[name] = values
		}
		v.send("/my-funding/new", form)
		v.sees("Saved.")
	}
	s.Portal.Replace(catalogue(in(60)))
	s.importCalls(t)
	s.alert(t)
	s.mailTo(t, canaryAddress, "Housing and inclusion of refugees in towns")
	call := func(words string) string {
		v.open("/calls?words=" + words)
		return v.find(`href="(/calls/[A-Z2-7]{16})`)
	}
	rivers, robots, housing := call("rivers"), call("robots"), call("refugees")
	v.send(rivers+"/follow", url.Values{})
	v.sees()
	v.send(robots+"/dismiss", url.Values{"why": {"other"}, "note": {"dismissal-canary"}})
	v.sees()
	v.send(housing+"/partners", url.Values{"idea": {"offer-canary"}, "version": {"0"}, "act": {"save"}})
	v.sees()
	v.open("/desk" + housing)
	v.send("/desk"+housing, v.fill(url.Values{"title": {"Housing of refugees in towns"}}))
	v.sees()
	first.open("/desk/calls/dismissals")
	first.sees("dismissal-canary")
}

// copyHasAll asks for a copy and fails the test unless it has all that the tables have.
func (s *site) copyHasAll(t *testing.T, v *visitor, marks []string) {
	t.Helper()
	dump := s.dump(t, "export#")
	v.send("/my-data/export", url.Values{})
	v.sees("We are putting your copy together")
	v.open("/my-data.json")
	if v.status != 409 {
		t.Errorf("a copy that is not there yet: %d", v.status)
	}
	s.invoke(t, "DataRequestsFunction")
	v.open("/my-data")
	v.sees("Download the file")
	v.open("/my-data.json")
	v.sees(`"parts"`)
	for _, mark := range marks {
		places := where(dump, mark)
		if places == nil {
			t.Errorf("%s is nowhere: the test leaves no such trace", mark)
		}
		if !strings.Contains(v.page, mark) {
			t.Errorf("the copy lacks %s, which is in %q", mark, places)
		}
	}
	// Not only the words: each item that names the person is in it.
	for _, mark := range marks {
		for _, place := range where(dump, mark) {
			_, key, _ := strings.Cut(place, " ")
			if !strings.Contains(v.page, strings.TrimSpace(key)) {
				t.Errorf("the copy lacks the item %q, which has %s", place, mark)
			}
		}
	}
}

// mailsAreTheirs fails the test if mail to others tells more of the person than it is about: their request
// to join a colleague's organisation, and what they themselves wrote to applicants and owners.
func (s *site) mailsAreTheirs(t *testing.T, letters []letter, marks []string) {
	t.Helper()
	theirs := []string{"asks to join", "Please look again at your practice", "Welcome to the network", "is invited to MuNet"}
	for _, l := range letters {
		if slices.Equal(l.to, []string{canaryAddress}) || slices.Equal(l.to, []string{canaryNew}) ||
			slices.ContainsFunc(theirs, func(subject string) bool { return strings.Contains(l.subject, subject) }) {
			continue
		}
		for _, mark := range marks {
			if strings.Contains(l.text, mark) {
				t.Errorf("%s is in a mail to %s: %s", mark, l.to, l.subject)
			}
		}
	}
}

// erasures are the erasures that are not done.
func (s *site) erasures(t *testing.T) []dynamo.Item {
	t.Helper()
	out, err := s.DynamoDB().Scan(t.Context(), &dynamodb.ScanInput{
		TableName: aws.String(s.Tables["MembersTable"]), FilterExpression: aws.String("begins_with(pk, :erasure) AND #state = :open"),
		ExpressionAttributeNames:  map[string]string{"#state": "state"},
		ExpressionAttributeValues: dynamo.Item{":erasure": dynamo.S("erasure#"), ":open": dynamo.S("open")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Items
}

// diesHalfway starts the worker and kills its process as soon as it has kept some progress.
func (s *site) diesHalfway(t *testing.T) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = s.Invoke(t.Context(), "DataRequestsFunction", nil) // it is killed: its answer is an error
	}()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		if open := s.erasures(t); len(open) == 1 && (readable(t, open[0]["table"]) >= "1" || readable(t, open[0]["pass"]) >= "2") {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the erasure does not begin")
		}
	}
	s.Kill("DataRequestsFunction")
	<-done
	if len(s.erasures(t)) != 1 {
		t.Fatal("the erasure was done before it was killed")
	}
}

// afterRest lets the time pass after which nobody can still write back what they read before the erasure.
func (s *site) afterRest(t *testing.T) {
	t.Helper()
	for _, job := range s.erasures(t) {
		past := time.Now().Add(-16 * time.Minute).UTC().Format(time.RFC3339Nano)
		_, err := s.DynamoDB().UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: aws.String(s.Tables["MembersTable"]), Key: dynamo.Item{"pk": job["pk"], "sk": job["sk"]},
			UpdateExpression: aws.String("SET asked = :past, #next = :past"), ExpressionAttributeNames: map[string]string{"#next": "next"},
			ExpressionAttributeValues: dynamo.Item{":past": dynamo.S(past)},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// forgetLimits makes everybody somebody who has asked for nothing yet.
func (s *site) forgetLimits(t *testing.T) {
	t.Helper()
	table := s.Tables["LimitsTable"]
	all, err := s.DynamoDB().Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range all.Items {
		if _, err := s.DynamoDB().DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: dynamo.Item{"pk": item["pk"]}}); err != nil {
			t.Fatal(err)
		}
	}
}

// staysForgotten imports the person again, who is not invited; then they register by themselves.
func (s *site) staysForgotten(t *testing.T) {
	t.Helper()
	first := s.visitor(t)
	first.signIn(coordinator)
	first.open("/desk/erasures")
	first.sees("Done")
	mails := s.mailsTo(t, canaryAddress)
	first.uploads(canaryName + "," + canaryAddress)
	page := first.path
	s.invoke(t, "MemberImportFunction")
	s.invoke(t, "DisseminationFunction")
	first.open(page)
	first.sees("Blocked address")
	if s.mailsTo(t, canaryAddress) != mails {
		t.Error("somebody who is forgotten was invited again")
	}

	s.forgetLimits(t) // it has had a mail about a registration a moment ago
	v := s.visitor(t)
	v.register(canaryAddress, "organisation.name", "Town of Quill", "organisation.place", "Quill")
	link := s.confirmLink(t, canaryAddress)
	v.open(link)
	v.send(link, url.Values{"revision": {v.find(`name="revision" value="(\d+)"`)}})
	v.sees()
	if places := where(s.dump(t), "reason: erased"); places != nil {
		t.Errorf("registering again does not lift the mark: %q", places)
	}

	// Somebody writes a letter: a coordinator erases what there is of an address without an account.
	first.send("/desk/erasures/search", url.Values{"address": {"rui@evora.example"}})
	first.sees("rui@evora.example", "Rui")
	first.send("/desk/erasures", url.Values{"address": {"rui@evora.example"}})
	first.sees("The erasure has begun")
	s.invoke(t, "DataRequestsFunction")
	s.afterRest(t)
	s.invoke(t, "DataRequestsFunction")
	if places := where(s.dump(t), "rui@evora.example"); places != nil {
		t.Errorf("an invitation that was erased is still in %q", places)
	}
	s.mailTo(t, "rui@evora.example", "Your data is erased")
}
