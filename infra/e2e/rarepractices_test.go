package e2e

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// followsPractices wants mail about a theme, begins a practice and throws it away.
func (s *site) followsPractices(t *testing.T) (address string) {
	t.Helper()
	organisation := larnaca
	organisation.Name, organisation.Place = "Municipality of Dromolaxia", "Dromolaxia"
	address = s.member(t, "Chrystalla", "en", organisation)
	v := s.visitor(t)
	v.signIn(address)
	v.answers("/my-practices/follow", url.Values{"themes": {"health"}})
	v.sees("Your themes are saved")
	v.answers("/my-practices/new", interpreters["about"])
	own := "/my-practices/" + strings.Split(v.path, "/")[2]
	v.answers(own+"/discard", nil)
	v.open("/my-practices")
	v.sees("No practice yet")
	return address
}

// tellsOfPractices publishes one and hands another in, weeks ago. On the next Monday followers read of
// the one, and coordinators that the other waits.
func (s *site) tellsOfPractices(t *testing.T, follower string) {
	t.Helper()
	ago := func() time.Time { return time.Now().AddDate(0, 0, -15) }
	store, id := s.published(t, "EE", eleni, ago)
	d, err := store.Draft(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	text := d.Texts["en"]
	text.Goal = "Understanding, by telephone as well."
	d.Texts["en"] = text
	if d, err = store.Save(t.Context(), id, d.Content, d.Revision, eleni); err == nil {
		_, err = store.Submit(t.Context(), id, d.Revision, "", eleni)
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.DynamoDB().UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String(s.Tables["PracticesTable"]), Key: dynamo.Key("news", "head"),
		UpdateExpression: aws.String("SET told = :told, look = :look"), ConditionExpression: aws.String("attribute_exists(told)"),
		ExpressionAttributeValues: dynamo.Item{
			":told": dynamo.S(time.Now().AddDate(0, 0, -21).UTC().Format(time.RFC3339)), ":look": dynamo.S(ago().UTC().Format(time.RFC3339)),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.invoke(t, "PracticeNewsFunction")
	for range 3 { // the index of due work may show the second campaign late
		s.invoke(t, "DisseminationFunction")
	}
	if mail := s.mailTo(t, follower, ""); !strings.Contains(mail.Text, "Interpreters at the clinic") || !strings.Contains(mail.Text, "/practices/"+id) {
		t.Errorf("the digest does not tell of the practice:\n%s", mail.Text)
	}
	if mail := s.mailTo(t, coordinator, ""); !strings.Contains(mail.Text, "/desk/practices") {
		t.Errorf("the coordinator is not reminded:\n%s", mail.Text)
	}
}

// joinsSegments publishes until parts of the search index are joined; everything is found in the result.
func (s *site) joinsSegments(t *testing.T) {
	t.Helper()
	_, first := s.inLibrary(t, "LV")
	s.invoke(t, "PracticeIndexFunction")
	_, second := s.inLibrary(t, "LV")
	s.invoke(t, "PracticeIndexFunction")
	s.Kill("LibraryFunction")
	for _, id := range []string{first, second} {
		s.eventually(t, "/api/practices?country=LV", id)
	}
}

// leavesPractices is the contact person of a practice and shares an interest with a colleague, and leaves.
// Readers can write to nobody then, and the colleague keeps the interest.
func (s *site) leavesPractices(t *testing.T) {
	t.Helper()
	organisation := larnaca
	organisation.Name, organisation.Place = "Municipality of Aradippou", "Aradippou"
	address := s.member(t, "Despo", "en", organisation)
	person, err := members.NewStore(s.DynamoDB(), s.Tables["MembersTable"], time.Now).PersonByAddress(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	_, id := s.published(t, "BG", practice.Author{Ref: person.Ref, Name: person.Name, OrganisationName: organisation.Name}, time.Now)
	v, colleague, reader := s.visitor(t), s.visitor(t), s.visitor(t)
	v.signIn(address)
	colleague.signIn(s.member(t, "Kyriakos", "en", organisation))
	interest := "/my-funding/" + v.wantsHomes("shared", "yes")
	contact := "/practices/" + id + "/contact"
	reader.open("/practices/" + id)
	reader.sees(contact)

	v.send("/leave", nil)
	v.sees()
	reader.open("/practices/" + id)
	reader.sees("Interpreters at the clinic")
	if strings.Contains(reader.page, contact) {
		t.Error("readers are still offered to write to whoever left")
	}
	colleague.open(interest)
	colleague.sees()
}
