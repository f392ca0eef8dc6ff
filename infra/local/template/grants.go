package template

import (
	"encoding/json"
	"fmt"
)

// A Grant lets a function take one action on one resource. Sending mail may be granted from one address
// only.
type Grant struct {
	Action   string // such as dynamodb:GetItem
	Resource string // ARN, or * for an action that knows no resources
	From     string // the value of ses:FromAddress, "" for any
}

func (g Grant) String() string {
	text := g.Action + " " + g.Resource
	if g.From != "" {
		text += " from " + g.From
	}
	return text
}

// A policy is an inline policy document of a function.
type policy struct {
	Statement []statement
}

type statement struct {
	Effect    string
	Action    texts
	Resource  texts
	Condition map[string]map[string]texts
}

// texts is a list, which a policy may also write as its only item.
type texts []string

// UnmarshalJSON reads "a" and ["a", "b"].
func (t *texts) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		*t = texts{""}
		return json.Unmarshal(b, &(*t)[0])
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// grants are what the statements allow, one by one. The local cloud knows what is needed to say exactly
// what a function may do: statements that allow, and the sender of a mail as their condition. A pattern
// in an action or a resource matches nothing but itself.
func grants(policies []policy) ([]Grant, error) {
	var granted []Grant
	for _, p := range policies {
		for _, s := range p.Statement {
			if s.Effect != "Allow" {
				return nil, fmt.Errorf("the local cloud does not know policies that %s", s.Effect)
			}
			from, err := s.senders()
			if err != nil {
				return nil, err
			}
			for _, action := range s.Action {
				for _, resource := range s.Resource {
					for _, address := range from {
						granted = append(granted, Grant{action, resource, address})
					}
				}
			}
		}
	}
	return granted, nil
}

// senders are the addresses that a statement allows to send from; "" is any.
func (s statement) senders() (texts, error) {
	from := texts{""}
	for operator, keys := range s.Condition {
		for key, values := range keys {
			if operator != "StringEquals" || key != "ses:FromAddress" {
				return nil, fmt.Errorf("the local cloud does not know the condition %s of %s", operator, key)
			}
			from = values
		}
	}
	return from, nil
}
