package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/municipalitiesnet/munet/infra/bench/report"
)

func ms(d time.Duration) string { return fmt.Sprintf("%.0f", float64(d)/float64(time.Millisecond)) }

// share is the part of a processor that Lambda gives to 256 MB: 1,769 MB have a whole one.
const share = 256.0 / 1769

// costTable says what carries over to AWS.
func costTable(all map[string]*cost) report.Table {
	rows := report.Table{{"request", "processor, ms", "… at 256 MB, ms", "requests to DynamoDB", "read units", "write units", "KB"}}
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		k := all[kind]
		n := float64(k.n)
		each := k.processor.Seconds() * 1000 / n
		rows = append(rows, []string{
			kind, fmt.Sprintf("%.1f", each), fmt.Sprintf("%.0f", each/share), fmt.Sprintf("%.1f", float64(k.used.Requests)/n),
			fmt.Sprintf("%.1f", k.used.Reads/n), fmt.Sprintf("%.1f", k.used.Writes/n), fmt.Sprintf("%.1f", float64(k.bytes)/1000),
		})
	}
	return rows
}

// mix is what the mean request takes, by what a stage was made of.
type mix struct{ processor, reads, writes, bytes float64 }

func mixOf(all map[string]*cost, r *results) (m mix) {
	sum := 0.0
	for kind, t := range r.kinds {
		k := all[kind]
		if k == nil {
			continue
		}
		part, n := float64(t.counts[accepted]), float64(k.n)
		sum += part
		m.processor += part * k.processor.Seconds() * 1000 / n
		m.reads += part * k.used.Reads / n
		m.writes += part * k.used.Writes / n
		m.bytes += part * float64(k.bytes)
	}
	return mix{m.processor / sum, m.reads / sum, m.writes / sum, m.bytes / sum}
}

// stageTable shows stages, one a row.
func stageTable(stages []stage) report.Table {
	rows := report.Table{{"offered a second", "answered", "p50, ms", "p95", "p99", "functions", "DynamoDB Local", "gateway", "the load itself", "other programs", "load average"}}
	for _, s := range stages {
		row := []string{fmt.Sprintf("%.0f", s.rate), fmt.Sprintf("%.0f", s.answered), ms(s.sum.at(0.5)), ms(s.sum.at(0.95)), ms(s.sum.at(0.99))}
		rows = append(rows, append(append(row, s.parts[:]...), s.others, s.average))
	}
	return rows
}

// latencyTable shows the median of several runs for each group of requests.
func latencyTable(stages []stage) report.Table {
	rows := report.Table{{"requests", "in a run", "p50, ms", "p95", "p99"}}
	row := func(name, group string) {
		var n []int
		var at [3][]time.Duration
		for _, s := range stages {
			sum := s.results.all(group)
			n = append(n, sum.counts[accepted])
			for i, part := range []float64{0.5, 0.95, 0.99} {
				at[i] = append(at[i], sum.at(part))
			}
		}
		rows = append(rows, []string{name, fmt.Sprint(median(n)), ms(median(at[0])), ms(median(at[1])), ms(median(at[2]))})
	}
	row("all", "")
	for _, group := range stages[0].results.groups() {
		row(group, group)
	}
	return rows
}

func median[T int | time.Duration](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// auditTable shows what was offered beyond the throttle, and what became of it.
func auditTable(s stage, a *audit) report.Table {
	c := s.sum.counts
	rows := report.Table{{"offered, and what became of it", ""}}
	add := func(what string, n int) { rows = append(rows, []string{what, fmt.Sprint(n)}) }
	add("requests", s.sum.requests())
	add("accepted", c[accepted])
	add("refused by the throttle (429)", c[throttled])
	add("refused by a limit of ours (429)", c[limited])
	add("other refusals (4xx)", c[refused])
	add("failed (5xx)", c[failed])
	add("without an answer", c[lost])
	rows = append(rows, []string{"**accepted, and found afterwards**", ""})
	add("registrations, each with its application and mail", a.registrations)
	add("confirmed ones, each a person", a.confirmed)
	add("sessions of those who signed in", a.sessions)
	add("practices begun", a.drafts)
	add("sections of them, as they were saved last", a.saves)
	add("practices handed in", a.handedIn)
	add("messages to contact persons", a.messages)
	add("profiles, preferences, as saved last", a.profiles+a.preferences)
	add("**of all these, lost**", len(a.lost))
	return rows
}
