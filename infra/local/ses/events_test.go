package ses

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ses"
)

func TestEvents(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		to     string
		events []string
	}{
		{"a@example.org", []string{"Send", "Delivery [a@example.org]"}},
		{"success@simulator.amazonses.com", []string{"Send", "Delivery [success@simulator.amazonses.com]"}},
		{"bounce@simulator.amazonses.com", []string{"Send", "Bounce Permanent General"}},
		{"bounce+7@simulator.amazonses.com", []string{"Send", "Bounce Permanent General"}},
		{"suppressionlist@simulator.amazonses.com", []string{"Send", "Bounce Permanent Suppressed"}},
		{"complaint@simulator.amazonses.com", []string{"Send", "Delivery [complaint@simulator.amazonses.com]", "Complaint abuse"}},
		{"a@example.org, bounce@simulator.amazonses.com", []string{"Send", "Delivery [a@example.org]", "Bounce Permanent General"}},
	} {
		t.Run(test.to, func(t *testing.T) {
			t.Parallel()
			o := open(t, Faults{})
			id, err := o.send(t, letter(test.to, "X-SES-CONFIGURATION-SET: letters", "X-SES-MESSAGE-TAGS: delivery=d1"), nil)
			if err != nil {
				t.Fatal(err)
			}
			o.Wait()
			var got []string
			for _, line := range o.published {
				got = append(got, describe(t, line, id))
			}
			if fmt.Sprint(got) != fmt.Sprint(test.events) {
				t.Errorf("published %q, want %q", got, test.events)
			}
		})
	}
}

// describe checks what every event has and tells the rest in short.
func describe(t *testing.T, line, id string) string {
	t.Helper()
	to, text, _ := strings.Cut(line, " ")
	var e struct {
		EventType string
		Mail      struct {
			MessageID string
			Tags      map[string][]string
		}
		Delivery  struct{ Recipients []string }
		Bounce    struct{ BounceType, BounceSubType string }
		Complaint struct{ ComplaintFeedbackType string }
	}
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		t.Fatal(err)
	}
	if to != topic || e.Mail.MessageID != id || fmt.Sprint(e.Mail.Tags["delivery"]) != "[d1]" ||
		fmt.Sprint(e.Mail.Tags["ses:configuration-set"]) != "[letters]" {
		t.Errorf("published to %s: %s", to, text)
	}
	switch e.EventType {
	case "Delivery":
		return fmt.Sprint("Delivery ", e.Delivery.Recipients)
	case "Bounce":
		return "Bounce " + e.Bounce.BounceType + " " + e.Bounce.BounceSubType
	case "Complaint":
		return "Complaint " + e.Complaint.ComplaintFeedbackType
	}
	return e.EventType
}

func TestNoEvents(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		faults Faults
		set    *string
	}{
		"no configuration set": {Faults{}, nil},
		"lost":                 {Faults{LoseEvents: Fault{Probability: 1}}, aws.String("letters")},
	} {
		o := open(t, test.faults)
		_, err := o.send(t, letter("a@example.org"), func(i *ses.SendRawEmailInput) { i.ConfigurationSetName = test.set })
		if err != nil {
			t.Fatal(err)
		}
		o.Wait()
		if len(o.published) != 0 {
			t.Errorf("%s: published %q", name, o.published)
		}
	}
}
