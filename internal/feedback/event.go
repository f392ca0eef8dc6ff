package feedback

import "github.com/municipalitiesnet/munet/internal/dissemination"

// event is what SES publishes, as far as it is read.
type event struct {
	EventType string `json:"eventType"`
	Mail      struct {
		MessageID string              `json:"messageId"`
		Tags      map[string][]string `json:"tags"`
	} `json:"mail"`
	Delivery struct {
		Recipients []string `json:"recipients"`
	} `json:"delivery"`
	Bounce struct {
		BounceType        string      `json:"bounceType"`
		BouncedRecipients []recipient `json:"bouncedRecipients"`
	} `json:"bounce"`
	Complaint struct {
		ComplainedRecipients []recipient `json:"complainedRecipients"`
	} `json:"complaint"`
}

type recipient struct {
	EmailAddress string `json:"emailAddress"`
}

// permanent reports a bounce for good. Bounces of the types Transient and Undetermined are not.
func (e event) permanent() bool {
	return e.EventType == "Bounce" && e.Bounce.BounceType == "Permanent"
}

// proof is what the event proves about its delivery; false if the type is unknown.
func (e event) proof() (dissemination.Proof, bool) {
	switch e.EventType {
	case "Send", "Delivery", "DeliveryDelay":
		return dissemination.WentOut, true
	case "Bounce":
		if e.permanent() {
			return dissemination.Bounced, true
		}
		return dissemination.Returned, true
	case "Complaint":
		return dissemination.Complained, true
	case "Reject", "Rendering Failure":
		return dissemination.Refused, true
	}
	return dissemination.WentOut, false
}
