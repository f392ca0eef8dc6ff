package fundingalerts

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime"
	"runtime/metrics"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/members"
)

// madeUp answers as DynamoDB with as many interests as wanted, 1 MB a page, and counts the units of
// what is read and written.
type madeUp struct {
	items        [][]byte // as the table would answer; they come again and again
	perShard     int
	read, stored int64 // units
	alerts       int64
}

func (m *madeUp) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	answer := `{}`
	switch {
	case bytes.Contains(body, []byte("interests#")):
		answer = m.page(body)
	case strings.HasSuffix(r.Header.Get("X-Amz-Target"), "Query"):
		m.read++
		answer = `{"Items":[],"Count":0}`
	case strings.HasSuffix(r.Header.Get("X-Amz-Target"), "BatchWriteItem"):
		var in struct{ RequestItems map[string][]json.RawMessage }
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, err
		}
		for _, writes := range in.RequestItems {
			for _, w := range writes {
				m.alerts++
				m.stored += int64(len(w)+1023) / 1024
			}
		}
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(strings.NewReader(answer)), Request: r,
	}, nil
}

// page is the next 1 MB of a shard (DynamoDB's limit of a page).
func (m *madeUp) page(body []byte) string {
	var in struct{ ExclusiveStartKey map[string]struct{ S string } }
	_ = json.Unmarshal(body, &in)
	from := 0
	_, _ = fmt.Sscanf(in.ExclusiveStartKey["sk"].S, "%d", &from)
	var out bytes.Buffer
	out.WriteString(`{"Items":[`)
	n := from
	for ; n < m.perShard && out.Len() < 1<<20; n++ {
		if n > from {
			out.WriteByte(',')
		}
		out.Write(m.items[n%len(m.items)])
	}
	m.read += int64(out.Len()) / 8192 // half a unit for 4 KB, not consistent
	fmt.Fprintf(&out, `],"Count":%d`, n-from)
	if n < m.perShard {
		fmt.Fprintf(&out, `,"LastEvaluatedKey":{"pk":{"S":"x"},"sk":{"S":"%d"}}`, n)
	}
	out.WriteString("}")
	return out.String()
}

var themes = members.Topics

// vocabulary is how many words calls and interests choose from.
const vocabulary = 5000

func makeItems(b *testing.B, n int) [][]byte {
	items := make([][]byte, n)
	for i := range items {
		var err error
		if items[i], err = json.Marshal(wire(&types.AttributeValueMemberM{Value: made(i)})["M"]); err != nil {
			b.Fatal(err)
		}
	}
	return items
}

// made is an interest as the table has it: two in three name a theme, as many rare words; one in fifty fits
// whatever its organisation may apply for.
func made(n int) map[string]types.AttributeValue {
	chance := rand.New(rand.NewPCG(1, uint64(n)))
	i := interest.Interest{
		ID: fmt.Sprintf("I%015d", n), Organisation: fmt.Sprintf("O%015d", n/2), Name: "What we look for", Version: 1,
		Criteria: interest.Criteria{Countries: []string{members.Countries[chance.IntN(30)]}, Kinds: []members.Kind{"localAuthority"}, Language: "en"},
	}
	i.By = members.Ref{Organisation: i.Organisation, Person: "PPPPPPPPPPPPPPPP"}
	i.Subscribers = []interest.Subscriber{{Person: i.By, Frequency: interest.AtOnce}}
	if chance.IntN(50) > 0 {
		if chance.IntN(3) > 0 {
			i.Topics = []members.Topic{themes[chance.IntN(len(themes))]}
		}
		if len(i.Topics) == 0 || chance.IntN(2) > 0 {
			i.Words = fmt.Sprintf("word%dish word%dish", 200+chance.IntN(vocabulary-200), 200+chance.IntN(vocabulary-200))
		}
	}
	item, err := attributevalue.MarshalMapWithOptions(i, func(o *attributevalue.EncoderOptions) { o.TagKey = "json" })
	if err != nil {
		panic(err)
	}
	item["pk"], item["sk"] = &types.AttributeValueMemberS{Value: "interests#00"}, &types.AttributeValueMemberS{Value: i.Organisation + "#" + i.ID}
	return item
}

// wire is a value as the protocol writes it.
func wire(v types.AttributeValue) map[string]any {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": v.Value}
	case *types.AttributeValueMemberN:
		return map[string]any{"N": v.Value}
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": v.Value}
	case *types.AttributeValueMemberL:
		list := []any{}
		for _, e := range v.Value {
			list = append(list, wire(e))
		}
		return map[string]any{"L": list}
	case *types.AttributeValueMemberM:
		of := map[string]any{}
		for k, e := range v.Value {
			of[k] = wire(e)
		}
		return map[string]any{"M": of}
	}
	return map[string]any{"NULL": true}
}

// newCalls are calls of some 600 words with one or two themes; half of them say who may apply.
func newCalls(n int) []call.Call {
	chance := rand.New(rand.NewPCG(2, 2))
	zipf := rand.NewZipf(chance, 1.1, 20, vocabulary)
	text := func(words int) string {
		var out strings.Builder
		for range words {
			fmt.Fprintf(&out, "word%dish ", zipf.Uint64())
		}
		return out.String()
	}
	calls := make([]call.Call, n)
	for i := range calls {
		calls[i] = call.Call{ID: fmt.Sprintf("C%015d", i), Version: 1, Content: call.Content{
			Title: text(10), Summary: text(60), Text: call.Text(text(530)), Programme: call.Programmes[chance.IntN(8)], Language: "en",
			Deadlines: []call.Deadline{{Day: "2029-12-01"}}, Topics: []members.Topic{themes[chance.IntN(len(themes))]},
		}}
		if i%2 == 0 {
			calls[i].Eligibility.Countries = members.Countries[chance.IntN(20):][:10]
			calls[i].Eligibility.Applicants = []members.Kind{members.Kinds[chance.IntN(len(members.Kinds))]}
		}
	}
	return calls
}

// BenchmarkMatch matches 1,000 new calls with interests, the decoding of the table's answers
// included, and without the time that the table takes.
func BenchmarkMatch(b *testing.B) {
	for _, interests := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("interests=%d", interests), func(b *testing.B) {
			table := &madeUp{items: makeItems(b, 5000), perShard: interests / interest.Shards}
			client := dynamodb.New(dynamodb.Options{
				Region: "eu-central-1", HTTPClient: &http.Client{Transport: table},
				Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
					return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
				}),
			})
			now := time.Date(2027, 3, 14, 11, 0, 0, 0, time.UTC)
			clock := func() time.Time { return now }
			m := &Matcher{
				Store: NewStore(client, "alerts", clock), Interests: interest.NewStore(client, "interests", clock), Now: clock,
				Log: slog.New(slog.DiscardHandler),
			}
			calls := newCalls(1000)
			var most uint64
			before := processor()
			for b.Loop() {
				w := &window{
					run: &run{ID: "R", Frequencies: interest.Frequencies}, now: now,
					places: map[string]int{}, near: map[string]nearDeadline{}, differences: map[versions]bool{},
				}
				for i, c := range calls {
					w.places[c.ID] = i
					w.calls = append(w.calls, changedCall{Call: c, at: call.CursorAt(now)})
				}
				w.prepare()
				for shard := range interest.Shards {
					if _, err := m.shard(b.Context(), w, shard); err != nil {
						b.Fatal(err)
					}
					most = max(most, memory())
				}
			}
			b.ReportMetric((processor()-before).Seconds()/float64(b.N), "cpu-s/op")
			b.ReportMetric(float64(most)/(1<<20), "MB")
			b.ReportMetric(float64(table.read)/float64(b.N), "read-units/op")
			b.ReportMetric(float64(table.stored)/float64(b.N), "write-units/op")
			b.ReportMetric(float64(table.alerts)/float64(b.N), "mails/op")
		})
	}
}

// processor is the processor time of this process.
func processor() time.Duration {
	var use syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &use)
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// memory is what the Go runtime holds of the machine's.
func memory() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(sample)
	runtime.KeepAlive(sample)
	return sample[0].Value.Uint64() - sample[1].Value.Uint64()
}
