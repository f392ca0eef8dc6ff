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
	c.signIn(coordinator)
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
	s.imports(t, c)
	s.changesItsMind(t, c)
	s.isForgotten(t)
	s.isSuspended(t, c)
	s.returnsMail(t)
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

// imports invites somebody from a list.
func (s *site) imports(t *testing.T, c *visitor) {
	c.open("/desk/imports")
	c.send("/desk/imports", url.Values{"pasted": {"organisation,kind,country,place,population,name,address\nTown of Evora,localAuthority,PT,Evora,50to100k,Rui,rui@evora.example\n"}})
	c.sees("Evora")
	c.send(c.path, c.fill(url.Values{"known": {"invite"}}))
	c.sees()
	s.invoke(t, "MemberImportFunction")
	s.invoke(t, "DisseminationFunction")
	s.mailTo(t, "rui@evora.example", "")
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
