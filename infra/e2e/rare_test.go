package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// TestRareWays goes where other tests do not come by: functions are granted some things only for this.
func TestRareWays(t *testing.T) {
	t.Parallel()
	s := startAlone(t)
	s.inLibrary(t, "LU")
	c := s.visitor(t)
	s.registersFirst(t, c)
	for _, path := range []string{
		"/newsletters", "/desk", "/desk/newsletters", "/desk/practices", "/calls", "/practices", "/practices/data/practices.json", "/my-practices", "/profile", "/sessions", "/second-factor",
	} {
		s.sessionsAge(t)
		c.open(path)
		c.sees()
	}
	for _, function := range []string{"MonthlyDraftFunction", "MonthlyDraftFunction", "PracticeNewsFunction", "PracticeIndexFunction"} {
		s.invoke(t, function)
	}
	for _, way := range []struct {
		name string
		take func(*testing.T, *visitor)
	}{
		{"invited once", s.invitesOnce},
		{"changes its mind", s.changesItsMind},
		{"forgotten", func(t *testing.T, _ *visitor) { s.isForgotten(t) }},
		{"suspended", s.isSuspended},
		{"returns mail", func(t *testing.T, _ *visitor) { s.returnsMail(t) }},
		{"an image", s.showsAnImage},
		{"news of practices", func(t *testing.T, _ *visitor) { s.tellsOfPractices(t, s.followsPractices(t)) }},
		{"segments are joined", func(t *testing.T, _ *visitor) { s.joinsSegments(t) }},
		{"the contact person leaves", func(t *testing.T, _ *visitor) { s.leavesPractices(t) }},
		{"calls and partners", func(t *testing.T, c *visitor) { s.findsPartners(t, s.curatesCalls(t, c)) }},
		{"takes mail again", func(t *testing.T, _ *visitor) { s.takesMailAgain(t) }},
		{"paused in mid-shard", s.pausesInMidShard},
		{"paused by bounces", s.pausesByBounces},
	} {
		t.Run(way.name, func(t *testing.T) { way.take(t, c.in(t)) })
	}
}

// registersFirst is the first coordinator, who has registered an organisation before anybody could
// approve it: signing in makes the person a coordinator, and the record says so.
func (s *site) registersFirst(t *testing.T, c *visitor) {
	t.Helper()
	c.register(coordinator)
	link := s.confirmLink(t, coordinator)
	c.open(link)
	c.send(link, url.Values{"revision": {c.find(`name="revision" value="(\d+)"`)}})
	c.sees()
	c.signIn(coordinator)
	c.open("/desk/audit?lang=en")
	c.sees("Made somebody a coordinator", "Anna Vella")
	for _, file := range []string{"/desk/audit.csv", "/desk/audit.jsonl"} {
		c.open(file)
		c.sees("make-coordinator")
	}
}

// sessionsAge makes every session one that was last used an hour ago: its next use is written down.
func (s *site) sessionsAge(t *testing.T) {
	t.Helper()
	table := s.Tables["SessionsTable"]
	all, err := s.DynamoDB().Scan(t.Context(), &dynamodb.ScanInput{TableName: &table, FilterExpression: aws.String("attribute_exists(seenAt)")})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range all.Items {
		_, err := s.DynamoDB().UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: &table, Key: dynamo.Item{"pk": item["pk"]}, UpdateExpression: aws.String("SET seenAt = :then"),
			ExpressionAttributeValues: dynamo.Item{":then": dynamo.Time(time.Now().Add(-time.Hour))},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// changesItsMind sends a test of a newsletter, and takes the newsletter back before its time.
func (s *site) changesItsMind(t *testing.T, c *visitor) {
	id := c.draft("Perhaps", "Ίσως")
	c.send("/desk/newsletters/"+id+"/preview/en", nil)
	c.sees()
	s.mailTo(t, coordinator, "Perhaps")
	c.schedule(id, url.Values{
		"moment": {"later"}, "zone": {"brussels"}, "time": {"09:30"}, "date": {time.Now().AddDate(0, 1, 0).Format(time.DateOnly)},
	})
	c.send("/desk/newsletters/"+id+"/cancel", nil)
	c.sees()
}

// isForgotten has an interest in funding, deletes one and leaves with another.
func (s *site) isForgotten(t *testing.T) {
	address := s.member(t, "Niki", "en", larnaca)
	v := s.visitor(t)
	v.signIn(address)
	v.send("/my-funding/"+v.wantsHomes()+"/delete", nil)
	v.sees()
	v.wantsHomes()
	v.send("/leave", nil)
	v.sees()
	s.sees(t, v, "/my-funding", http.StatusUnauthorized)
}

// isSuspended is signed in when the coordinators suspend the organisation.
func (s *site) isSuspended(t *testing.T, c *visitor) {
	organisation := larnaca
	organisation.Name, organisation.Place = "Municipality of Paphos", "Paphos"
	address := s.member(t, "Yiannis", "en", organisation)
	v := s.visitor(t)
	v.signIn(address)
	c.open("/desk/members?words=Paphos")
	c.send(c.find(`href="(/desk/members/[A-Z0-9]{16})"`)+"/suspend", url.Values{"note": {"We could not reach you."}})
	c.sees()
	s.sees(t, v, "/profile", http.StatusUnauthorized)
}

// returnsMail registers with an address that does not exist. SES's events tell, and bulk mail is kept from it.
func (s *site) returnsMail(t *testing.T) {
	v := s.visitor(t)
	v.register("bounce@simulator.amazonses.com")
	for end := time.Now().Add(15 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		unused := ""
		for _, g := range s.Access().Unused()["FeedbackFunction"] {
			unused += g.String() + "\n"
		}
		if !strings.Contains(unused, "dynamodb:PutItem") {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("nothing was written about an address that does not exist; the feedback function never used\n%s", unused)
		}
	}
}

// sees fails the test unless a page answers somebody with a status.
func (s *site) sees(t *testing.T, v *visitor, path string, status int) {
	t.Helper()
	if v.open(path); v.status != status && !strings.HasPrefix(v.path, "/sign-in") {
		t.Errorf("%s: %d, want %d or a way to sign in", path, v.status, status)
	}
}
