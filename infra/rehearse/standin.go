package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// standIn answers as S3 and CloudFormation do to whoever deploys a stack for the first time, in an
// account where the SAM CLI has its bucket already. It keeps what it is given.
type standIn struct {
	mu      sync.Mutex
	objects map[string][]byte // in S3, by bucket and key
	asked   url.Values        // the request for a change set
	unknown []string          // what it has no answer to
}

const (
	bucket   = "aws-sam-cli-managed-default-samclisourcebucket-rehearsal"
	managed  = "aws-sam-cli-managed-default"
	stackARN = "arn:aws:cloudformation:eu-central-1:123456789012:"
)

func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := strings.TrimPrefix(r.URL.Path, "/")
	switch {
	case r.Method == http.MethodPut:
		s.objects[key] = body
		w.Header().Set("ETag", `"rehearsal"`)
	case r.Method == http.MethodHead && s.objects[key] == nil:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodHead:
	default:
		s.cloudFormation(w, body)
	}
}

// cloudFormation answers requests of its Query API:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/
func (s *standIn) cloudFormation(w http.ResponseWriter, body []byte) {
	q, err := url.ParseQuery(string(body))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	action, result := q.Get("Action"), ""
	switch {
	case action == "DescribeStacks" && q.Get("StackName") == managed:
		result = `<Stacks><member><StackName>` + managed + `</StackName><StackStatus>CREATE_COMPLETE</StackStatus>` +
			`<CreationTime>2026-01-01T00:00:00Z</CreationTime>` +
			`<Tags><member><Key>ManagedStackSource</Key><Value>AwsSamCli</Value></member></Tags>` +
			`<Outputs><member><OutputKey>SourceBucket</OutputKey><OutputValue>` + bucket + `</OutputValue></member></Outputs></member></Stacks>`
	case action == "DescribeStacks":
		w.WriteHeader(http.StatusBadRequest)
		result = `<Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ` + q.Get("StackName") + ` does not exist</Message></Error>`
		_, _ = fmt.Fprintf(w, "<ErrorResponse>%s</ErrorResponse>", result) // the client notices
		return
	case action == "CreateChangeSet":
		s.asked = q
		result = `<Id>` + stackARN + `changeSet/rehearsal/1</Id><StackId>` + stackARN + `stack/munet/1</StackId>`
	case action == "DescribeChangeSet":
		result = `<Status>CREATE_COMPLETE</Status><Changes></Changes>`
	default:
		s.unknown = append(s.unknown, action)
		w.WriteHeader(http.StatusBadRequest)
	}
	_, _ = fmt.Fprintf(w, "<%sResponse><%sResult>%s</%sResult></%sResponse>", action, action, result, action, action) // the client notices
}

// request is what CloudFormation was asked for.
type request struct {
	url.Values
	template   []byte
	parameters map[string]string
	objects    map[string][]byte
}

func (s *standIn) changeSet() (*request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(s.unknown) > 0:
		return nil, fmt.Errorf("sam deploy asked for what the stand-in does not have: %v", s.unknown)
	case s.asked == nil:
		return nil, errors.New("sam deploy asked for no change set")
	}
	at, err := url.Parse(s.asked.Get("TemplateURL"))
	if err != nil {
		return nil, err
	}
	r := &request{Values: s.asked, parameters: map[string]string{}, objects: s.objects}
	for key, content := range s.objects {
		if strings.HasSuffix(at.Path, "/"+key) { // the bucket stands in the path, whatever the host is
			r.template = content
		}
	}
	if r.template == nil {
		return nil, fmt.Errorf("the template was not uploaded to where the change set looks for it, %q", at)
	}
	for i := 1; ; i++ {
		name := r.Get(fmt.Sprintf("Parameters.member.%d.ParameterKey", i))
		if name == "" {
			return r, nil
		}
		r.parameters[name] = r.Get(fmt.Sprintf("Parameters.member.%d.ParameterValue", i))
	}
}
