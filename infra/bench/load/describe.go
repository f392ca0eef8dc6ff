package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/infra/bench/process"
	"github.com/municipalitiesnet/munet/infra/bench/report"
)

// describe writes what was measured below the throttle.
func describe(b *strings.Builder, taken map[string]*cost, climbed, steady []stage, functions []process.Usage) {
	b.WriteString("What a request takes, one after the other, in functions that are warm: the mean of several.\n\n")
	b.WriteString(costTable(taken).String())
	m := mixOf(taken, steady[0].results)
	fmt.Fprintf(b, "The mean request of the mix takes %.1f ms of a processor (%.0f ms at 256 MB), %.1f read and %.1f write units, and "+
		"has %.1f KB. 100 a second keep %.0f processes of 256 MB busy at a time.\n\n",
		m.processor, m.processor/share, m.reads, m.writes, m.bytes/1000, 100*m.processor/share/1000)
	b.WriteString("Rates one after the other, each for " + stepLength.String() + ", without the throttle; the parts in processors, of which there are two.\n\n")
	b.WriteString(stageTable(climbed).String())
	last := climbed[len(climbed)-1]
	if last.broken() {
		fmt.Fprintf(b, "At %.0f a second it is too much: p99 is %s ms%s.\n\n", last.rate, ms(last.sum.at(0.99)), failures(last))
	}
	fmt.Fprintf(b, "Latency at %.0f a second, median of %d runs of %s (load averages %s).\n\n", steady[0].rate, len(steady), runLength, averages(steady))
	b.WriteString(latencyTable(steady).String())
	b.WriteString(memoryTable(functions).String())
}

func failures(s stage) string {
	if len(s.wrong) == 0 {
		return ""
	}
	return ", and " + strings.Join(s.wrong, "; ")
}

func averages(stages []stage) string {
	all := make([]string, len(stages))
	for i, s := range stages {
		all[i] = s.average
	}
	return strings.Join(all, ", ")
}

// memoryTable shows the processes that the load has made of each function.
func memoryTable(functions []process.Usage) report.Table {
	counts, peaks := map[string]int{}, map[string]int{}
	for _, u := range functions {
		counts[u.Name]++
		peaks[u.Name] = max(peaks[u.Name], u.Peak)
	}
	rows := report.Table{{"function", "processes at the end", "most memory of one, MB"}}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		rows = append(rows, []string{name, fmt.Sprint(counts[name]), fmt.Sprint(peaks[name])})
	}
	return rows
}
