// Package outbox gives tests an SES: the local cloud's, with its checks and
// faults, and the mails that it accepted.
package outbox

import (
	"context"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsses "github.com/aws/aws-sdk-go-v2/service/ses"

	"github.com/municipalitiesnet/munet/infra/local/mailbox"
	"github.com/municipalitiesnet/munet/infra/local/ses"
)

// domain is what the addresses that may send end with.
const domain = "munet.example"

// An Outbox is one test's own SES. It is safe for concurrent use.
type Outbox struct {
	// Client makes calls to it, as a function would.
	Client *awsses.Client

	t       testing.TB
	service *ses.Service
	mails   *mailbox.Mailbox

	mutex sync.Mutex
	taken int
}

// New starts an SES that ends with the test.
func New(t testing.TB) *Outbox {
	t.Helper()
	store, err := ses.OpenStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o := &Outbox{t: t, mails: mailbox.New(store, time.Now)}
	o.service = ses.New(store, ses.Options{Identities: []string{domain}, Region: "eu-central-1", Now: time.Now})
	server := httptest.NewServer(o.service)
	t.Cleanup(func() {
		server.Close()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	o.Client = awsses.New(awsses.Options{
		BaseEndpoint: &server.URL, Region: "eu-central-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	})
	return o
}

// SetFaults replaces the faults that sending meets. The zero value has none.
func (o *Outbox) SetFaults(f ses.Faults) { o.service.SetFaults(f) }

// Take returns the mails that were accepted since the last call, the oldest
// first.
func (o *Outbox) Take() []mailbox.Message {
	o.t.Helper()
	o.mutex.Lock()
	defer o.mutex.Unlock()
	all, err := o.mails.Messages()
	if err != nil {
		o.t.Fatal(err)
	}
	fresh := all[o.taken:]
	o.taken = len(all)
	return fresh
}
