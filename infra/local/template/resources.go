package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// number is an integer property, which a template may also write as a text:
// a parameter's value is one.
type number int

// UnmarshalJSON reads 5 and "5".
func (n *number) UnmarshalJSON(b []byte) error {
	i, err := strconv.Atoi(strings.Trim(string(b), `"`))
	*n = number(i)
	return err
}

// text is a property that becomes a text whatever scalar it was.
type text string

// UnmarshalJSON reads a text, a number or a boolean.
func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if len(b) > 0 && b[0] == '"' {
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = text(s)
		return nil
	}
	*t = text(b)
	return nil
}

func (r *resolver) table(id string) (Table, error) {
	var p struct {
		AttributeDefinitions []struct{ AttributeName, AttributeType string }
		KeySchema            []KeyPart
		LocalSecondaryIndexes,
		GlobalSecondaryIndexes []struct {
			IndexName  string
			KeySchema  []KeyPart
			Projection struct {
				ProjectionType   string
				NonKeyAttributes []string
			}
		}
		TimeToLiveSpecification struct {
			AttributeName string
			Enabled       any
		}
		StreamSpecification struct{ StreamViewType string }
	}
	err := r.properties(r.resources[id].properties, &p, "AttributeDefinitions", "KeySchema",
		"LocalSecondaryIndexes", "GlobalSecondaryIndexes", "TimeToLiveSpecification", "StreamSpecification")
	if err != nil {
		return Table{}, err
	}
	if len(p.LocalSecondaryIndexes) > 0 {
		return Table{}, errors.New("local secondary indexes are not supported")
	}
	name, err := r.name(id)
	if err != nil {
		return Table{}, err
	}
	t := Table{LogicalID: id, Name: name, Key: p.KeySchema, Attributes: map[string]string{}, Stream: p.StreamSpecification.StreamViewType}
	for _, a := range p.AttributeDefinitions {
		t.Attributes[a.AttributeName] = a.AttributeType
	}
	for _, i := range p.GlobalSecondaryIndexes {
		t.Indexes = append(t.Indexes, Index{i.IndexName, i.KeySchema, i.Projection.ProjectionType, i.Projection.NonKeyAttributes})
	}
	if fmt.Sprint(p.TimeToLiveSpecification.Enabled) == "true" {
		t.TimeToLive = p.TimeToLiveSpecification.AttributeName
	}
	return t, nil
}

// Mail is what the template says about SES.
type Mail struct {
	Identities        []string // addresses and domains that may send
	ConfigurationSets []string
	Destinations      []EventDestination
}

// An EventDestination publishes what happens to messages of a configuration
// set to a topic.
type EventDestination struct {
	ConfigurationSet string
	Events           []string // lower case, as SES writes them: send, delivery, bounce…
	Topic            string   // ARN
}

func (r *resolver) mail(m *Mail, id string) error {
	name, err := r.name(id)
	if err != nil {
		return err
	}
	switch r.resources[id].kind {
	case "AWS::SES::EmailIdentity":
		m.Identities = append(m.Identities, name)
		return nil
	case "AWS::SES::ConfigurationSet":
		m.ConfigurationSets = append(m.ConfigurationSets, name)
		return nil
	}
	var p struct {
		ConfigurationSetName string
		EventDestination     struct {
			Enabled            any
			MatchingEventTypes []string
			SnsDestination     struct{ TopicARN string }
		}
	}
	if err := r.properties(r.resources[id].properties, &p, "ConfigurationSetName", "EventDestination"); err != nil {
		return err
	}
	d := EventDestination{p.ConfigurationSetName, p.EventDestination.MatchingEventTypes, p.EventDestination.SnsDestination.TopicARN}
	if d.Topic == "" || fmt.Sprint(p.EventDestination.Enabled) == "false" {
		return nil
	}
	for i, event := range d.Events {
		d.Events[i] = strings.ToLower(event)
	}
	slices.Sort(d.Events)
	m.Destinations = append(m.Destinations, d)
	return nil
}
