package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/municipalitiesnet/munet/infra/bench/report"
	"github.com/municipalitiesnet/munet/internal/search"
)

const (
	searches = 3000
	starts   = 9
	// share is the part of a processor that Lambda gives to 256 MB: 1,769 MB have one.
	share = 256.0 / 1769
)

// measure builds the library in a table and returns the report.
func measure(ctx context.Context, documents int, seed uint64) (text string, err error) {
	t, err := newTable(ctx)
	if err != nil {
		return "", err
	}
	defer func() {
		if err2 := t.remove(context.WithoutCancel(ctx)); err == nil {
			err = err2
		}
	}()
	r := figures{{"what", "figure"}}
	c := newCorpus(seed)
	begin := time.Now()
	if err := t.store.Rebuild(ctx, c.documents(documents)); err != nil {
		return "", err
	}
	r.add("analysing and storing all, for each document", fmt.Sprintf("%.2f ms", ms(time.Since(begin))/float64(documents)))
	bytes, err := t.stored(ctx)
	if err != nil {
		return "", err
	}
	r.add("segments in the table", fmt.Sprintf("%s, %d bytes a document", megabytes(uint64(bytes)), bytes/documents)) //nolint:gosec // a length

	if err := r.cold(ctx, t, seed); err != nil {
		return "", err
	}
	if err := r.warm(ctx, t, c); err != nil {
		return "", err
	}
	return fmt.Sprintf("### Search in %d documents of about 700 words, in nine languages\n\n%s", documents, report.Table(r)), nil
}

// cold measures new processes.
func (r *figures) cold(ctx context.Context, t *table, seed uint64) error {
	var results []coldResult
	for i := range starts {
		result, err := cold(ctx, t, seed+uint64(i))
		if err != nil {
			return err
		}
		results = append(results, result)
	}
	slices.SortFunc(results, func(a, b coldResult) int { return int(a.Took - b.Took) })
	median, worst := results[starts/2], results[starts-1]
	r.add("new process to its first answer, median and most of "+fmt.Sprint(starts), fmt.Sprintf("%.0f ms, %.0f ms", ms(median.Took), ms(worst.Took)))
	r.add("… processor time", fmt.Sprintf("%.0f ms", ms(median.CPU)))
	r.add("… of that loading the index, first search", fmt.Sprintf("%.0f ms, %.1f ms", ms(median.Load), ms(median.Search)))
	r.add("… what it reads", median.Used)
	r.add("… heap with the index, most memory of the process", megabytes(median.Heap)+", "+megabytes(median.Peak))
	return nil
}

// warm measures a process that has answered before.
func (r *figures) warm(ctx context.Context, t *table, c *corpus) error {
	reader := search.NewReader(t.store)
	if _, err := reader.Index(ctx); err != nil {
		return err
	}
	t.used.take()
	var took, used []time.Duration
	run := func(x *search.Index, q search.Query) (search.Result, error) {
		begin, cpu := time.Now(), processorTime()
		result, err := x.Search(q)
		took, used = append(took, time.Since(begin)), append(used, processorTime()-cpu)
		return result, err
	}
	for i := range searches {
		x, err := reader.Index(ctx)
		if err != nil {
			return err
		}
		q := c.query()
		result, err := run(x, q)
		if err == nil && result.Next != "" && i%10 == 0 {
			q.Cursor = result.Next
			_, err = run(x, q)
		}
		if err != nil {
			return err
		}
	}
	r.add("search with all counts: median, p95, p99", percentiles(took, 1))
	r.add("… processor time", percentiles(used, 1))
	r.add("… with a 256 MB function's share of a processor", percentiles(used, share))
	return r.changes(ctx, t, c, reader)
}

// changes measures what one published document means to a warm process.
func (r *figures) changes(ctx context.Context, t *table, c *corpus, reader *search.Reader) error {
	settle := func() { time.Sleep(2100 * time.Millisecond) } // longer than a snapshot is used
	settle()
	t.used.take()
	if _, err := reader.Index(ctx); err != nil {
		return err
	}
	r.add("a list page after two seconds reads", t.used.take())
	d, err := c.document(1)
	if err != nil {
		return err
	}
	d.Version, d.Texts[0].Text = 2, "Zyzzyva"
	if err := t.publish(ctx, d); err != nil {
		return err
	}
	published := time.Now()
	for {
		x, err := reader.Index(ctx)
		if err != nil {
			return err
		}
		found, err := x.Search(search.Query{Words: "zyzzyva"})
		if err != nil {
			return err
		}
		if found.Total == 1 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	r.add("a published document is found after", fmt.Sprintf("%.1f s", time.Since(published).Seconds()))
	x, err := reader.Index(ctx)
	if err != nil {
		return err
	}
	cpu := processorTime()
	x.Similar(d, 5)
	first := processorTime()
	x.Similar(d, 5)
	r.add("similar documents, first time after a change, then: processor time", fmt.Sprintf("%.0f ms, %.1f ms", ms(first-cpu), ms(processorTime()-first)))
	begin := time.Now()
	if err := t.store.Compact(ctx); err != nil {
		return err
	}
	r.add("compaction of one change", fmt.Sprintf("%.0f ms", ms(time.Since(begin))))
	return nil
}

// figures is a table of two columns.
type figures report.Table

func (r *figures) add(what, figure string) { *r = append(*r, []string{what, figure}) }

// percentiles tells the median and the worst of durations, on a part of a processor.
func percentiles(all []time.Duration, share float64) string {
	slices.Sort(all)
	at := func(part float64) float64 { return ms(all[int(float64(len(all)-1)*part)]) / share }
	return fmt.Sprintf("%.2f, %.2f, %.2f ms", at(0.5), at(0.95), at(0.99))
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func megabytes(bytes uint64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }
