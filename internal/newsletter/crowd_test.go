package newsletter

import (
	"encoding/csv"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/members"
)

// crowdShard is how many recipients the sender writes into a shard.
const crowdShard = 400

// crowd sends a newsletter to one reader and then multiplies what the tables hold of it: the members
// are so many (100 at least), 25 in each organisation, and the recipients so many of them, in turn. Of each shard one
// mail is uncertain, one failed, one bounced. It returns the newsletter's path.
func (o *office) crowd(people, recipients int) string {
	o.Helper()
	reader := o.member("reader@pafos.example", "el", every)
	path := "/desk/newsletters/" + o.sent(Monthly, both)
	o.deliver()
	refs := o.multiply(reader, people)
	campaign := strings.TrimPrefix(path, "/desk/newsletters/")
	var items []dynamo.Item
	for _, item := range o.partition("DeliveriesTable", campaign) {
		switch sk := textOf(item["sk"]); {
		case sk == "campaign":
			item["recipients"] = dynamo.N(int64(recipients))
			items = append(items, item)
		case strings.HasPrefix(sk, "recipients#"):
			for number, chunk := range slices.Collect(slices.Chunk(refill(refs, recipients), crowdShard)) {
				list := &types.AttributeValueMemberL{}
				for _, ref := range chunk {
					list.Value = append(list.Value, dynamo.S(ref))
				}
				items = append(items, with(item, "sk", dynamo.S(fmt.Sprintf("recipients#%04d", number+1)), "recipients", list))
			}
		case strings.HasPrefix(sk, "shard#"):
			for first := 0; first < recipients; first += crowdShard {
				size := min(crowdShard, recipients-first)
				items = append(items, with(item,
					"sk", dynamo.S(fmt.Sprintf("shard#%04d", first/crowdShard+1)),
					"outcomes", dynamo.S("UF"+strings.Repeat("S", size-2)),
					"reasons", &types.AttributeValueMemberM{Value: dynamo.Item{"MessageRejected": &types.AttributeValueMemberL{Value: []types.AttributeValue{dynamo.N(1)}}}},
					"bounced", &types.AttributeValueMemberNS{Value: []string{"2"}},
				))
			}
		}
	}
	o.put("DeliveriesTable", items)
	return path
}

// multiply copies a person, and the person's organisation, until there are so many people.
func (o *office) multiply(p members.Person, people int) []string {
	o.Helper()
	organisation, person := p.Ref.Organisation, p.Ref.Person
	var refs []string
	var items []dynamo.Item
	stored := o.partition("MembersTable", "organisation#"+organisation)
	for i := range people {
		org, one := fmt.Sprintf("CROWD%011d", i/members.MaxPeople), fmt.Sprintf("PERSON%010d", i)
		names := strings.NewReplacer(organisation, org, person, one)
		for _, item := range stored {
			if textOf(item["sk"]) == "organisation" && i%members.MaxPeople != 0 {
				continue
			}
			items = append(items, renamed(item, names))
		}
		refs = append(refs, members.Ref{Organisation: org, Person: one}.String())
	}
	o.put("MembersTable", items)
	return refs
}

// refill repeats refs until there are n.
func refill(refs []string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = refs[i%len(refs)]
	}
	return out
}

func textOf(v types.AttributeValue) string {
	s, _ := v.(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}

// with returns an item with other values, in pairs of a name and a value.
func with(item dynamo.Item, pairs ...any) dynamo.Item {
	item = maps.Clone(item)
	for i := 0; i < len(pairs); i += 2 {
		item[pairs[i].(string)] = pairs[i+1].(types.AttributeValue)
	}
	return item
}

// renamed returns an item with other words in its texts.
func renamed(item dynamo.Item, names *strings.Replacer) dynamo.Item {
	out := dynamo.Item{}
	for name, v := range item {
		if s, ok := v.(*types.AttributeValueMemberS); ok {
			v = dynamo.S(names.Replace(s.Value))
		}
		out[name] = v
	}
	return out
}

func (o *office) partition(table, pk string) []dynamo.Item {
	o.Helper()
	out, err := o.client.Query(o.Context(), &dynamodb.QueryInput{
		TableName: aws.String(o.tables[table]), KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: dynamo.Item{":pk": dynamo.S(pk)},
	})
	if err != nil {
		o.Fatal(err)
	}
	return out.Items
}

func (o *office) put(table string, items []dynamo.Item) {
	o.Helper()
	var group errgroup.Group
	group.SetLimit(4)
	for chunk := range slices.Chunk(items, 25) {
		group.Go(func() error {
			var writes []types.WriteRequest
			for _, item := range chunk {
				writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: item}})
			}
			_, err := o.client.BatchWriteItem(o.Context(), &dynamodb.BatchWriteItemInput{
				RequestItems: map[string][]types.WriteRequest{o.tables[table]: writes},
			})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		o.Fatal(err)
	}
}

var (
	figure = regexp.MustCompile(`data-label="People" class="number">([\d,]+)<`)
	partOf = regexp.MustCompile(`href="([^"]*/report\.csv\?part=\d+)"`)
)

// addsUp fails the test unless each of the two tables of a report accounts for every recipient.
func (o *office) addsUp(report string, recipients int) {
	o.Helper()
	sum := 0
	for _, found := range figure.FindAllStringSubmatch(report, -1) {
		n, err := strconv.Atoi(strings.ReplaceAll(found[1], ",", ""))
		if err != nil {
			o.Fatal(err)
		}
		sum += n
	}
	if sum != 2*recipients {
		o.Fatalf("both tables together have %d people, want %d twice:\n%s", sum, recipients, report)
	}
}

// The list is cut into parts of which each fits into an answer, and all recipients are in one of them.
func TestReportOfManyAddsUp(t *testing.T) {
	o := newOffice(t)
	const recipients = 5*crowdShard*3 + 100
	path := o.crowd(200, recipients)
	page := o.open(path + "/report")
	o.addsUp(page, recipients)
	found := partOf.FindAllStringSubmatch(page, -1)
	if len(found) != 2 {
		t.Fatalf("the report has the parts %v:\n%s", found, page)
	}
	lines, unknown := 0, 0
	for _, part := range found {
		w := o.do("coordinator", "GET", part[1], nil)
		rows, err := csv.NewReader(w.Body).ReadAll()
		if w.Code != http.StatusOK || err != nil {
			t.Fatalf("%s: %d, %v", part[1], w.Code, err)
		}
		lines += len(rows) - 1
		for _, row := range rows[1:] {
			if row[5] == "unknown" {
				unknown++
			}
			if row[1] != "CY" || row[4] != "el" {
				t.Fatalf("a line is %q", row)
			}
		}
	}
	if lines != recipients || unknown != 16 {
		t.Errorf("the parts have %d lines, %d of them uncertain; want %d and 16", lines, unknown, recipients)
	}
	// Those who leave later are still counted where they were.
	_, err := o.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
		TableName: aws.String(o.tables["MembersTable"]), Key: dynamo.Key("organisation#CROWD00000000000", "person#PERSON0000000000"),
	})
	if err != nil {
		t.Fatal(err)
	}
	page = o.open(path + "/report")
	o.addsUp(page, recipients)
	if strings.Contains(page, "Somebody who has left since") {
		t.Errorf("who left later is not counted any more:\n%s", page)
	}
}

// A report that knows only some of its recipients says so, and goes on.
func TestReportGoesOnCounting(t *testing.T) {
	o := newOffice(t)
	const recipients = 12 * crowdShard
	path := o.crowd(lookup, recipients)
	var looks atomic.Int64
	o.Now = func() time.Time { // each look at the clock takes a while
		return o.clock.Add(time.Duration(looks.Add(1)) * placingTime / 3)
	}
	page := o.open(path + "/report")
	if !strings.Contains(page, "still counting by country and language") || !strings.Contains(page, `data-refresh="1"`) {
		t.Fatalf("the first look says\n%s", page)
	}
	for range recipients / crowdShard {
		if page = o.open(path + "/report"); !strings.Contains(page, "still counting") {
			break
		}
	}
	o.addsUp(page, recipients)
}

// A part must fit into Lambda's answer of 6 MB even if every name in it is as long as we allow.
func TestAPartFitsIntoAnAnswer(t *testing.T) {
	long := strings.Repeat("ώ", members.MaxName)
	r := recipient{
		members.Person{Contact: members.Contact{Name: long, Address: strings.Repeat("a", 254), Language: "el"}},
		members.Organisation{Profile: members.Profile{Name: long, Country: "CY"}},
	}
	line := r.line(dissemination.Delivery{
		Outcome: dissemination.Suppressed, Reason: "AccountSendingPausedException", Bounced: true, Returned: true, Complained: true,
	})
	size := len(strings.Join(line, `","`)) + len("\"\"\r\n") + 20 // what JSON adds to quotes and line ends
	if size*partSize > 6<<20 {
		t.Errorf("a line may take %d bytes, %d of them %d", size, partSize, size*partSize)
	}
}

// BenchmarkReport looks at the report about 100,000 recipients: until it is counted for the first time,
// and then again and again.
func BenchmarkReport(b *testing.B) {
	o := newOffice(b)
	const recipients = 100_000
	path := o.crowd(recipients, recipients)
	o.Now = time.Now
	report := path + "/report"
	looks, longest := 0, time.Duration(0)
	for began, counting := time.Now(), true; counting; looks++ {
		look := time.Now()
		counting = strings.Contains(o.open(report), "still counting")
		longest = max(longest, time.Since(look))
		if !counting {
			b.Logf("counted by %d looks in %v, the longest took %v", looks+1, time.Since(began), longest)
		}
	}
	var most atomic.Uint64
	stop := make(chan struct{})
	go watchHeap(&most, stop)
	b.Run("page", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			o.addsUp(o.open(report), recipients)
		}
	})
	b.Run("part of the file", func(b *testing.B) {
		for b.Loop() {
			w := o.do("coordinator", "GET", path+"/report.csv?part=7", nil)
			b.ReportMetric(float64(w.Body.Len()), "bytes")
		}
	})
	close(stop)
	b.Logf("the heap had at most %d MB", most.Load()>>20)
}

// watchHeap notes how large the heap gets.
func watchHeap(most *atomic.Uint64, stop chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(20 * time.Millisecond):
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapInuse))
		}
	}
}
