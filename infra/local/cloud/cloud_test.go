package cloud

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/infra/local/iam"
	"github.com/municipalitiesnet/munet/infra/local/lambda"
	"github.com/municipalitiesnet/munet/infra/local/mailbox"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

// A record is a log that a test can read while it grows.
type record struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (r *record) Write(b []byte) (int, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.text.Write(b)
}

func (r *record) String() string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.text.String()
}

func start(t *testing.T, o Options) *Cloud {
	t.Helper()
	o.Template = "testdata/template.yaml"
	c, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// call makes a request and returns the status and the body.
func call(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

// await waits until the condition holds.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain waited until %s", what)
		}
	}
}

func (c *Cloud) has(t *testing.T, key string) bool {
	t.Helper()
	found, err := c.DynamoDB().GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: aws.String(c.Tables["ItemsTable"]),
		Key:       map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: key}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return len(found.Item) > 0
}

func TestCloud(t *testing.T) {
	t.Parallel()
	log := &record{}
	c := start(t, Options{NoSchedules: true, Log: log})

	t.Run("site", func(t *testing.T) {
		status, body := call(t, http.MethodGet, c.URL+"//a/../b", "")
		if status != http.StatusOK || body != c.URL+"//a/../b" {
			t.Errorf("%d %s", status, body)
		}
		await(t, "the output is in the log", func() bool {
			return strings.Contains(log.String(), "ProbeFunction         | probe works\n")
		})
	})

	t.Run("throttle", func(t *testing.T) {
		if status, body := call(t, http.MethodGet, c.URL+"/rare", ""); status != http.StatusOK {
			t.Errorf("the first request: %d %s", status, body)
		}
		if status, body := call(t, http.MethodGet, c.URL+"/rare", ""); status != http.StatusTooManyRequests {
			t.Errorf("one too many: %d %s", status, body)
		}
	})

	t.Run("invoke", func(t *testing.T) {
		status, body := call(t, http.MethodPost, c.URL+"/_local/invoke/TickFunction", "")
		if status != http.StatusOK || !strings.Contains(body, `"aws.scheduler"`) {
			t.Errorf("the schedule's event: %d %s", status, body)
		}
		status, body = call(t, http.MethodPost, c.URL+"/_local/invoke/TickFunction", `{"x":1}`)
		if status != http.StatusOK || body != `{"got":{"x":1}}` {
			t.Errorf("a posted event: %d %s", status, body)
		}
		status, body = call(t, http.MethodPost, c.URL+"/_local/invoke/TickFunction", `[]`)
		if status != http.StatusBadGateway || !strings.Contains(body, "errorMessage") {
			t.Errorf("an event that fails: %d %s", status, body)
		}
		if status, _ = call(t, http.MethodPost, c.URL+"/_local/invoke/Nobody", ""); status != http.StatusNotFound {
			t.Errorf("an unknown function: %d", status)
		}
	})

	t.Run("mail", func(t *testing.T) {
		status, id := call(t, http.MethodGet, c.URL+"/send?to=bounce%2B7@simulator.amazonses.com", "")
		if status != http.StatusOK {
			t.Fatalf("%d %s", status, id)
		}
		if _, none := call(t, http.MethodGet, c.URL+"/_local/mail.json?to=a@example.org", ""); none != "[]\n" {
			t.Errorf("mail to somebody else: %s", none)
		}
		_, body := call(t, http.MethodGet, c.URL+"/_local/mail.json?to=bounce%2B7@simulator.amazonses.com", "")
		var all []mailbox.Message
		if err := json.Unmarshal([]byte(body), &all); err != nil {
			t.Fatal(err)
		}
		if len(all) != 1 || all[0].ID != id || all[0].Subject != "Γεια" || all[0].Text != "Hello\n" || all[0].Tags["delivery"] != "d1" {
			t.Errorf("the mailbox has %+v", all)
		}
		await(t, "the feedback function knows that it was sent", func() bool { return c.has(t, "Send d1") })
		await(t, "the feedback function knows that it bounced", func() bool { return c.has(t, "Bounce d1") })
		accepted, err := c.Accepted()
		if err != nil || len(accepted) != 1 || accepted[0].ID != id {
			t.Errorf("the log has %v, %v", accepted, err)
		}
		if status, _ := call(t, http.MethodDelete, c.URL+"/_local/mail.json", ""); status != http.StatusNoContent {
			t.Errorf("emptying: %d", status)
		}
		if left, err := c.Mail(); err != nil || len(left) != 0 {
			t.Errorf("left in the mailbox: %v, %v", left, err)
		}
	})

	t.Run("access", func(t *testing.T) {
		status, body := call(t, http.MethodGet, c.URL+"/note", "")
		if status != http.StatusBadGateway || !strings.Contains(body, "AccessDeniedException: User: ProbeFunction is not authorized to perform: dynamodb:PutItem") {
			t.Errorf("a write without a grant: %d %s", status, body)
		}
		if c.has(t, "noted") {
			t.Error("it was written all the same")
		}
		want := []iam.Refusal{{Function: "ProbeFunction", Call: template.Grant{
			Action: "dynamodb:PutItem", Resource: "arn:aws:dynamodb:eu-central-1:000000000000:table/" + c.Tables["ItemsTable"],
		}}}
		if got := c.Access().Refused(); !reflect.DeepEqual(got, want) {
			t.Errorf("refused %v", got)
		}
		if unused := c.Access().Unused(); len(unused) != 0 {
			t.Errorf("after mails and their events nobody used %v", unused)
		}
	})

	t.Run("faults", func(t *testing.T) {
		status, body := call(t, http.MethodPost, c.URL+"/_local/faults", `{"ses":{"throttle":{"count":1}}}`)
		if status != http.StatusNoContent {
			t.Fatalf("%d %s", status, body)
		}
		if _, body := call(t, http.MethodGet, c.URL+"/send?to=a@example.org", ""); !strings.Contains(body, "Maximum sending rate exceeded") {
			t.Errorf("throttled: %s", body)
		}
		if status, body := call(t, http.MethodGet, c.URL+"/send?to=a@example.org", ""); status != http.StatusOK {
			t.Errorf("after the fault: %d %s", status, body)
		}
		if status, _ := call(t, http.MethodPost, c.URL+"/_local/faults", `{"ses":{"trottle":{}}}`); status != http.StatusBadRequest {
			t.Errorf("an unknown fault: %d", status)
		}
		if status, _ := call(t, http.MethodDelete, c.URL+"/_local/faults", ""); status != http.StatusNoContent {
			t.Errorf("ending the faults: %d", status)
		}
	})

	t.Run("kill", func(t *testing.T) {
		done := make(chan int)
		go func() {
			status, _ := call(t, http.MethodGet, c.URL+"/sleep", "")
			done <- status
		}()
		await(t, "a process works", func() bool { return c.functions.Processes("ProbeFunction") > 0 })
		time.Sleep(50 * time.Millisecond)
		if n := c.Kill("ProbeFunction"); n == 0 {
			t.Error("no process was killed")
		}
		if status := <-done; status != http.StatusInternalServerError {
			t.Errorf("the request ended with %d", status)
		}
	})

	t.Run("index", func(t *testing.T) {
		if status, body := call(t, http.MethodGet, c.URL+"/_local/", ""); status != http.StatusOK || !strings.Contains(body, "TickFunction") {
			t.Errorf("%d %s", status, body)
		}
	})
}

func TestOtherThrottle(t *testing.T) {
	t.Parallel()
	c := start(t, Options{NoSchedules: true, Throttle: template.AccountThrottle})
	for range 2 {
		if status, body := call(t, http.MethodGet, c.URL+"/rare", ""); status != http.StatusOK {
			t.Errorf("%d %s", status, body)
		}
	}
}

func TestOtherSitesCannotPost(t *testing.T) {
	t.Parallel()
	c := start(t, Options{NoSchedules: true})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.URL+"/_local/faults", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", "http://other.example")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("status %d", response.StatusCode)
	}
}

// The data folder's tables are tried by the command's test; this one tries
// what needs no database of its own.
func TestDataFolderIsTaken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := &Cloud{options: Options{Data: dir}}
	if err := first.prepareData(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := &Cloud{options: Options{Data: dir}, stop: func() {}}
	err := second.prepareData(t.Context())
	if err == nil || !strings.Contains(err.Error(), "another local cloud is using the data folder") {
		t.Errorf("the error is %v", err)
	}
}

func TestFailedStartLeavesNothing(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(path, []byte("Resources: {}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), Options{Listener: listener, Template: path}); err == nil {
		t.Fatal("a template without resources was accepted")
	}
	if _, err := new(net.Dialer).DialContext(t.Context(), "tcp", listener.Addr().String()); err == nil {
		t.Error("the port is still open")
	}
}

func TestInvokeErrors(t *testing.T) {
	t.Parallel()
	c := start(t, Options{NoSchedules: true})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := c.Invoke(ctx, "Nobody", nil); err == nil || !strings.Contains(err.Error(), lambda.ErrUnknownFunction.Error()) {
		t.Errorf("the error is %v", err)
	}
}
