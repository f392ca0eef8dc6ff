package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/infra/bench/process"
	"github.com/municipalitiesnet/munet/infra/bench/report"
	"github.com/municipalitiesnet/munet/infra/bench/shelf"
	"github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/infra/local/template"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
)

const (
	function = "LibraryFunction"
	starts   = 7
	// published is how many practices are published to see when each is found.
	published = 3
	// share is the part of a processor that Lambda gives to 256 MB: 1,769 MB have a whole one.
	share = 256.0 / 1769
)

// library is a local cloud with a full library.
type library struct {
	*cloud.Cloud
	shelf *shelf.Shelf
	rows  report.Table
}

func (l *library) add(what, figure string) { l.rows = append(l.rows, []string{what, figure}) }

func measure(ctx context.Context, o options) (text string, err error) {
	s, err := shelf.New(o.seed)
	if err != nil {
		return "", err
	}
	c, err := cloud.Start(ctx, cloud.Options{NoSchedules: true, Throttle: template.AccountThrottle})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	l := &library{Cloud: c, shelf: s, rows: report.Table{{"what", "measured"}}}
	index := practice.SearchStore(dynamo.NewClient(c.DynamoDB()), c.Tables["PracticesTable"], time.Now)
	if err := index.Rebuild(ctx, s.Documents(o.practices)); err != nil {
		return "", err
	}
	for _, step := range []func(context.Context) error{
		l.cold, func(ctx context.Context) error { return l.warm(ctx, o.searches) }, l.findable,
	} {
		if err := step(ctx); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("### The library with %d practices in nine languages, in the local cloud\n\n%s", o.practices, l.rows), nil
}

// get asks the site and returns the answer and how long it took.
func (l *library) get(ctx context.Context, path string) (string, time.Duration, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.URL+path, http.NoBody)
	if err != nil {
		return "", 0, err
	}
	begin := time.Now()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", path, response.Status)
	}
	return string(body), time.Since(begin), err
}

// cold measures new processes, from the request that starts one to its answer.
func (l *library) cold(ctx context.Context) error {
	var took []time.Duration
	for range starts {
		l.Kill(function)
		_, d, err := l.get(ctx, "/practices?"+l.shelf.Query())
		if err != nil {
			return err
		}
		took = append(took, d)
	}
	slices.Sort(took)
	u, err := process.Function(function)
	if err != nil {
		return err
	}
	l.add(fmt.Sprintf("new process to its first page, median and most of %d", starts), fmt.Sprintf("%.0f, %.0f ms", ms(took[starts/2]), ms(took[starts-1])))
	l.add("… processor time of one, start to answer", fmt.Sprintf("%.0f ms", ms(u.Processor)))
	return nil
}

// warm measures one process that has answered before, one request at a time. A search without its
// page is measured by infra/bench/search; here the whole page and the answer in JSON are.
func (l *library) warm(ctx context.Context, searches int) error {
	for _, kind := range []struct{ name, path string }{{"page", "/practices?"}, {"answer in JSON", "/api/practices?"}} {
		for range 50 {
			if _, _, err := l.get(ctx, kind.path+l.shelf.Query()); err != nil {
				return err
			}
		}
		before, err := process.Function(function)
		if err != nil {
			return err
		}
		var took []time.Duration
		for range searches {
			_, d, err := l.get(ctx, kind.path+l.shelf.Query())
			if err != nil {
				return err
			}
			took = append(took, d)
		}
		after, err := process.Function(function)
		if err != nil {
			return err
		}
		slices.Sort(took)
		at := func(part float64) float64 { return ms(took[int(float64(len(took)-1)*part)]) }
		each := ms(after.Processor-before.Processor) / float64(searches)
		l.add("search, "+kind.name+", seen by the browser: median, p95, p99", fmt.Sprintf("%.1f, %.1f, %.1f ms", at(0.5), at(0.95), at(0.99)))
		l.add("… processor time in the function, mean", fmt.Sprintf("%.1f ms", each))
		l.add("… at the share of a processor that 256 MB get", fmt.Sprintf("%.0f ms", each/share))
	}
	u, err := process.Function(function)
	l.add("most memory of the process", fmt.Sprintf("%d MB", u.Peak))
	return err
}

// findable measures when a practice that is published through the store is found.
func (l *library) findable(ctx context.Context) error {
	var longest time.Duration
	store := practice.NewStore(l.DynamoDB(), l.Tables["PracticesTable"], time.Now)
	for i := range published {
		word := "zyzzyva" + strings.Repeat("x", i+1)
		if err := l.publish(ctx, store, word); err != nil {
			return err
		}
		since := time.Now()
		for found := false; !found; time.Sleep(20 * time.Millisecond) {
			body, _, err := l.get(ctx, "/api/practices?words="+word)
			if err != nil {
				return err
			}
			found = strings.Contains(body, word+" in")
		}
		longest = max(longest, time.Since(since))
	}
	l.add(fmt.Sprintf("a published practice is found after, most of %d", published), fmt.Sprintf("%.1f s", longest.Seconds()))
	return nil
}

func (l *library) publish(ctx context.Context, store *practice.Store, word string) error {
	pub := l.shelf.Publication(0)
	text := pub.Texts[pub.Original]
	text.Title = word + " in the title"
	pub.Texts = map[language.Tag]practice.Text{pub.Original: text}
	who := practice.Author{Ref: members.Ref{Organisation: "TOWN", Person: "ANNA"}, Name: "Anna", OrganisationName: "Town"}
	p, d, err := store.Create(ctx, who, pub.Content)
	if err != nil {
		return err
	}
	if _, err := store.Submit(ctx, p.ID, d.Revision, "", who); err != nil {
		return err
	}
	return store.Decide(ctx, p.ID, 1, practice.Decision{
		Outcome: practice.Publish, By: members.Ref{Organisation: members.Secretariat, Person: "MARIA"}, Name: "Maria",
	})
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
