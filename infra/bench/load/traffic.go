package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// Traffic is requests that arrive at times of their own, however long answers take: times are drawn
// beforehand (a Poisson process), and a request's latency counts from its time, not from when it got its
// turn. So a slow answer keeps nobody else back, and does not hide how long the next one waited
// ("coordinated omission"). At each time the next request of an errand goes out whose person is ready
// for it, or else somebody begins a new errand.
type traffic struct {
	site     site
	errands  []errand
	networks *networks
	results  *results
	ledger   *ledger

	// pause is how long people look at an answer, on average.
	pause time.Duration
	// turns hands out the times of requests; nil: whoever is ready has a turn at once.
	turns chan time.Time
	over  chan struct{} // closed when no request may begin any more
	// around is called around each request, to measure it; it may be nil.
	around func(kind string, request func() outcome)

	chance *chance
}

// A chance is a generator that many use.
type chance struct {
	mutex sync.Mutex
	*rand.Rand
}

func newChance(seed uint64) *chance {
	return &chance{Rand: rand.New(rand.NewPCG(seed, seed))} //nolint:gosec // it chooses among errands
}

func (c *chance) intN(n int) int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.IntN(n)
}

func (c *chance) exponential() float64 {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.ExpFloat64()
}

// errOver says that the time is up.
var errOver = errors.New("the time is up")

// turn waits for the time of a request.
func (t *traffic) turn(ctx context.Context) (time.Time, error) {
	if t.turns == nil {
		return time.Now(), ctx.Err()
	}
	select {
	case at := <-t.turns:
		return at, nil
	case <-t.over:
		return time.Time{}, errOver
	case <-ctx.Done():
		return time.Time{}, ctx.Err()
	}
}

// wait is a person's pause between two requests.
func (t *traffic) wait(ctx context.Context, d time.Duration) error {
	if t.turns == nil {
		return ctx.Err()
	}
	select {
	case <-time.After(d):
		return nil
	case <-t.over:
		return errOver
	case <-ctx.Done():
		return ctx.Err()
	}
}

// offer sends so many requests a second for a time, then waits until all are answered.
func (t *traffic) offer(ctx context.Context, rate float64, length time.Duration) {
	t.turns, t.over = make(chan time.Time), make(chan struct{})
	var people sync.WaitGroup
	begin := time.Now()
	for at := begin; at.Sub(begin) < length && ctx.Err() == nil; at = at.Add(t.gap(rate)) {
		time.Sleep(time.Until(at))
		select {
		case t.turns <- at:
		default:
			people.Go(func() { t.begin(ctx, at) })
		}
	}
	close(t.over)
	people.Wait()
}

// gap is the time between two requests, at a rate a second.
func (t *traffic) gap(rate float64) time.Duration {
	return time.Duration(t.chance.exponential() / rate * float64(time.Second))
}

// begin does one errand, chosen by weight. Its first request has its time already.
func (t *traffic) begin(ctx context.Context, at time.Time) {
	sum := 0
	for _, e := range t.errands {
		sum += e.weight
	}
	pick := t.chance.intN(sum)
	for _, e := range t.errands {
		if pick -= e.weight; pick < 0 {
			t.do(ctx, e, at)
			return
		}
	}
}

// do does an errand to its end.
func (t *traffic) do(ctx context.Context, e errand, at time.Time) {
	v := &visitor{traffic: t, client: t.networks.any(t.chance), cookies: map[string]string{}, first: at}
	if err := e.do(ctx, v); err != nil && !errors.Is(err, errOver) && !errors.Is(err, errAnswered) {
		t.results.broke(e.name, err)
	}
}
