package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/municipalitiesnet/munet/infra/bench/coldstart"
)

// maxStartRatio is how many times the floor a function's start may take.
const maxStartRatio = 1.5

// startLimit is how long one start may take.
const startLimit = 10 * time.Second

// measureStarts starts every program once a round, for as many rounds as told and one before that
// fills the system's caches, so that a machine whose speed drifts treats all alike. The order is
// another one in each round: a start suffers from what a large program before it leaves behind.
func measureStarts(ctx context.Context, programs []*program, runs int) (table, error) {
	watch, err := coldstart.NewStopwatch(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = watch.Close() }()

	times := map[*program][]time.Duration{}
	order := slices.Clone(programs)
	for run := range runs + 1 {
		rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] }) //nolint:gosec // no secret
		for _, p := range order {
			took, err := start(ctx, watch, p)
			if err != nil {
				return nil, err
			}
			if run > 0 {
				times[p] = append(times[p], took)
			}
		}
	}

	rows := table{{"function", "start", "floor", "floor's start", "ratio", fmt.Sprintf("at most %.1f", maxStartRatio)}}
	for _, p := range programs {
		if p.floor == nil {
			continue
		}
		own, floor := median(times[p]), median(times[p.floor])
		ratio := own.Seconds() / floor.Seconds()
		rows = append(rows, []string{
			p.name, milliseconds(own), p.floor.name, milliseconds(floor),
			fmt.Sprintf("%.2f", ratio), verdict(ratio <= maxStartRatio),
		})
	}
	return rows, nil
}

func start(ctx context.Context, watch *coldstart.Stopwatch, p *program) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	return watch.Time(ctx, p.path, p.environment)
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	middle := len(times) / 2
	if len(times)%2 == 1 {
		return times[middle]
	}
	return (times[middle-1] + times[middle]) / 2
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1000) }
