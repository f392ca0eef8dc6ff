// Command load puts the local cloud under the load of many people and measures what becomes of it: the
// whole of "make run" in a process of its own, with a network of thousands of members in its tables.
//
//	go run ./infra/bench/load                   10,000 and 100,000 members, about seven minutes
//	go run ./infra/bench/load -members 10000    one of them
//	go run ./infra/bench/load -short            a network of 1,000, under overload only
//
// A population is written once and kept in .cache/load; that of 100,000 takes minutes. With -write the
// tables go into docs/performance.md. It fails if something that was accepted is lost, or if a request
// fails while more come than the API's throttle lets through.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/infra/bench/report"
	"github.com/municipalitiesnet/munet/infra/local/checkout"
)

func main() {
	o := options{}
	sizes := flag.String("members", "10000,100000", "how many members the networks have, by commas")
	flag.BoolVar(&o.short, "short", false, "only a short overload of a network of 1,000")
	flag.BoolVar(&o.write, "write", false, "write the tables into docs/performance.md")
	flag.Float64Var(&o.times, "times", 2, "how many times what the throttle lets through is offered")
	flag.DurationVar(&o.overload, "overload", time.Minute, "for how long")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := o.parse(*sizes)
	if err == nil {
		err = o.run(ctx)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

type options struct {
	members      []int
	short, write bool
	times        float64
	overload     time.Duration
}

func (o *options) parse(sizes string) error {
	if o.short {
		o.members, o.overload = []int{1000}, 10*time.Second
		return nil
	}
	for size := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil || n < 100 {
			return errors.New("-members wants numbers of 100 and more, with commas between them")
		}
		o.members = append(o.members, n)
	}
	return nil
}

func (o *options) run(ctx context.Context) error {
	root, err := checkout.Root()
	if err != nil {
		return err
	}
	if err := os.Chdir(root); err != nil {
		return err
	}
	cache, err := checkout.Cache("load")
	if err != nil {
		return err
	}
	program := cache + "/local"
	compile := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", program, "./infra/local") //nolint:gosec // constant but for the cache
	if output, err := compile.CombinedOutput(); err != nil {
		return fmt.Errorf("build the local cloud: %w\n%s", err, output)
	}
	var problems error
	for _, n := range o.members {
		text, err := measure(ctx, cache, program, populationOf(n), o)
		fmt.Print(text)
		problems = errors.Join(problems, err)
		if err == nil && o.write {
			problems = errors.Join(problems, writeSection(n, text))
		}
	}
	return problems
}

// writeSection puts what was measured with so many members into its section of the document.
func writeSection(members int, text string) error {
	begin := fmt.Sprintf("<!-- load %d: written by go run ./infra/bench/load -write -->\n", members)
	return report.Write(begin, fmt.Sprintf("<!-- load %d: end -->", members), text)
}

func say(format string, args ...any) { fmt.Fprintf(os.Stderr, "load: "+format+"\n", args...) }

// How a network is measured.
const (
	repeats    = 4 // of each errand, one after the other
	runs       = 3
	runLength  = 15 * time.Second
	stepLength = 8 * time.Second
)

// rates are offered one after the other until it is too much.
var rates = []float64{10, 25, 50, 75, 100, 130, 160, 200, 250, 300}

// measure measures one network and returns its section.
func measure(ctx context.Context, cache, program string, p population, o *options) (text string, err error) {
	d, err := prepare(ctx, cache, p)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, d.stop()) }()
	var b strings.Builder
	fmt.Fprintf(&b, "### %d members, %d organisations, %d practices, %d calls\n\n%s",
		p.members, p.organisations(), p.practices, p.calls, report.Machine())
	throttle := shortThrottle
	if !o.short {
		most, err := ordinary(ctx, &b, program, d, p)
		if err != nil {
			return b.String(), err
		}
		throttle = bearable(most)
	}
	c, err := open(ctx, program, d, cloudOptions{throttle: throttle})
	if err != nil {
		return b.String(), err
	}
	defer func() { err = errors.Join(err, c.stop()) }()
	say("%.0f times what a throttle of %.0f lets through, for %s", o.times, c.throttle, o.overload)
	s, a, err := overload(ctx, c, p, o.times, o.overload)
	if err != nil {
		return b.String(), err
	}
	if throttle > 0 {
		fmt.Fprintf(&b, "The throttle is set to %.0f a second here, because this machine does not bear the template's.\n\n", throttle)
	}
	fmt.Fprintf(&b, "%.0f requests a second for %s, where the throttle lets %.0f through (load average %s):\n\n%s",
		s.rate, o.overload, c.throttle, s.average, auditTable(s, a))
	return b.String(), kept(s, a)
}

// bearable is the throttle for an overload: the template's (zero), or where the machine bears less than
// that, two thirds of what it does. The property is the same; a machine that cannot do what is let
// through runs into the functions' timeouts, which says nothing about AWS.
func bearable(most float64) float64 {
	if most > 100 {
		return 0
	}
	return most * 2 / 3
}

// shortThrottle is what any machine bears.
const shortThrottle = 30.0

// ordinary measures what requests take, and how many a second there may be, which it returns.
func ordinary(ctx context.Context, b *strings.Builder, program string, d *database, p population) (most float64, err error) {
	metered, err := open(ctx, program, d, cloudOptions{metered: true, throttle: unthrottled})
	if err != nil {
		return 0, err
	}
	say("%d members: what requests take", p.members)
	taken, err := costs(ctx, metered, p, repeats)
	if err := errors.Join(err, metered.stop()); err != nil {
		return 0, err
	}
	c, err := open(ctx, program, d, cloudOptions{throttle: unthrottled})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, c.stop()) }()
	t, err := newTraffic(ctx, c.site, p)
	if err != nil {
		return 0, err
	}
	defer t.networks.close()
	if _, err := c.run(ctx, t, rates[1], runLength); err != nil { // starts the processes
		return 0, err
	}
	climbed, err := climb(ctx, c, t, rates, stepLength)
	if err != nil {
		return 0, err
	}
	most = borne(climbed)
	var steady []stage
	for range runs {
		s, err := c.run(ctx, t, most/2, runLength)
		if err != nil {
			return 0, err
		}
		steady = append(steady, s)
	}
	functions, err := c.functions()
	if err != nil {
		return 0, err
	}
	describe(b, taken, climbed, steady, functions)
	return most, nil
}

// borne is the highest rate that was not too much.
func borne(climbed []stage) float64 {
	most := rates[0] / 2
	for _, s := range climbed {
		if !s.broken() {
			most = max(most, s.rate)
		}
	}
	return most
}
