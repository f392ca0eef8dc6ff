package main

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// mannWhitney returns the two-sided probability that two samples differ as much as these by chance alone:
// the U test of Mann and Whitney (1947) in its normal approximation, which is good from twenty of each on,
// with the correction for ties.
func mannWhitney(a, b []time.Duration) float64 {
	type value struct {
		time.Duration
		first bool
	}
	var all []value
	for _, d := range a {
		all = append(all, value{d, true})
	}
	for _, d := range b {
		all = append(all, value{d, false})
	}
	slices.SortFunc(all, func(x, y value) int { return cmp.Compare(x.Duration, y.Duration) })
	n, m := float64(len(a)), float64(len(b))
	var ranks, ties float64
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].Duration == all[i].Duration {
			j++
		}
		equal, rank := float64(j-i), float64(i+j+1)/2 // the mean of the ranks i+1 to j
		ties += equal*equal*equal - equal
		for ; i < j; i++ {
			if all[i].first {
				ranks += rank
			}
		}
	}
	u := ranks - n*(n+1)/2
	deviation := math.Sqrt(n * m / 12 * (n + m + 1 - ties/((n+m)*(n+m-1))))
	if deviation == 0 {
		return 1
	}
	return math.Erfc(math.Abs(u-n*m/2) / deviation / math.Sqrt2)
}

func median(d []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(d))
	return sorted[len(sorted)/2]
}
