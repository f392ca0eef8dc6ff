package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/infra/bench/report"
	"github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/infra/stranger"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/maillink"
)

const (
	// pool is how many addresses of each kind are asked about in turn.
	pool = 40
	// warmUp is how many requests of each kind are not measured.
	warmUp = 100
)

// pair is two kinds of addresses that a route is asked about.
type pair struct {
	stranger.Probe
	known, unknown string // their states
	// more is an item that is read within the time of the first kind: the control.
	more bool
}

type bench struct {
	*cloud.Cloud
	crowd  *stranger.Crowd
	limits *limit.Store
	n      int
}

func measure(ctx context.Context, n int, route string) (text string, err error) {
	c, err := cloud.Start(ctx, cloud.Options{NoSchedules: true})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	signer, err := stranger.Signer(c)
	if err != nil {
		return "", err
	}
	links := maillink.Links{Site: c.URL, Signer: signer}
	b := &bench{Cloud: c, crowd: &stranger.Crowd{URL: c.URL}, n: n}
	b.limits = limit.NewStore(c.DynamoDB(), c.Tables["LimitsTable"], signer, time.Now, func(string, float64) {})
	if err := stranger.Populate(ctx, c, pool, "member", "suspended", "awaiting approval", "applied"); err != nil {
		return "", err
	}
	probes := stranger.Probes("", func(address string) string { return links.Again(address, time.Now()) })
	signIn, register, json, again := probes[0], probes[1], probes[2], probes[3]
	out := report.Machine() + fmt.Sprintf("%d requests of each kind, in random order, one at a time.\n\n", n)
	out += "| route | addresses | median | of nobody | p |\n|---|---|---:|---:|---:|\n"
	fmt.Print(out)
	for _, p := range []pair{
		{signIn, "member", stranger.Nobody, false}, {signIn, "suspended", stranger.Nobody, false},
		{signIn, "awaiting approval", stranger.Nobody, false}, {signIn, "applied", stranger.Nobody, false},
		{register, "member", stranger.Nobody, false}, {json, "member", stranger.Nobody, false},
		{again, "member", "applied", false},
		{signIn, stranger.Nobody, stranger.Nobody, true},
	} {
		if !strings.Contains(p.Name, route) && !p.more {
			continue
		}
		row, err := b.compare(ctx, p)
		if err != nil {
			return "", fmt.Errorf("%s: %w", p.Name, err)
		}
		fmt.Print(row)
		out += row
	}
	return out, nil
}

// compare measures a pair and returns its row of the table.
func (b *bench) compare(ctx context.Context, p pair) (string, error) {
	var took [2][]time.Duration
	states, left := [2]string{p.known, p.unknown}, [2]int{b.n + warmUp, b.n + warmUp}
	for left[0]+left[1] > 0 {
		kind := 0
		if rand.IntN(left[0]+left[1]) >= left[0] { //nolint:gosec // no secret
			kind = 1
		}
		left[kind]--
		n := left[kind] % pool
		if p.more {
			n = 2*n + kind // two groups of addresses that nobody has
		}
		d, err := b.one(ctx, p, stranger.Address(states[kind], n), p.more && kind == 0)
		if err != nil {
			return "", err
		}
		if left[kind] < b.n {
			took[kind] = append(took[kind], d)
		}
	}
	what := p.known + " and " + p.unknown
	if p.more {
		what = "control: one GetItem more, and none"
	}
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return fmt.Sprintf("| `%s` | %s | %.2f ms | %.2f ms | %.2g |\n", p.Name, what, ms(median(took[0])), ms(median(took[1])), mannWhitney(took[0], took[1])), nil
}

// one asks once and returns how long that took. Before, the limits are as if nobody had asked.
func (b *bench) one(ctx context.Context, p pair, address string, more bool) (time.Duration, error) {
	for _, c := range []limit.Count{{Limit: limit.SignIn, What: address}, {Limit: limit.Registration, What: address}, limit.Everybody} {
		reset := b.limits.Reset(b.limits.Key(c)).Delete
		if _, err := b.DynamoDB().DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: reset.TableName, Key: reset.Key}); err != nil {
			return 0, err
		}
	}
	began := time.Now()
	answer, err := p.Ask(ctx, b.crowd, address)
	if err == nil && more {
		_, err = b.DynamoDB().GetItem(ctx, &dynamodb.GetItemInput{
			TableName: aws.String(b.Tables["MembersTable"]), Key: dynamo.Key("none", "none"), ConsistentRead: aws.Bool(true),
		})
	}
	took := time.Since(began)
	if err == nil && answer.Status >= http.StatusBadRequest {
		err = fmt.Errorf("status %d:\n%s", answer.Status, answer.Body)
	}
	return took, err
}
