package e2e

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/infra/local/ses"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/members"
)

// kills is how often the sending process dies, crowd how many members it sends to.
const (
	kills = 5
	crowd = 1000
)

// TestKilledFiveTimesNobodyGetsTwo kills the dissemination process while it sends to 1,000 members.
// What SES accepted, which the stand-in writes down and syncs, is the judge.
func TestKilledFiveTimesNobodyGetsTwo(t *testing.T) {
	t.Parallel()
	s := startAlone(t)
	s.enrol(t, crowd)
	c := s.visitor(t)
	c.signIn(coordinator)
	id := c.newsletter("To everybody", "Προς όλους")
	// Slow answers, so that there is something to kill, and no events, which would settle at once
	// what the kills leave uncertain.
	s.SetFaults(ses.Faults{Seed: 1, Stall: ses.Fault{Probability: 1}, StallSeconds: 0.02, LoseEvents: ses.Fault{Probability: 1}})

	for range kills {
		s.runAndKill(t, 1+rand.IntN(100))
	}
	s.SetFaults(ses.Faults{})
	report := s.sendAll(t, id)

	copies := map[string]int{}
	accepted, err := s.Accepted()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range accepted {
		for _, to := range m.To {
			if strings.HasSuffix(to, crowdDomain) {
				copies[to]++
			}
		}
	}
	for to, n := range copies {
		if n > 1 {
			t.Errorf("%s got %d copies", to, n)
		}
	}
	counts := report.Counts
	if counts.Ready != 0 || counts.Claimed != 0 || counts.Closed() != crowd {
		t.Errorf("not everybody is accounted for: %+v", counts)
	}
	if counts.Unknown == 0 || counts.Sent > len(copies) || crowd-len(copies) > counts.Unknown {
		t.Errorf("%d of %d got it, but the report says %d sent and %d uncertain", len(copies), crowd, counts.Sent, counts.Unknown)
	}
	t.Logf("%d sent, %d uncertain, %d accepted by SES", counts.Sent, counts.Unknown, len(copies))
	c.open("/desk/newsletters/" + id + "/progress")
	c.sees(fmt.Sprint(counts.Sent))
}

const crowdDomain = "@crowd.example"

// enrol makes n members who want every newsletter.
func (s *site) enrol(t *testing.T, n int) { s.enrolAt(t, n, "m%d"+crowdDomain) }

// enrolAt is enrol for addresses of a form, in which %d is the number.
func (s *site) enrolAt(t *testing.T, n int, form string) {
	t.Helper()
	store := members.NewStore(s.DynamoDB(), s.Tables["MembersTable"], time.Now)
	var group sync.WaitGroup
	places := make(chan struct{}, 16)
	for i := range n {
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			a, _, err := store.Invite(t.Context(), members.Application{
				Profile:     members.Profile{Kind: "ngo", Name: "Organisation of " + fmt.Sprintf(form, i), Country: "CY"},
				Contact:     members.Contact{Name: "Member", Address: fmt.Sprintf(form, i), Language: "en"},
				Preferences: members.Preferences{Newsletter: members.Every}, InvitedBy: "Test",
			})
			if err == nil {
				_, _, err = store.Confirm(t.Context(), a, "invitation")
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

// runAndKill starts the sender and kills its process when SES has accepted so many mails more.
func (s *site) runAndKill(t *testing.T, more int) {
	t.Helper()
	before, done := s.accepted(t), make(chan struct{})
	go func() {
		defer close(done)
		_, _ = s.Invoke(t.Context(), "DisseminationFunction", nil) // it is killed: its answer is an error
	}()
	for enough := before + more; s.accepted(t) < enough; time.Sleep(time.Millisecond) {
		select {
		case <-done:
			t.Fatalf("the sender had ended before it was killed, after %d of %d mails", s.accepted(t)-before, more)
		default:
		}
	}
	s.Kill("DisseminationFunction")
	<-done
	s.endLeases(t)
}

// accepted returns how many mails SES has accepted.
func (s *site) accepted(t *testing.T) int {
	t.Helper()
	all, err := s.Accepted()
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// endLeases lets the time pass that a killed process holds its work for.
func (s *site) endLeases(t *testing.T) {
	t.Helper()
	table := s.Tables["DeliveriesTable"]
	out, err := s.DynamoDB().Query(t.Context(), &dynamodb.QueryInput{
		TableName: &table, IndexName: aws.String("due"),
		KeyConditionExpression:    aws.String("#due = :due"),
		ExpressionAttributeNames:  map[string]string{"#due": "due"},
		ExpressionAttributeValues: dynamo.Item{":due": dynamo.S("due")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range out.Items {
		_, err := s.DynamoDB().UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: &table, Key: dynamo.Item{"pk": item["pk"], "sk": item["sk"]},
			UpdateExpression:          aws.String("SET dueAt = :past"),
			ConditionExpression:       aws.String("attribute_exists(dueAt)"),
			ExpressionAttributeValues: dynamo.Item{":past": dynamo.S("2000-01-01T00:00:00.000Z")},
		})
		if _, gone := dynamo.Refused(err); err != nil && !gone {
			t.Fatal(err)
		}
	}
}

// sendAll runs the sender until nothing is left to send; leases of killed processes must end first.
func (s *site) sendAll(t *testing.T, id string) dissemination.Report {
	t.Helper()
	ledger := dissemination.NewStore(s.DynamoDB(), s.Tables["DeliveriesTable"], time.Now)
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		s.endLeases(t)
		s.invoke(t, "DisseminationFunction")
		report, err := ledger.Report(t.Context(), id, 0)
		if err != nil {
			t.Fatal(err)
		}
		if report.Campaign.State == dissemination.Done {
			return report
		}
	}
	t.Fatal("the newsletter is still being sent after two minutes")
	return dissemination.Report{}
}

// startAlone starts a cloud of this test's own, for what others must not see or disturb.
func startAlone(t *testing.T) *site {
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
	return &site{c, newClient()}
}
