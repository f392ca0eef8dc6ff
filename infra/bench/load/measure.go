package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/infra/bench/meter"
	"github.com/municipalitiesnet/munet/infra/bench/shelf"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/session"
)

// pause is how long people look at an answer, on average. It is short: what counts is how many requests
// come, and an errand should end within a run.
const pause = 500 * time.Millisecond

// newTraffic makes people for a site with a population, and signs some of its members in.
func newTraffic(ctx context.Context, s site, p population) (*traffic, error) {
	made, err := shelf.New(2)
	if err != nil {
		return nil, err
	}
	t := &town{population: p, shelf: made, next: newCounter(), members: make(chan signedIn, p.sessions())}
	people := members.NewStore(s.client, s.names["MembersTable"], time.Now)
	store := session.NewStore(s.client, s.names["SessionsTable"], people, time.Now)
	var items []dynamo.Item
	for number := range p.sessions() {
		person := members.Person{Ref: ref(number, false)}
		id, write, err := store.Begin(person, organisationName(number), "Firefox")
		if err != nil {
			return nil, err
		}
		items = append(items, write.Put.Item)
		t.members <- signedIn{number, id}
	}
	if err := s.write(ctx, "SessionsTable", slices.Values(items)); err != nil {
		return nil, err
	}
	return &traffic{
		site: s, errands: t.errands(), networks: newNetworks(500), results: newResults(), ledger: newLedger(), pause: pause,
		chance: newChance(uint64(p.members)), //nolint:gosec // a number of members
	}, nil
}

// A cost is what requests of a kind have taken, one after the other.
type cost struct {
	n         int
	processor time.Duration // of the functions
	used      meter.Usage
	bytes     int64
}

// costs does each errand several times, one request at a time, with functions that are warm.
func costs(ctx context.Context, c *cloud, p population, times int) (map[string]*cost, error) {
	// Events of mails would be worked off during other requests.
	if err := c.faults(ctx, `{"ses": {"loseEvents": {"probability": 1}}}`); err != nil {
		return nil, err
	}
	t, err := newTraffic(ctx, c.site, p)
	if err != nil {
		return nil, err
	}
	defer t.networks.close()
	for range times { // warms up
		for _, e := range t.errands {
			t.do(ctx, e, time.Now())
		}
	}
	all := map[string]*cost{}
	var failed error
	t.around = func(kind string, request func() outcome) {
		c.meter.Take()
		before, err := c.functionTime()
		is := request()
		after, err2 := c.functionTime()
		failed = errors.Join(failed, err, err2)
		if is != accepted {
			return
		}
		if all[kind] == nil {
			all[kind] = &cost{}
		}
		k, used := all[kind], c.meter.Take()
		k.n++
		k.processor += after - before
		k.used.Requests += used.Requests
		k.used.Reads += used.Reads
		k.used.Writes += used.Writes
	}
	for range times {
		for _, e := range t.errands {
			for range max(2, e.weight/2) {
				t.do(ctx, e, time.Now())
			}
		}
	}
	for kind, k := range all {
		sum := t.results.kinds[kind]
		k.bytes = sum.bytes / int64(sum.counts[accepted])
	}
	if wrong := t.results.wrong(); len(wrong) > 0 {
		failed = errors.Join(failed, errors.New(strings.Join(wrong, "\n")))
	}
	return all, failed
}

// functionTime is the processor time of all functions.
func (c *cloud) functionTime() (sum time.Duration, err error) {
	all, err := c.functions()
	for _, u := range all {
		sum += u.Processor
	}
	return sum, err
}

// faults sets the stand-ins' faults.
func (c *cloud) faults(ctx context.Context, faults string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/_local/faults", strings.NewReader(faults))
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusNoContent {
		err = errors.New("setting faults: " + response.Status)
	}
	return errors.Join(err, response.Body.Close())
}

// A stage is a time with one rate of requests.
type stage struct {
	rate     float64
	results  *results
	sum      tally
	length   time.Duration // until all were answered
	parts    [4]string     // processors that functions, database, gateway and load used
	others   string        // … and other programs
	average  string        // load average
	wrong    []string
	answered float64 // a second
}

// run offers requests at a rate.
func (c *cloud) run(ctx context.Context, t *traffic, rate float64, length time.Duration) (stage, error) {
	t.results = newResults()
	before, err := c.used()
	if err != nil {
		return stage{}, err
	}
	t.offer(ctx, rate, length)
	after, err := c.used()
	if err != nil {
		return stage{}, err
	}
	s := stage{rate: rate, results: t.results, sum: t.results.all(""), length: after.at.Sub(before.at), average: loadAverage(), wrong: t.results.wrong()}
	s.parts, s.others = after.since(before)
	s.answered = float64(s.sum.counts[accepted]) / s.length.Seconds()
	say("%.0f a second: %.0f answered, p50 %s ms, p99 %s ms; load average %s%s", rate, s.answered, ms(s.sum.at(0.5)), ms(s.sum.at(0.99)), s.average, failures(s))
	return s, ctx.Err()
}

// broken reports whether the rate is more than the machine takes: 1 of 100 waits for more than a second,
// or something failed.
func (s stage) broken() bool { return s.sum.at(0.99) > time.Second || len(s.wrong) > 0 }

// climb raises the rate until it is too much.
func climb(ctx context.Context, c *cloud, t *traffic, rates []float64, length time.Duration) (all []stage, err error) {
	for _, rate := range rates {
		s, err := c.run(ctx, t, rate, length)
		if err != nil {
			return all, err
		}
		if all = append(all, s); s.broken() {
			break
		}
	}
	return all, nil
}

// overload offers more than the throttle lets through, and looks for everything that was accepted.
func overload(ctx context.Context, c *cloud, p population, times float64, length time.Duration) (stage, *audit, error) {
	t, err := newTraffic(ctx, c.site, p)
	if err != nil {
		return stage{}, nil, err
	}
	defer t.networks.close()
	s, err := c.run(ctx, t, times*c.throttle, length)
	if err != nil {
		return s, nil, err
	}
	a, err := t.ledger.audit(ctx, c.site)
	if err != nil {
		return s, a, fmt.Errorf("looking for what was accepted: %w", err)
	}
	return s, a, nil
}

// kept is an error that says what the site has broken: something that failed, or was accepted and lost.
func kept(s stage, a *audit) error {
	wrong := append(slices.Clone(s.wrong), a.lost...)
	if s.sum.counts[throttled] == 0 {
		wrong = append(wrong, "the throttle refused nothing, so this was no overload")
	}
	if a.sum() == 0 {
		wrong = append(wrong, "nothing was accepted")
	}
	if len(wrong) == 0 {
		return nil
	}
	return errors.New(strings.Join(wrong, "\n"))
}
