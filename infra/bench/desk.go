package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/municipalitiesnet/munet/infra/bench/form"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/members"
)

// crowd is how many members the newsletter is sent to.
const crowd = 200

func (t *tour) approve(ctx context.Context, v *visitor) error {
	if err := t.page(ctx, v, "open the desk's queue", "/desk"); err != nil {
		return err
	}
	organisation, err := v.link("/desk/members/")
	if err != nil {
		return err
	}
	path, err := url.Parse(organisation)
	if err != nil {
		return err
	}
	if err := t.page(ctx, v, "open an organisation at the desk", path.Path); err != nil {
		return err
	}
	if err := t.page(ctx, v, "open the question whether to approve it", path.Path+"/approve"); err != nil {
		return err
	}
	if err := t.form(ctx, v, "approve it and see that", "", nil); err != nil {
		return err
	}
	return t.page(ctx, v, "open the desk's list of members", "/desk/members")
}

// importMembers imports organisations with one person each, who are invited.
func (t *tour) importMembers(ctx context.Context, v *visitor) error {
	const rows = 50
	var file strings.Builder
	file.WriteString("organisation,kind,country,place,population,name,address,language\n")
	for i := range rows {
		fmt.Fprintf(&file, "Municipality %d,localAuthority,CY,Place %d,5to20k,Person %d,p%d@import.example.org,en\n", i, i, i, i)
	}
	if err := t.page(ctx, v, "open the imports", "/desk/imports"); err != nil {
		return err
	}
	name := fmt.Sprintf("check an import of %d people and see what it would do", rows)
	if err := t.form(ctx, v, name, "", url.Values{"pasted": {file.String()}}); err != nil {
		return err
	}
	if err := t.form(ctx, v, "start the import and see its progress", "", nil); err != nil {
		return err
	}
	if err := t.invoke(ctx, fmt.Sprintf("MemberImportFunction takes in %d people", rows), "MemberImportFunction", nil); err != nil {
		return err
	}
	if err := t.send(ctx, "invitations", rows); err != nil {
		return err
	}
	if err := t.invoke(ctx, "MemberImportFunction finds nothing to do", "MemberImportFunction", nil); err != nil {
		return err
	}
	return t.invoke(ctx, "DisseminationFunction finds nothing to do", "DisseminationFunction", nil)
}

// write makes a newsletter and starts sending it to a crowd.
func (t *tour) write(ctx context.Context, v *visitor) error {
	if err := t.enrol(ctx); err != nil {
		return err
	}
	if err := t.page(ctx, v, "open the desk's newsletters", "/desk/newsletters"); err != nil {
		return err
	}
	if err := v.open(ctx, "/desk/newsletters/new"); err != nil {
		return err
	}
	if err := t.form(ctx, v, "begin a newsletter and see its empty text", "", url.Values{"kind": {"monthly"}, "main": {"en"}}); err != nil {
		return err
	}
	path, _, _ := strings.Cut(v.path, "/texts/")
	words := url.Values{"subject": {"News"}, "body": {"## Housing\n\nRead [more](https://munet.example.org/news)."}, "then": {"preview"}}
	if err := t.form(ctx, v, "save its text and see the preview", "", words); err != nil {
		return err
	}
	if err := t.form(ctx, v, "send a test mail and see that", "", nil); err != nil {
		return err
	}
	if err := t.page(ctx, v, "open the question when to send it", path+"/send"); err != nil {
		return err
	}
	people, ok := form.Attribute(v.page, "data-reach")
	if !ok {
		return fmt.Errorf("%s does not say how many people get it", v.path)
	}
	now := url.Values{"moment": {"now"}, "number": {people}}
	return t.form(ctx, v, "send it now and see its progress", "", now)
}

// enrol makes members who want every newsletter, past the meter.
func (t *tour) enrol(ctx context.Context) error {
	store := members.NewStore(t.cloud.DynamoDB(), t.cloud.Tables["MembersTable"], time.Now)
	for i := range crowd {
		a, _, err := store.Invite(ctx, members.Application{
			Profile:     members.Profile{Kind: "ngo", Name: fmt.Sprintf("Organisation %d", i), Country: "CY"},
			Contact:     members.Contact{Name: "Member", Address: fmt.Sprintf("m%d@crowd.example.org", i), Language: "en"},
			Preferences: members.Preferences{Newsletter: members.Every}, InvitedBy: "Bench",
		})
		if err != nil {
			return err
		}
		if _, _, err := store.Confirm(ctx, a, "invitation"); err != nil {
			return err
		}
	}
	return nil
}

// disseminate sends the newsletter, and reports that one of its mails came back.
func (t *tour) disseminate(ctx context.Context, v *visitor) error {
	if err := t.send(ctx, "newsletters", crowd); err != nil {
		return err
	}
	if err := t.page(ctx, v, "see the newsletter's progress at the end", v.path); err != nil {
		return err
	}
	bounce, err := t.bounce()
	if err != nil {
		return err
	}
	return t.invoke(ctx, "FeedbackFunction takes one bounce", "FeedbackFunction", bounce)
}

// send runs the dissemination once, which must send at least so many mails, and notes what it used
// in all and for each mail.
func (t *tour) send(ctx context.Context, what string, least int) error {
	before, err := t.cloud.Accepted()
	if err != nil {
		return err
	}
	t.meter.Take()
	if _, err := t.cloud.Invoke(ctx, "DisseminationFunction", nil); err != nil {
		return err
	}
	used := t.meter.Take()
	after, err := t.cloud.Accepted()
	if err != nil {
		return err
	}
	sent := len(after) - len(before)
	if sent < least {
		return fmt.Errorf("one run sent %d %s and not %d", sent, what, least)
	}
	t.note(fmt.Sprintf("DisseminationFunction sends %d %s", sent, what), used)
	t.rows = append(t.rows, []string{
		"… that is for each", fmt.Sprintf("%.2f", float64(used.Requests)/float64(sent)),
		fmt.Sprintf("%.2f", used.Reads/float64(sent)), fmt.Sprintf("%.2f", used.Writes/float64(sent)),
	})
	return nil
}

// bounce is the event that SES publishes when the newest mail comes back for good.
func (t *tour) bounce() ([]byte, error) {
	accepted, err := t.cloud.Accepted()
	if err != nil {
		return nil, err
	}
	if len(accepted) == 0 || len(t.cloud.Template.Subscriptions) == 0 {
		return nil, errors.New("nothing was sent, or nobody listens to bounces")
	}
	newest := accepted[len(accepted)-1]
	message, err := json.Marshal(map[string]any{
		"eventType": "Bounce",
		"mail": map[string]any{
			"messageId": newest.ID, "tags": map[string][]string{dissemination.DeliveryTag: {newest.Tags[dissemination.DeliveryTag]}},
		},
		"bounce": map[string]any{
			"bounceType": "Permanent", "bouncedRecipients": []map[string]string{{"emailAddress": newest.To[0]}},
		},
	})
	if err != nil {
		return nil, err
	}
	return json.Marshal(events.SNSEvent{Records: []events.SNSEventRecord{{
		SNS: events.SNSEntity{TopicArn: t.cloud.Template.Subscriptions[0].Topic, Message: string(message)},
	}}})
}
