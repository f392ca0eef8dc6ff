package members_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/members"
)

// losing is a network on which the first answer to every write is lost after DynamoDB has made it;
// the SDK then repeats the write.
type losing struct {
	next  dynamodb.HTTPClient
	mutex sync.Mutex
	seen  map[string]bool
}

func (l *losing) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	answer, err := l.next.Do(r)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	target := r.Header.Get("X-Amz-Target")
	isWrite := strings.HasSuffix(target, "Item") && !strings.HasSuffix(target, "GetItem") || strings.HasSuffix(target, "TransactWriteItems")
	if once := target + string(body); err == nil && isWrite && !l.seen[once] {
		l.seen[once] = true
		return nil, errors.Join(answer.Body.Close(), io.ErrUnexpectedEOF)
	}
	return answer, err
}

func TestLostAnswersChangeNothing(t *testing.T) {
	t.Parallel()
	client, tables := emulator.Tables(t, "MembersTable")
	flaky := dynamodb.New(client.Options(), func(o *dynamodb.Options) {
		o.HTTPClient = &losing{next: o.HTTPClient, seen: map[string]bool{}}
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			o.RateLimiter = unlimited{}
		})
	})
	s := members.NewStore(flaky, tables["MembersTable"], atNoon)
	ctx := t.Context()
	a, err := s.Apply(ctx, application("Pafos", "a@pafos.example"))
	if err != nil || a.Revision == 0 {
		t.Fatalf("Apply: revision %d, %v", a.Revision, err)
	}
	org, p, err := s.Confirm(ctx, a, "registration")
	if err != nil {
		t.Fatalf("Confirm: %v", err)
	}
	if _, changed, err := s.Decide(ctx, org.ID, members.Decision{Action: members.Approve, By: "Maria"}); err != nil || len(changed) != 1 {
		t.Errorf("Decide: %d people, %v", len(changed), err)
	}
	if err := s.Unsubscribe(ctx, p.Ref, members.ForNewsletter, members.Consenting{How: "one-click"}); err != nil {
		t.Errorf("Unsubscribe: %v", err)
	}
	if err := s.AskAddress(ctx, p.Ref, "b@pafos.example"); err != nil {
		t.Errorf("AskAddress: %v", err)
	}
	if p, err = s.Person(ctx, p.Ref); err != nil {
		t.Fatal(err)
	}
	if p, err = s.MoveAddress(ctx, p); err != nil {
		t.Errorf("MoveAddress: %v", err)
	}
	if _, err = s.SaveContact(ctx, p, p.Contact); err != nil {
		t.Errorf("SaveContact: %v", err)
	}
}

// unlimited lets the SDK repeat as often as the network loses an answer.
type unlimited struct{}

func (unlimited) GetToken(context.Context, uint) (func() error, error) {
	return func() error { return nil }, nil
}
func (unlimited) AddTokens(uint) error { return nil }
