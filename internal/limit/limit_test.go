package limit_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"pgregory.net/rapid"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/token"
)

// bench is a store on an emulated table with a clock that tests move by hand.
type bench struct {
	*limit.Store
	client  *dynamodb.Client
	table   string
	clock   atomic.Int64 // milliseconds since 1970
	refused atomic.Int64 // what the metric has counted
}

func newBench(t *testing.T, options ...func(*dynamodb.Options)) *bench {
	t.Helper()
	client, tables := emulator.Tables(t, "LimitsTable")
	signer, err := token.NewSigner(strings.Repeat("k", 64))
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{client: client, table: tables["LimitsTable"]}
	b.clock.Store(time.Date(2027, 3, 14, 12, 0, 0, 0, time.UTC).UnixMilli())
	b.Store = limit.NewStore(dynamodb.New(client.Options(), options...), b.table, signer,
		func() time.Time { return time.UnixMilli(b.clock.Load()) },
		func(_ string, n float64) { b.refused.Add(int64(n)) })
	return b
}

func (b *bench) advance(d time.Duration) { b.clock.Add(d.Milliseconds()) }

// exhaust writes what is there when a whole burst was counted just now.
func (b *bench) exhaust(t *testing.T, c limit.Count) {
	t.Helper()
	full := time.UnixMilli(b.clock.Load()).Add(time.Duration(c.Burst) * c.Every)
	_, err := b.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &b.table, Item: dynamo.Item{
		"pk": dynamo.S(b.Key(c)), "tat": dynamo.N(full.UnixMilli()), "latest": dynamo.N(b.clock.Load()), "holder": dynamo.S("another"),
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// model is a bucket as one would explain it: it holds Burst places, fills up by one each Every, and
// remembers when one was last taken.
type model struct {
	limit.Limit
	places time.Duration // each as long as it takes to come back
	last   time.Duration
}

func newModel(l limit.Limit) *model {
	return &model{Limit: l, places: time.Duration(l.Burst) * l.Every, last: -l.Pause}
}

func (m *model) wait(d time.Duration) {
	m.places = min(m.places+d, time.Duration(m.Burst)*m.Every)
}

// take returns how long to wait, or 0 if it took a place.
func (m *model) take(now time.Duration) time.Duration {
	if wait := max(m.Every-m.places, m.last+m.Pause-now); wait > 0 {
		return wait
	}
	m.places -= m.Every
	m.last = now
	return 0
}

func (m *model) giveBack() {
	m.wait(m.Every)
	m.last = -m.Pause - 24*time.Hour
}

func TestItCountsAsABucketDoes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var checks int
	rapid.Check(t, func(t *rapid.T) {
		checks++
		every := time.Duration(rapid.Int64Range(1, 5000).Draw(t, "every")) * time.Millisecond
		l := limit.Limit{
			Name: "test", Burst: rapid.IntRange(1, 4).Draw(t, "burst"), Every: every,
			Pause: time.Duration(rapid.Int64Range(0, every.Milliseconds()).Draw(t, "pause")) * time.Millisecond,
		}
		c := limit.Count{Limit: l, What: fmt.Sprint(checks)}
		m, now, taken := newModel(l), time.Duration(0), 0
		for step := range rapid.IntRange(3, 9).Draw(t, "steps") {
			d := time.Duration(rapid.Int64Range(0, 2*every.Milliseconds()).Draw(t, "wait")) * time.Millisecond
			if rapid.Bool().Draw(t, "at once") {
				d = 0
			}
			b.advance(d)
			now += d
			m.wait(d)
			if taken > 0 && rapid.IntRange(0, 5).Draw(t, "give back") == 0 {
				if err := b.Return(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				m.giveBack()
				taken--
			}
			got, err := b.Take(t.Context(), c)
			if want := m.take(now); err != nil || got != want {
				t.Fatalf("step %d: wait %v, %v; the model says %v", step, got, err, want)
			}
			if got == 0 {
				taken++
			}
		}
	})
}

func TestOfManyAtOnceExactlyABurstPasses(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, burst := range []int{1, 3, 50} {
		c := limit.Count{Limit: limit.Limit{Name: "test", Burst: burst, Every: time.Minute}, What: fmt.Sprint(burst)}
		var passed atomic.Int64
		var all sync.WaitGroup
		for range 200 {
			all.Go(func() {
				wait, err := b.Take(t.Context(), c)
				if err != nil {
					t.Error(err)
				}
				if wait == 0 {
					passed.Add(1)
				}
			})
		}
		all.Wait()
		if got := int(passed.Load()); got != burst {
			t.Errorf("%d of 200 passed, want %d", got, burst)
		}
	}
}

// losing is a network on which the first answer to every write is lost after DynamoDB has made it.
type losing struct {
	next dynamodb.HTTPClient
	mu   sync.Mutex
	seen map[string]bool
}

func (l *losing) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	answer, err := l.next.Do(r)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil && !l.seen[string(body)] {
		l.seen[string(body)] = true
		return nil, errors.Join(answer.Body.Close(), io.ErrUnexpectedEOF)
	}
	return answer, err
}

func TestALostAnswerCountsOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(o *dynamodb.Options) {
		o.HTTPClient = &losing{next: o.HTTPClient, seen: map[string]bool{}}
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		})
	})
	c := limit.Count{Limit: limit.Limit{Name: "test", Burst: 3, Every: time.Minute}, What: "x"}
	take := func(want time.Duration) {
		t.Helper()
		if wait, err := b.Take(t.Context(), c); err != nil || wait != want {
			t.Errorf("wait %v, %v; want %v", wait, err, want)
		}
	}
	for range 3 {
		take(0)
	}
	take(time.Minute)
	if err := b.Return(t.Context(), c); err != nil {
		t.Error(err)
	}
	take(0)
	take(time.Minute)
}

func TestResetEmptiesACount(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	c := limit.Count{Limit: limit.SignIn, What: "maria@pafos.example"}
	for _, want := range []time.Duration{0, limit.SignIn.Pause} {
		if wait, err := b.Take(t.Context(), c); err != nil || wait != want {
			t.Fatalf("wait %v, %v; want %v", wait, err, want)
		}
	}
	reset := b.Reset(b.Key(c)).Delete
	if _, err := b.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: reset.TableName, Key: reset.Key}); err != nil {
		t.Fatal(err)
	}
	if wait, err := b.Take(t.Context(), c); err != nil || wait != 0 {
		t.Errorf("wait %v, %v", wait, err)
	}
	if err := b.Return(t.Context(), limit.Count{Limit: limit.SignIn, What: "nobody"}); err != nil {
		t.Errorf("giving back what nobody took: %v", err)
	}
}

func TestARefusalCountsNothingAndSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	few := limit.Count{Limit: limit.Limit{Name: "few", Burst: 1, Every: time.Hour, Code: "too-many-messages"}, What: "x"}
	many := limit.Count{Limit: limit.Limit{Name: "many", Burst: 2, Every: time.Hour}, What: "x"}
	if err := b.Allow(t.Context(), many, few); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		e := fault.From(b.Allow(t.Context(), many, few))
		if e.Status != http.StatusTooManyRequests || e.Code != "too-many-messages" || e.After != time.Hour {
			t.Errorf("%d %s after %v", e.Status, e.Code, e.After)
		}
	}
	if err := b.Allow(t.Context(), many); err != nil {
		t.Errorf("what the other limit refused was counted: %v", err)
	}
}

func TestStrangersMailIsBoundedAndMetered(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exhaust(t, limit.Everybody)
	one := limit.Count{Limit: limit.Registration, What: "maria@pafos.example"}
	for range 2 { // twice: the refusal gives the address its mail back
		may, err := b.Mail(t.Context(), one)
		if e := fault.From(err); may || e.Code != "mail-limit" || e.After != limit.StrangersMail.Every {
			t.Errorf("%v, %v after %v", may, err, e.After)
		}
	}
	if b.refused.Load() != 2 {
		t.Errorf("the metric counted %d", b.refused.Load())
	}
	b.advance(limit.StrangersMail.Every)
	if may, err := b.Mail(t.Context(), one); !may || err != nil {
		t.Errorf("%v, %v", may, err)
	}
	if may, err := b.Mail(t.Context(), one); may || err != nil {
		t.Errorf("an address that has had enough: %v, %v; want no word about it", may, err)
	}
	if err := b.NotMailed(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	if may, err := b.Mail(t.Context(), one); !may || err != nil {
		t.Errorf("after a mail that failed: %v, %v", may, err)
	}
}

func TestTheTableNamesNobody(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/register", http.NoBody)
	r.RemoteAddr = "192.0.2.77:1234"
	if err := b.Form(r); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Mail(t.Context(), limit.Count{Limit: limit.SignIn, What: "maria@pafos.example"}); err != nil {
		t.Fatal(err)
	}
	out, err := b.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &b.table})
	if err != nil || len(out.Items) != 3 {
		t.Fatalf("%d items, %v", len(out.Items), err)
	}
	for _, item := range out.Items {
		text := fmt.Sprintf("%+v", item)
		if item["expires"] == nil || strings.Contains(text, "192.0.2") || strings.Contains(text, "maria") || strings.Contains(text, "pafos") {
			t.Errorf("an item %v", item)
		}
	}
}

// What the security reviewer reads is what is counted.
func TestTheDocumentHasTheseLimits(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/abuse.md")
	if err != nil {
		t.Fatal(err)
	}
	thousands := regexp.MustCompile(`(\d),(\d)`)
	text := thousands.ReplaceAllString(string(document), "$1$2")
	names := map[string]bool{}
	for _, l := range limit.All {
		row := fmt.Sprintf("| %d | %s | %d |", l.Burst, strings.TrimSuffix(l.Every.String(), "0s"), l.Daily())
		line := regexp.MustCompile("(?m)^\\| `" + l.Name + "` .*$").FindString(text)
		if !strings.HasSuffix(line, row) || names[l.Name] || l.Burst < 1 || l.Pause > l.Every || l.Every%time.Millisecond != 0 {
			t.Errorf("%+v, and the document says %q, not %q", l, line, row)
		}
		names[l.Name] = true
	}
}

func TestMailbox(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"Maria@Pafos.example": "maria@pafos.example", "maria+1@pafos.example": "maria@pafos.example",
		"maria+a+b@pafos.example": "maria@pafos.example", "+maria@pafos.example": "+maria@pafos.example",
		"maria@pafos.example+x": "maria@pafos.example+x",
	} {
		if got := limit.Mailbox(address); got != want {
			t.Errorf("%s is read by %s, want %s", address, got, want)
		}
	}
}
