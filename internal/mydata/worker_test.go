package mydata

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/infra/local/outbox"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/memberimport"
	"github.com/municipalitiesnet/munet/internal/members"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// line is the connection to DynamoDB. After so many requests it is cut; negative is never.
type line struct{ left atomic.Int64 }

var errCut = errors.New("the connection is cut")

func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.left.Load() == 0 {
		return nil, errCut
	}
	l.left.Add(-1)
	return http.DefaultTransport.RoundTrip(r)
}

// bench is a worker with real tables, a network that can be cut, and a clock.
type bench struct {
	*Worker
	line *line
	post *outbox.Outbox
	now  time.Time
}

func newBench(t *testing.T) *bench {
	t.Helper()
	client, tables := emulator.Tables(t, Tables...)
	b := &bench{line: &line{}, post: outbox.New(t), now: noon}
	b.line.left.Store(-1)
	client = dynamodb.New(client.Options(), func(o *dynamodb.Options) {
		o.HTTPClient, o.Retryer = &http.Client{Transport: b.line}, aws.NopRetryer{}
	})
	clock, table := func() time.Time { return b.now }, tables["MembersTable"]
	b.Worker = &Worker{
		Jobs: NewStore(client, table, clock), Tables: tables, Scan: client.Scan, Client: dynamo.NewClient(client),
		Imports: memberimport.NewStore(client, table, clock), Settle: members.NewStore(client, table, clock).Settle,
		Post: mail.Post{
			Sender: mail.NewSender(b.post.Client, ""), Site: mail.Site{Name: "MuNet", URL: "https://munet.example"},
			From: mail.Address{Email: "notices@munet.example"},
		},
		Now: clock, Log: slog.New(slog.DiscardHandler),
	}
	return b
}

// put stores an item that is written as JSON.
func (b *bench) put(t *testing.T, table, text string) {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	item, err := dynamo.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	if file, ok := item["file"]; ok {
		item["content"] = &types.AttributeValueMemberB{Value: []byte(file.(*types.AttributeValueMemberS).Value)} //nolint:forcetypeassert // the test's own
		delete(item, "file")
	}
	if _, err := b.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(b.Tables[table]), Item: item}); err != nil {
		t.Fatal(err)
	}
}

// all returns everything in the tables as JSON by table and key.
func (b *bench) all(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for id, table := range b.Tables {
		out, err := b.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table, ConsistentRead: aws.Bool(true)})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range out.Items {
			content := plain(&types.AttributeValueMemberM{Value: item})
			if file, ok := item["content"].(*types.AttributeValueMemberB); ok {
				content = string(file.Value)
			}
			text, err := json.Marshal(content)
			if err != nil {
				t.Fatal(err)
			}
			all[id+" "+textOf(item, "pk")+" "+textOf(item, "sk")] = string(text)
		}
	}
	return all
}

func textOf(item dynamo.Item, name string) string { return text(item, name) }

// The person of these tests, and everything that the tables say of them: one item for each holding, beside
// colleagues of whom everything stays.
const (
	me      = "ORG.PERSON"
	address = "Vera@Quill.example"
)

var person = func() *Subject {
	return &Subject{Refs: []string{me}, Names: []string{"Vera Quill"}, Addresses: []string{address}, Hash: "HMAC"}
}

var stored = map[string][]string{
	"MembersTable": {
		`{"pk":"organisation#ORG","sk":"organisation","id":"ORG","decision":{"by":"Vera Quill","note":"written by vera"},"version":3}`,
		`{"pk":"organisation#ORG","sk":"person#PERSON","organisation":"ORG","person":"PERSON","name":"Vera Quill","address":"` + address + `","newAddress":"v@new.example","state":"member","createdAt":"2026-01-01T00:00:00Z"}`,
		`{"pk":"application#APP","sk":"application","contact":{"name":"Vera Quill","address":"vera@quill.example"},"asked":"2026-11-01T00:00:00Z","invitedBy":"Maria"}`,
		`{"pk":"address#vera@quill.example","sk":"lock","holder":"ORG.PERSON"}`,
		`{"pk":"consent#ORG.PERSON","sk":"2026","purpose":"membership"}`,
		`{"pk":"import#ID","sk":"job","by":"ORG.PERSON","name":"Vera Quill","state":"done","id":"ID","expires":4000000000}`,
		`{"pk":"import#ID","sk":"file","file":"organisation,name,address\nQuill,Vera Quill,vera@QUILL.example\n"}`,
		`{"pk":"import#ID","sk":"results#000000","results":[{"line":1,"application":"` + members.ApplicationID(address) + `"},{"line":2,"application":"OTHER"}]}`,
		`{"pk":"erasure#OLD","sk":"job","by":"ORG.PERSON","state":"done","id":"OLD"}`,
		`{"pk":"export#ORG.PERSON","sk":"part#0001","content":"all of it"}`,
	},
	"SessionsTable": {`{"pk":"session#1","person":"ORG.PERSON"}`, `{"pk":"signin#1","address":"vera@quill.example","ends":1}`},
	"FactorsTable": {
		`{"pk":"factors#ORG.PERSON","version":2,"passkeys":[{"name":"vera's key","credential":"a secret"}],"app":{"secret":"a secret"},"recovery":["a secret"]}`,
		`{"pk":"tries#ORG.PERSON","over":1}`,
	},
	"DeliveriesTable": {`{"pk":"C","sk":"recipients#0001","recipients":["ORG.OTHER","ORG.PERSON"]}`, `{"pk":"C","sk":"unsubscribed","recipients":["ORG.PERSON"]}`},
	"NewslettersTable": {
		`{"pk":"N","sk":"newsletter","updatedBy":"Vera Quill","version":1}`, `{"pk":"N","sk":"text#en","updatedBy":"Vera Quill","version":1}`,
		`{"pk":"N","sk":"issue","updatedBy":"Vera Quill"}`,
		`{"pk":"image#I","sk":"image","createdBy":"Vera Quill"}`,
	},
	"PracticesTable": {
		`{"pk":"practice#P","sk":"practice","updatedBy":"Vera Quill","contact":{"organisation":"ORG","person":"PERSON"},"revision":7}`,
		`{"pk":"practice#P","sk":"draft","savedBy":"Vera Quill"}`,
		`{"pk":"practice#P","sk":"version#0001","submittedBy":{"organisation":"ORG","person":"PERSON"},"submitter":"Vera Quill","note":"handed in by vera","reviewers":{"ORG.OTHER":"Maria"}}`,
		`{"pk":"practice#Q","sk":"review#0001#ORG.PERSON","by":{"organisation":"ORG","person":"PERSON"},"name":"V. Quill before","comments":{"goal":"vera's comment"}}`,
		`{"pk":"practice#Q","sk":"version#0001","submittedBy":{"organisation":"T","person":"OTHER"},"submitter":"Maria","note":"stays","reviewers":{"ORG.PERSON":"Vera Quill"},
			"decision":{"by":{"organisation":"ORG","person":"PERSON"},"name":"Vera Quill","note":"decided by vera","comments":{"goal":["vera's comment","of somebody else"]}}}`,
		`{"pk":"practice#P","sk":"published","contact":{"organisation":"ORG","person":"PERSON"}}`,
		`{"pk":"practice#P","sk":"owed","decision":{"by":{"organisation":"ORG","person":"PERSON"},"name":"Vera Quill","note":"owed by vera"},"told":["ORG.PERSON","T.OTHER"]}`,
		`{"pk":"follower#ORG.PERSON","sk":"follower"}`,
	},
	"CallsTable": {`{"pk":"call#1","sk":"curation","by":"ORG.PERSON"}`, `{"pk":"call#1","sk":"version#000001","by":"ORG.PERSON","version":1}`},
	"InterestsTable": {
		`{"pk":"interests#01","sk":"ORG#1","by":{"organisation":"ORG","person":"PERSON"},"shared":false,"name":"vera's own"}`,
		`{"pk":"interests#01","sk":"ORG#2","by":{"organisation":"ORG","person":"PERSON"},"shared":true,"name":"of us all","version":2,
			"subscribers":[{"person":{"organisation":"ORG","person":"PERSON"}},{"person":{"organisation":"ORG","person":"OTHER"}}]}`,
		`{"pk":"marks#01","sk":"ORG.PERSON"}`,
		`{"pk":"partners#1","sk":"ORG","person":{"organisation":"ORG","person":"PERSON"},"idea":"vera's idea"}`,
		`{"pk":"refused","sk":"1","person":{"organisation":"ORG","person":"PERSON"},"note":"vera's reason"}`,
	},
	"AlertsTable": {`{"pk":"alert#1#01","sk":"ORG.PERSON"}`, `{"pk":"told#01","sk":"ORG.PERSON"}`, `{"pk":"owed#01","sk":"ORG.PERSON"}`},
	"AuditTable": {
		`{"pk":"2026-11","sk":"1","who":"ORG.PERSON","name":"Vera Quill","note":"noted by vera"}`,
		`{"pk":"2026-11","sk":"2","who":"T.OTHER","name":"Maria","what":"/desk/members/ORG#person-PERSON","note":"Spoke with Vera Quill of vera@quill.example."}`,
		`{"pk":"2026-11","sk":"3","who":"T.OTHER","name":"Maria","note":"About vera@quill.example.org and xvera@quill.example"}`,
	},
}

// stays are the marks of what belongs to others or to the organisation.
var stays = []string{
	"of us all", "of somebody else", "T.OTHER", "ORG.OTHER", `"note":"stays"`, "Maria", "About vera@quill.example.org and xvera@quill.example", "Spoke with",
	"suppressed#HMAC", `"revision":8`,
}

// traces are what nothing may be left of.
var traces = []string{
	"PERSON", "Vera Quill", "V. Quill before", "quill.example,", `"vera@quill.example"`, "of vera@quill.example", address, "v@new.example", "by vera", "vera's",
	members.ApplicationID(address),
}

func (b *bench) stores(t *testing.T) {
	t.Helper()
	for table, items := range stored {
		for _, item := range items {
			b.put(t, table, item)
		}
	}
	b.put(t, "MembersTable", `{"pk":"suppressed#HMAC","sk":"suppressed","reason":"erased"}`)
}

// erases begins an erasure.
func (b *bench) erases(t *testing.T, s *Subject) {
	t.Helper()
	write, err := b.Jobs.create(newErasure(s, "en", true, "", b.now))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Jobs.write(t.Context(), write); err != nil {
		t.Fatal(err)
	}
}

// open are the erasures that are not done.
func (b *bench) open(t *testing.T) []Job {
	t.Helper()
	jobs, err := b.Jobs.Jobs(t.Context(), Erasure, Open, 10)
	if err != nil {
		t.Fatal(err)
	}
	return jobs
}

// The connection is cut after one request, after two, and so on: whatever was done when a run died, the
// next ones finish it, and the person gets one mail.
func TestAnErasureSurvivesEveryDeath(t *testing.T) {
	b := newBench(t)
	b.stores(t)
	b.erases(t, person())
	for n := int64(1); ; n++ {
		b.line.left.Store(n)
		_ = b.Run(t.Context()) // it dies of the cut
		b.line.left.Store(-1)
		b.now = b.now.Add(20 * time.Second)
		if len(b.open(t)) == 0 {
			break
		}
		if n > 300 {
			t.Fatal("the erasure does not end")
		}
	}
	b.isErased(t)
	if mails := b.post.Take(); len(mails) > 1 {
		t.Errorf("%d mails", len(mails))
	}
}

func (b *bench) isErased(t *testing.T) {
	t.Helper()
	everything := ""
	for place, content := range b.all(t) {
		everything += place + " " + content + "\n"
		for _, trace := range traces {
			if strings.Contains(place+content, trace) {
				t.Errorf("%q is left in %s:\n%s", trace, place, content)
			}
		}
	}
	for _, stay := range stays {
		if !strings.Contains(everything, stay) {
			t.Errorf("%q is gone, which is not the person's:\n%s", stay, everything)
		}
	}
}

// An erasure rests until nobody can write back what they read before, and looks once more.
func TestAnErasureLooksOnceMore(t *testing.T) {
	b := newBench(t)
	b.stores(t)
	b.erases(t, person())
	if err := b.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.put(t, "NewslettersTable", `{"pk":"N","sk":"newsletter","updatedBy":"Vera Quill","version":2}`)
	b.now = noon.Add(rest - time.Second)
	if err := b.Run(t.Context()); err != nil || len(b.open(t)) != 1 {
		t.Fatalf("done too early: %v", err)
	}
	b.now = noon.Add(rest)
	if err := b.Run(t.Context()); err != nil || len(b.open(t)) != 0 {
		t.Fatalf("not done: %v", err)
	}
	b.isErased(t)
	if mails := b.post.Take(); len(mails) != 1 || !strings.EqualFold(mails[0].To[0], address) {
		t.Errorf("%d mails, want one to %s", len(mails), address)
	}
}

// A copy has each item that the erasure would touch, and says nothing of others.
func TestACopyIsComplete(t *testing.T) {
	b := newBench(t)
	b.stores(t)
	if err := b.Jobs.ask(t.Context(), newExport(person(), b.now)); err != nil {
		t.Fatal(err)
	}
	if err := b.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	j, err := b.Jobs.job(t.Context(), Export, me)
	if err != nil || j.State != Done {
		t.Fatalf("%v, %v", j.State, err)
	}
	pieces, next, err := b.Jobs.pieces(t.Context(), j, 1, 1<<20)
	if err != nil || next != 0 {
		t.Fatal(next, err)
	}
	text, err := json.Marshal(pieces)
	if err != nil {
		t.Fatal(err)
	}
	for table, items := range stored {
		for _, item := range items {
			var key struct{ PK, SK string }
			if err := json.Unmarshal([]byte(item), &key); err != nil {
				t.Fatal(err)
			}
			mine := !strings.Contains(item, "quill.example.org") && !strings.HasPrefix(key.PK, "export#")
			found := slices.ContainsFunc(pieces, func(p Piece) bool { return p.Table == table && p.Key == key.PK+" "+key.SK })
			if found != mine {
				t.Errorf("%s %s %s: in the copy: %t, want %t", table, key.PK, key.SK, found, mine)
			}
		}
	}
	for _, own := range []string{"vera's comment", "decided by vera", "handed in by vera", "vera's idea", "vera's reason", "noted by vera", "vera@QUILL.example"} {
		if !strings.Contains(string(text), own) {
			t.Errorf("the copy lacks %q", own)
		}
	}
	for _, others := range []string{"of somebody else", "ORG.OTHER", `"name":"Maria"`, "T.OTHER"} {
		if strings.Contains(string(text), others) {
			t.Errorf("the copy tells of others: %q", others)
		}
	}
	if strings.Contains(string(text), "a secret") || !strings.Contains(string(text), "vera's key") {
		t.Error("the copy has secrets that one signs in with, or lacks their names")
	}
}

// Whoever registers again with the same address while the erasure rests keeps what is new.
func TestAnErasureSparesWhoComesBack(t *testing.T) {
	b := newBench(t)
	b.stores(t)
	b.erases(t, person())
	fresh := map[string]string{
		"a person":       `{"pk":"organisation#NEW","sk":"person#AGAIN","organisation":"NEW","person":"AGAIN","address":"` + address + `","state":"awaitingApproval","createdAt":"2026-11-27T12:00:01Z"}`,
		"an application": `{"pk":"application#NEW","sk":"application","contact":{"address":"` + address + `"},"asked":"2026-11-27T12:00:01Z"}`,
		"a lock":         `{"pk":"address#vera@quill.example","sk":"lock","holder":"NEW.AGAIN"}`,
	}
	for _, item := range fresh {
		b.put(t, "MembersTable", item)
	}
	b.now = noon.Add(time.Hour)
	if err := b.Run(t.Context()); err != nil || len(b.open(t)) != 0 {
		t.Fatal(err)
	}
	all := b.all(t)
	for what, key := range map[string]string{
		"a person": "MembersTable organisation#NEW person#AGAIN", "an application": "MembersTable application#NEW application", "a lock": "MembersTable address#vera@quill.example lock",
	} {
		if what != "a lock" && !strings.Contains(all[key], address) || all[key] == "" {
			t.Errorf("%s who came back was erased: %q", what, all[key])
		}
	}
}

// By an address alone somebody is found who has left: nothing else leads to them.
func TestAnAddressFindsWhoHasLeft(t *testing.T) {
	b := newBench(t)
	b.put(t, "MembersTable", `{"pk":"organisation#ORG","sk":"person#PERSON","organisation":"ORG","person":"PERSON","name":"Vera Quill","address":"`+address+`","state":"left","createdAt":"2026-01-01T00:00:00Z"}`)
	b.put(t, "AuditTable", `{"pk":"2026-11","sk":"1","who":"ORG.PERSON","name":"Vera Quill"}`)
	b.erases(t, &Subject{Addresses: []string{"vera@quill.example"}})
	b.now = noon.Add(time.Hour)
	if err := b.Run(t.Context()); err != nil || len(b.open(t)) != 0 {
		t.Fatal(err)
	}
	for place, content := range b.all(t) {
		if strings.Contains(place+content, "PERSON") || strings.Contains(content, "Vera") {
			t.Errorf("%s: %s", place, content)
		}
	}
}

func TestAnErasureThatStandsStillIsAnError(t *testing.T) {
	b := newBench(t)
	b.put(t, "MembersTable", `{"pk":"import#ID","sk":"job","id":"ID","state":"running","expires":4000000000}`)
	b.put(t, "MembersTable", `{"pk":"import#ID","sk":"file","file":"vera@quill.example"}`)
	b.erases(t, person())
	b.now = noon.Add(stands - time.Minute)
	if err := b.Run(t.Context()); err != nil {
		t.Errorf("an erasure that waits for an import: %v", err)
	}
	b.now = noon.Add(stands + time.Minute)
	if err := b.Run(context.WithoutCancel(t.Context())); err == nil {
		t.Error("an erasure stands still, and nobody is told")
	}
	if len(b.open(t)) != 1 {
		t.Error("the erasure gave up")
	}
}
