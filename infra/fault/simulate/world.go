package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/infra/fault/memory"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/mail"
)

const (
	campaign = "c"
	// patience is how many steps a world may take. Most end within some hundreds.
	patience = 100_000
)

// world is one newsletter with everybody who has to do with it.
type world struct {
	total
	seed   uint64
	random *rand.Rand
	now    time.Time
	table  *memory.Table
	post   *post
	kind   *kind
	store  *dissemination.Store // for looking, without faults
	procs  []*process
	events []event
	proved map[string]map[dissemination.Proof]bool // by delivery, what was settled
	trials int                                     // how many more faults there will be
	steps  int
	tell   func(format string, args ...any)
}

func newWorld(seed uint64) *world {
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // repeatable
	w := &world{
		seed: seed, random: random, now: time.Date(2027, 3, 14, 16, 0, 0, 0, time.UTC),
		table: memory.NewTable(), kind: &kind{size: 1 + random.IntN(60), page: 1 + random.IntN(20)},
		proved: map[string]map[dissemination.Proof]bool{}, trials: random.IntN(12), tell: func(string, ...any) {},
	}
	w.post = &post{world: w, sent: map[string]int{}, calls: map[string]int{}, per: 1 + random.IntN(200)}
	w.store = w.ledger(nil)
	return w
}

// ledger is the ledger as a process sees it; nil is for looking.
func (w *world) ledger(p *process) *dissemination.Store {
	step, sleep := func(do func()) error { do(); return nil }, func(context.Context, time.Duration) error { return nil }
	if p != nil {
		step, sleep = p.step, p.sleep
	}
	return dissemination.Simulated(w.table.Client(step), "deliveries", func() time.Time { return w.now }, sleep, w.random.IntN)
}

// run lets the world go on until everything is done, and checks it.
func (w *world) run() error {
	writes, err := w.store.Writes(dissemination.Campaign{ID: campaign, Kind: "issue", Subject: "1", Due: w.now}, nil)
	if err != nil {
		return err
	}
	if _, err := w.table.Transact(&dynamodb.TransactWriteItemsInput{TransactItems: writes}); err != nil {
		return err
	}
	for i := range 1 + w.random.IntN(3) {
		w.start("sender "+strconv.Itoa(i), w.sender)
	}
	w.start("feedback", w.feedback)
	w.start("coordinator", w.coordinator)
	for !w.over() {
		if w.steps++; w.steps > patience {
			return fmt.Errorf("nothing comes to an end: %+v", w.look())
		}
		w.turn()
	}
	for _, p := range w.procs {
		p.end()
	}
	return w.check()
}

// turn lets one process go on to its next call.
func (w *world) turn() {
	p := w.choose()
	w.now = w.now.Add(time.Duration(w.random.IntN(20)) * time.Millisecond)
	if w.trials > 0 && w.random.IntN(40) == 0 {
		w.trials--
		w.strike(p)
	}
	p.goOn()
	if p.ended {
		w.restart(p)
	}
}

// choose picks a process that does not wait, and lets time pass if all do.
func (w *world) choose() *process {
	var ready []*process
	soonest := w.procs[0]
	for _, p := range w.procs {
		if !p.until.After(w.now) {
			ready = append(ready, p)
		}
		if p.until.Before(soonest.until) {
			soonest = p
		}
	}
	if len(ready) == 0 {
		w.now = soonest.until
		return soonest
	}
	return ready[w.random.IntN(len(ready))]
}

// strike does something bad to a process.
func (w *world) strike(p *process) {
	switch w.random.IntN(5) {
	case 0: // before the call
		w.tell("%s is killed before its call", p.name)
		w.kills++
		p.dead = true
	case 1: // after the call
		w.kills++
		p.dies = true
	case 2: // in the middle of the next mails
		w.kills++
		p.dying = true
	case 3:
		w.freezes++
		p.until = w.now.Add(time.Duration(w.random.IntN(200)) * time.Second)
		w.tell("%s freezes until %s", p.name, p.until.Format(time.TimeOnly))
	case 4: // the SDK repeats the call
		w.repeats++
		p.repeats = true
	}
}

// over reports whether nothing is left to happen.
func (w *world) over() bool {
	if w.steps%8 != 0 || len(w.events) > 0 {
		return false
	}
	c := w.look()
	return !c.Finished.IsZero() && w.attribute("errand") == "" && w.attribute("due") == "" && w.secondTries+w.stops > 0
}

func (w *world) look() dissemination.Campaign {
	c, err := w.store.Campaign(context.Background(), campaign)
	if err != nil {
		panic(err) // it was written before the first step
	}
	return c
}

func (w *world) attribute(name string) string {
	return memory.Text(w.table.Item(campaign, "campaign")[name])
}

// sender is a function that runs every minute.
func (w *world) sender(p *process) {
	for !p.dead {
		e := &dissemination.Engine{
			Store: w.ledger(p), Kinds: map[string]dissemination.Kind{"issue": w.kind.kind()},
			Send:  func(_ context.Context, m mail.Message) (string, error) { return w.post.send(p, m) },
			Quota: w.post.quota, Log: slog.New(slog.DiscardHandler),
		}
		_, err := e.Run(context.Background())
		if err != nil && !p.dead {
			w.tell("%s: %v", p.name, err)
		}
		if p.sleep(context.Background(), time.Minute) != nil {
			return
		}
	}
}

// feedback acts on events as they come. What it did not get done comes again.
func (w *world) feedback(p *process) {
	store := w.ledger(p)
	for !p.dead {
		if len(w.events) == 0 {
			if p.sleep(context.Background(), 10*time.Second) != nil {
				return
			}
			continue
		}
		i := w.random.IntN(len(w.events))
		e := w.events[i]
		if err := store.Settle(context.Background(), e.delivery, e.proof); err != nil {
			if !p.dead {
				w.tell("feedback: %v", err)
			}
			if p.sleep(context.Background(), time.Second) != nil {
				return
			}
			continue
		}
		w.settled(e)
	}
}

func (w *world) settled(e event) {
	for i, waiting := range w.events {
		if waiting == e {
			w.events = append(w.events[:i], w.events[i+1:]...)
			break
		}
	}
	if w.proved[e.delivery] == nil {
		w.proved[e.delivery] = map[dissemination.Proof]bool{}
	}
	w.proved[e.delivery][e.proof] = true
}

// coordinator pauses and resumes, now and then stops, and in the end decides once to send again.
func (w *world) coordinator(p *process) {
	ctx := context.Background()
	stops := w.random.IntN(8) == 0
	for !p.dead {
		if p.sleep(ctx, time.Duration(w.random.IntN(120_000))*time.Millisecond) != nil {
			return
		}
		c := w.look()
		switch {
		case !c.Paused.IsZero():
			w.decide(w.store.Resume(campaign))
		case c.State == dissemination.Done && w.secondTries == 0:
			if w.decide(w.store.Again(campaign)) {
				w.tell("the coordinator has it sent again to whom it is UNKNOWN for")
				w.secondTries++
			}
		case c.State != dissemination.Sending && c.State != dissemination.Expanding:
		case stops && w.random.IntN(3) == 0:
			if w.decide(w.store.Stop(campaign)) {
				w.tell("the coordinator stops the campaign")
				w.stops++
			}
		case w.random.IntN(2) == 0 && w.pauses < 5:
			if w.decide(w.store.Pause(campaign)) {
				w.tell("the coordinator pauses")
				w.pauses++
			}
		}
	}
}

func (w *world) decide(write types.TransactWriteItem) bool {
	_, err := w.table.Transact(&dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{write}})
	if _, refused := dynamo.Cancelled(err); err != nil && !refused {
		panic(err) // the table knows no other error
	}
	return err == nil
}

var errDead = errors.New("the process is dead")
