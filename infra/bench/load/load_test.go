package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/infra/local/checkout"
	localcloud "github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/infra/local/template"
	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// Twice as many requests come as the throttle lets through: it refuses half of them, nothing fails, and
// whatever was accepted is there afterwards. When something of it is taken away, that is noticed.
func TestNothingIsLostUnderOverload(t *testing.T) {
	root, err := checkout.Root()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	throttle := template.Throttle{Rate: 20, Burst: 15}
	local, err := localcloud.Start(t.Context(), localcloud.Options{NoSchedules: true, Throttle: throttle})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := local.Close(); err != nil {
			t.Error(err)
		}
	}()
	s := site{tables{local.DynamoDB(), local.Tables}, local.URL, throttle.Rate}
	p := population{members: 150, practices: 20, calls: 10}
	if err := s.fill(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	people, err := newTraffic(t.Context(), s, p)
	if err != nil {
		t.Fatal(err)
	}
	defer people.networks.close()
	for i := range people.errands { // those who write come oftener, so that a short time has some of each
		if people.errands[i].weight < 5 {
			people.errands[i].weight *= 8
		}
	}
	people.pause = 10 * time.Millisecond
	var a *audit
	// Until some of each was accepted, however slow the machine is.
	for end := time.Now().Add(2 * time.Minute); a == nil || a.scarce() && time.Now().Before(end); {
		people.offer(t.Context(), 2*throttle.Rate, 3*time.Second)
		if a, err = people.ledger.audit(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	sum := people.results.all("")
	t.Logf("%d requests, %d accepted, %d throttled; found %+v", sum.requests(), sum.counts[accepted], sum.counts[throttled], a.sum())
	if err := kept(stage{sum: sum, wrong: people.results.wrong()}, a); err != nil {
		t.Error(err)
	}
	if a.scarce() {
		t.Errorf("too little was written to say anything: %+v", a)
	}
	loses(t, people.ledger, s)
}

// scarce reports whether there is too little to say anything.
func (a *audit) scarce() bool {
	return a.registrations == 0 || a.confirmed == 0 || a.saves == 0 || a.profiles == 0 || a.preferences == 0 || a.messages == 0
}

// loses takes one of each away that was written, and expects the audit to say so.
func loses(t *testing.T, l *ledger, s site) {
	t.Helper()
	remove := func(table, pk, sk string) {
		_, err := s.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String(s.names[table]), Key: dynamo.Key(pk, sk)})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(l.drafts) == 0 {
		return
	}
	remove("PracticesTable", "practice#"+l.drafts[0].id, "draft")
	l.registered("nobody@new.example")
	l.written(addressOf(0, false), "mark-never")
	l.entered(strings.Repeat("A", 43))
	l.profile(ref(0, false), "another role")
	a, err := l.audit(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	missed := strings.Join(a.lost, "\n")
	for _, want := range []string{
		"the practice " + l.drafts[0].id, "nobody@new.example has registered and has no application", `no mail to nobody@new.example has "/confirm?"`,
		`has "mark-never"`, "somebody signed in and has no session", `was saved as "another role"`,
	} {
		if !strings.Contains(missed, want) {
			t.Errorf("the audit does not say %q but\n%s", want, missed)
		}
	}
	if kept(stage{}, a) == nil {
		t.Error("the loss is no error")
	}
}

// A server that stalls once must show in the latency of those who came meanwhile: their times had come.
func TestStallsCount(t *testing.T) {
	var stalled atomic.Bool
	gate := make(chan struct{}, 1) // one request at a time, as a process that is busy
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		gate <- struct{}{}
		defer func() { <-gate }()
		if stalled.CompareAndSwap(false, true) {
			time.Sleep(600 * time.Millisecond)
		}
	}))
	defer server.Close()
	page := errand{"page", 1, func(ctx context.Context, v *visitor) error {
		_, err := v.get(ctx, "page", "/")
		return err
	}}
	people := &traffic{site: site{url: server.URL}, errands: []errand{page}, networks: newNetworks(3), results: newResults(), chance: newChance(1)}
	defer people.networks.close()
	people.offer(t.Context(), 100, time.Second)
	sum := people.results.all("")
	if n := sum.counts[accepted]; n < 50 || n != sum.requests() {
		t.Fatalf("%d of %d accepted", n, sum.requests())
	}
	// About half of a second's requests came while the server stalled, and waited 300 ms on average.
	if p := sum.at(0.8); p < 200*time.Millisecond {
		t.Errorf("80 of 100 were answered within %s, although the server stalled for most of the time", p)
	}
}

func TestOutcomes(t *testing.T) {
	for body, want := range map[string]outcome{
		`{"message":"Too Many Requests"}`: throttled, `<h1>Too many</h1>`: limited, `{"code":"too-many-requests"}`: limited,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = w.Write([]byte(body))
		}))
		people := &traffic{site: site{url: server.URL}, networks: newNetworks(1), results: newResults(), chance: newChance(1)}
		v := &visitor{traffic: people, client: people.networks.any(people.chance), cookies: map[string]string{}}
		if _, is := v.send(t.Context(), time.Now(), http.MethodGet, "/", nil); is != want {
			t.Errorf("%s is outcome %d, want %d", body, is, want)
		}
		people.networks.close()
		server.Close()
	}
}
