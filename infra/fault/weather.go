package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/municipalitiesnet/munet/infra/fault/town"
	"github.com/municipalitiesnet/munet/infra/local/ses"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
)

const (
	sender  = "DisseminationFunction"
	senders = 3
	// leavers is the part of the readers who unsubscribe while the newsletter goes out.
	leavers = 0.02
	// longest is when a run is given up.
	longest = 5 * time.Minute
)

// faults are those of SES in every run.
func faults(seed uint64) ses.Faults {
	return ses.Faults{
		Seed:     seed,
		Drop:     ses.Fault{Probability: 0.05},
		Throttle: ses.Fault{Probability: 0.005},
		Stall:    ses.Fault{Probability: 0.05}, StallSeconds: 0.05,
		LoseEvents:   ses.Fault{Probability: 0.02},
		DoubleEvents: ses.Fault{Probability: 0.02},
		DelayEvents:  ses.Fault{Probability: 0.02}, DelaySeconds: 3,
	}
}

// passage is one newsletter on its way through bad weather.
type passage struct {
	*town.Town
	options  options
	campaign string
	done     chan struct{} // closed when everything is sent

	mu       sync.Mutex
	left     map[string]time.Time // when an address was told that it gets nothing more
	inFlight int                  // deliveries in the hands of senders that were killed
	kills    int
}

// weather sends one newsletter while everything goes wrong, and checks what came of it.
func weather(ctx context.Context, t *town.Town, o options, seed uint64) (finding, error) {
	if err := emptyMailbox(ctx, t); err != nil {
		return finding{}, err
	}
	campaign, err := t.Schedule(ctx, fmt.Sprintf("Issue of seed %d", seed))
	if err != nil {
		return finding{}, err
	}
	p := &passage{Town: t, options: o, campaign: campaign, done: make(chan struct{}), left: map[string]time.Time{}}
	t.SetFaults(faults(seed))
	bounded, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	group, running := errgroup.WithContext(bounded)
	for range senders {
		group.Go(func() error { p.send(running); return nil })
	}
	group.Go(func() error { p.kill(running, rand.New(rand.NewPCG(seed, 1))); return nil }) //nolint:gosec // repeatable
	group.Go(func() error { return p.endLeases(running) })
	group.Go(func() error { return p.unsubscribe(running, rand.New(rand.NewPCG(seed, 2))) }) //nolint:gosec // repeatable
	group.Go(func() error { defer close(p.done); return p.await(running) })
	err = group.Wait()
	t.SetFaults(ses.Faults{})
	if err != nil {
		return finding{}, fmt.Errorf("the newsletter did not come to its end: %w", err)
	}
	found, err := p.settled(bounded)
	return found, errors.Join(err, p.comeBack(ctx))
}

func emptyMailbox(ctx context.Context, t *town.Town) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodDelete, t.URL+"/_local/mail.json", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// over reports whether everything is sent.
func (p *passage) over(ctx context.Context) bool {
	select {
	case <-p.done:
		return true
	case <-ctx.Done():
		return true
	default:
		return false
	}
}

// send starts a sender as often as one ends, by itself or killed.
func (p *passage) send(ctx context.Context) {
	for !p.over(ctx) {
		_, _ = p.Invoke(ctx, sender, nil) // the next run goes on, whatever became of this one
		time.Sleep(20 * time.Millisecond)
	}
}

// kill ends one sender at a time. The moments are spread over the whole newsletter.
func (p *passage) kill(ctx context.Context, random *rand.Rand) {
	moments := make([]int, p.options.kills)
	for i := range moments {
		moments[i] = random.IntN(p.options.recipients * 9 / 10)
	}
	slices.Sort(moments)
	for _, accepted := range moments {
		for p.CountAccepted() < accepted && !p.over(ctx) {
			time.Sleep(2 * time.Millisecond)
		}
		time.Sleep(time.Duration(random.IntN(30)) * time.Millisecond)
		for !p.over(ctx) && !p.KillOne(sender, random.IntN) {
			time.Sleep(2 * time.Millisecond)
		}
		if p.over(ctx) {
			return
		}
		p.kills++
	}
}

// unsubscribe has readers leave with one click while the newsletter goes out.
func (p *passage) unsubscribe(ctx context.Context, random *rand.Rand) error {
	all := random.Perm(len(p.People))
	chosen := all[:int(float64(len(all))*leavers)]
	for n, i := range chosen {
		for p.CountAccepted() < n*p.options.recipients*9/10/len(chosen) {
			if p.over(ctx) {
				return nil
			}
			time.Sleep(2 * time.Millisecond)
		}
		if err := p.leave(ctx, p.People[i]); err != nil {
			return err
		}
	}
	return nil
}

func (p *passage) leave(ctx context.Context, reader town.Person) error {
	ref, err := members.ParseRef(reader.Ref)
	if err != nil {
		return err
	}
	body := strings.NewReader(url.Values{"List-Unsubscribe": {"One-Click"}}.Encode())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Links.Unsubscribe(ref, maillink.Newsletter, language.Default), body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("unsubscribing was answered with %s", response.Status)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left[reader.Address] = time.Now()
	return nil
}

// comeBack subscribes again who left, for the next run.
func (p *passage) comeBack(ctx context.Context) error {
	var back []town.Person
	for _, reader := range p.People {
		if _, ok := p.left[reader.Address]; ok {
			back = append(back, reader)
		}
	}
	return p.SettleIn(ctx, back)
}

// await waits until everything is sent.
func (p *passage) await(ctx context.Context) error {
	for {
		c, err := p.Ledger.Campaign(ctx, p.campaign)
		if err != nil {
			return err
		}
		if c.State == dissemination.Done {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s after %s: %w", c.State, longest, ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}
