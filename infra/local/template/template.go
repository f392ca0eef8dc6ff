// Package template reads a SAM template the way CloudFormation would deploy
// it to an imaginary account, and tells what the local cloud has to provide:
// tables, functions with what calls them, topics and who may send mail.
//
// It resolves parameters, conditions, mappings, intrinsic functions, pseudo
// parameters and references to secrets. It reads only the properties that the
// local cloud can give a meaning; the others are for AWS alone.
package template

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"go.yaml.in/yaml/v3"
)

// A Template is a resolved template. Its slices are sorted by logical id.
type Template struct {
	StackName     string
	Region        string
	Account       string
	Tables        []Table
	Functions     []Function
	API           API
	Mail          Mail
	Subscriptions []Subscription
}

// A Table is an AWS::DynamoDB::Table.
type Table struct {
	LogicalID  string
	Name       string
	Attributes map[string]string // attribute name -> S, N or B
	Key        []KeyPart
	Indexes    []Index
	TimeToLive string // the attribute that holds the expiry, "" if there is none
	Stream     string // stream view type, "" if the table has no stream
}

// A KeyPart is one attribute of a key: the HASH part or the RANGE part.
type KeyPart struct {
	Name string `json:"AttributeName"`
	Type string `json:"KeyType"`
}

// An Index is a global secondary index.
type Index struct {
	Name       string
	Key        []KeyPart
	Projection string // ALL, KEYS_ONLY or INCLUDE
	Includes   []string
}

// A Subscription makes a function receive what is published to a topic.
type Subscription struct {
	Topic    string // ARN
	Function string // logical id
}

// Options of Load. The zero value is right for a template whose parameters
// all have defaults.
type Options struct {
	// StackName is AWS::StackName and the prefix of generated names; "munet"
	// if empty.
	StackName string
	// Region is AWS::Region; "eu-central-1" if empty.
	Region string
	// Parameters are values to use instead of the parameters' defaults. A
	// parameter without a default needs one.
	Parameters map[string]string
	// SecretsFile keeps the generated secrets between runs. If it is empty,
	// every Load generates new ones.
	SecretsFile string
}

// account is the account number that DynamoDB Local reports as well.
const account = "000000000000"

// Load reads and resolves the template at path.
func Load(path string, o Options) (*Template, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the caller's own template
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	t, err := parse(text, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

func parse(text []byte, o Options) (*Template, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	value, err := decode(&document)
	if err != nil {
		return nil, err
	}
	root, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New("a template is a mapping")
	}
	if o.StackName == "" {
		o.StackName = "munet"
	}
	if o.Region == "" {
		o.Region = "eu-central-1"
	}
	r, err := newResolver(root, o)
	if err != nil {
		return nil, err
	}
	return r.template(root)
}

// template collects what the local cloud serves.
func (r *resolver) template(root map[string]any) (*Template, error) {
	t := &Template{StackName: r.stack, Region: r.region, Account: account, API: API{Throttle: AccountThrottle}}
	for _, id := range slices.Sorted(maps.Keys(r.resources)) {
		exists, err := r.exists(id)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		if !exists {
			continue
		}
		if err := r.collect(t, root, id); err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
	}
	return t, nil
}

func (r *resolver) collect(t *Template, root map[string]any, id string) error {
	switch r.resources[id].kind {
	case "AWS::DynamoDB::Table":
		table, err := r.table(id)
		t.Tables = append(t.Tables, table)
		return err
	case "AWS::Serverless::Function":
		globals, _ := root["Globals"].(map[string]any)
		function, err := r.function(id, globals)
		t.Functions = append(t.Functions, function)
		for _, topic := range function.topics {
			t.Subscriptions = append(t.Subscriptions, Subscription{Topic: topic, Function: id})
		}
		return err
	case "AWS::Serverless::HttpApi":
		var err error
		t.API, err = r.api(id)
		return err
	case "AWS::SES::EmailIdentity", "AWS::SES::ConfigurationSet", "AWS::SES::ConfigurationSetEventDestination":
		return r.mail(&t.Mail, id)
	}
	return nil
}
