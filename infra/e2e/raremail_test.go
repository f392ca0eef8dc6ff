package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/infra/local/ses"
	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// showsAnImage uploads one for newsletters, which everybody can see then.
func (s *site) showsAnImage(t *testing.T, c *visitor) {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 20, 10))
	picture.Set(3, 3, color.White)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "town.png")
	if err == nil {
		err = png.Encode(file, picture)
	}
	if err == nil {
		err = form.WriteField("alt", "The town hall")
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	c.post("/desk/newsletters/images", form.FormDataContentType(), body.Bytes())
	c.sees("The town hall")
	reader := s.visitor(t)
	reader.open(c.find(`src="[^"]*(/newsletters/images/[^"]+)"`))
	if shown, _, err := image.Decode(strings.NewReader(reader.page)); err != nil || reader.status != http.StatusOK || shown.Bounds().Dx() != 20 {
		t.Errorf("the image is shown with status %d; %v", reader.status, err)
	}
}

// pausesInMidShard pauses a newsletter while it is being sent: it stops, and goes on for everybody else
// when it is resumed.
func (s *site) pausesInMidShard(t *testing.T, c *visitor) {
	t.Helper()
	const crowd = 40
	s.enrol(t, crowd)
	id := c.newsletter("Half-way", "Στη μέση")
	path := "/desk/newsletters/" + id
	s.SetFaults(ses.Faults{Seed: 1, Stall: ses.Fault{Probability: 1}, StallSeconds: 0.2})
	before, ended := s.CountAccepted(), make(chan error, 1)
	go func() {
		_, err := s.Invoke(t.Context(), "DisseminationFunction", nil)
		ended <- err
	}()
	for end := time.Now().Add(20 * time.Second); s.CountAccepted() == before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing was sent")
		}
	}
	c.send(path+"/pause", nil)
	c.sees()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	s.SetFaults(ses.Faults{})
	if sent := s.CountAccepted() - before; sent >= crowd {
		t.Errorf("%d mails went out, although the newsletter was paused", sent)
	}
	c.open(path + "/progress")
	c.sees("Nothing goes out until somebody goes on with it")
	c.send(path+"/resume", nil)
	c.sees()
	s.sendAll(t, id)
	for i := range crowd {
		if n := s.mailsTo(t, fmt.Sprintf("m%d%s", i, crowdDomain)); n != 1 {
			t.Errorf("m%d got %d mails", i, n)
		}
	}
}

// pausesByBounces sends to many addresses that do not exist. The newsletter pauses itself, and the desk
// says which addresses get no bulk mail any more.
func (s *site) pausesByBounces(t *testing.T, c *visitor) {
	t.Helper()
	s.enrolAt(t, 40, "bounce+%d@simulator.amazonses.com")
	id := c.newsletter("Is anybody there?", "Είναι κανείς εκεί;")
	s.SetFaults(ses.Faults{Seed: 1, Stall: ses.Fault{Probability: 1}, StallSeconds: 0.2}) // events come while it is being sent
	s.invoke(t, "DisseminationFunction")
	s.SetFaults(ses.Faults{})
	path := "/desk/newsletters/" + id + "/progress"
	for end := time.Now().Add(15 * time.Second); !strings.Contains(c.page, "too many addresses cannot be reached"); time.Sleep(50 * time.Millisecond) {
		if c.open(path); time.Now().After(end) {
			t.Fatalf("the newsletter does not pause:\n%s", c.words())
		}
	}
	for _, person := range c.bounced() { // some are never written to, as the newsletter pauses
		c.open(person)
		if strings.Contains(c.page, "Email to this address came back.") {
			return
		}
	}
	t.Error("no member is said to be somebody whose mail came back")
}

// bounced are the pages of the organisations whose people pausesByBounces enrols, 25 of them.
func (v *visitor) bounced() []string {
	v.t.Helper()
	v.open("/desk/members?words=simulator.amazonses")
	var pages []string
	for _, found := range organisationLink.FindAllStringSubmatch(v.page, -1) {
		pages = append(pages, found[1])
	}
	return pages
}

var organisationLink = regexp.MustCompile(`href="(/desk/members/[A-Z0-9]{16})"`)

// takesMailAgain is a mailbox that was full for a while: what counted against it is forgotten.
func (s *site) takesMailAgain(t *testing.T) {
	t.Helper()
	const full = "full@simulator.example"
	s.feedback(t, `{"eventType":"Bounce","mail":{"messageId":"1"},"bounce":{"bounceType":"Transient","bouncedRecipients":[{"emailAddress":"`+full+`"}]}}`)
	if n := s.softBounces(t); n != 1 {
		t.Fatalf("%d mailboxes are remembered as full, want 1", n)
	}
	s.feedback(t, `{"eventType":"Delivery","mail":{"messageId":"2"},"delivery":{"recipients":["`+full+`"]}}`)
	if n := s.softBounces(t); n != 0 {
		t.Errorf("%d mailboxes are remembered as full, although they take mail again", n)
	}
}

// feedback hands an event of SES to its function, as SNS does.
func (s *site) feedback(t *testing.T, message string) {
	t.Helper()
	event, err := json.Marshal(events.SNSEvent{Records: []events.SNSEventRecord{{
		SNS: events.SNSEntity{TopicArn: s.Template.Subscriptions[0].Topic, Message: message},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := s.Invoke(t.Context(), "FeedbackFunction", event); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// softBounces is how many addresses did not take mail for now.
func (s *site) softBounces(t *testing.T) int {
	t.Helper()
	out, err := s.DynamoDB().Scan(t.Context(), &dynamodb.ScanInput{
		TableName: aws.String(s.Tables["MembersTable"]), FilterExpression: aws.String("sk = :sk"),
		ExpressionAttributeValues: dynamo.Item{":sk": dynamo.S("soft-bounces")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return len(out.Items)
}

// invitesOnce lets a process die between the beginning of a campaign of invitations and the end of its
// import. The next process ends the import, and nobody is invited twice.
func (s *site) invitesOnce(t *testing.T, c *visitor) {
	t.Helper()
	c.open("/desk/imports")
	c.send("/desk/imports", url.Values{"pasted": {"organisation,kind,country,place,population,name,address\nTown of Evora,localAuthority,PT,Evora,50to100k,Rui,rui@evora.example\n"}})
	c.sees("Evora")
	path, _, _ := strings.Cut(c.path, "?")
	c.send(path, c.fill(url.Values{"known": {"invite"}}))
	c.sees()
	for range 2 {
		s.invoke(t, "MemberImportFunction")
		s.invoke(t, "DisseminationFunction")
		c.open(path)
		c.sees("Rui")
		_, err := s.DynamoDB().UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: aws.String(s.Tables["MembersTable"]), Key: dynamo.Key("import#"+strings.TrimPrefix(path, "/desk/imports/"), "job"),
			UpdateExpression:          aws.String("SET #state = :running, #list = :list"),
			ConditionExpression:       aws.String("#state = :done"),
			ExpressionAttributeNames:  map[string]string{"#state": "state", "#list": "list"},
			ExpressionAttributeValues: dynamo.Item{":running": dynamo.S("running"), ":done": dynamo.S("done"), ":list": dynamo.S("import#running")},
		})
		if err != nil {
			t.Fatalf("the import did not end: %v", err)
		}
	}
	if n := s.mailsTo(t, "rui@evora.example"); n != 1 {
		t.Errorf("Rui got %d invitations", n)
	}
}
