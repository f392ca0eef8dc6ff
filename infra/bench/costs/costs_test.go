package main

import (
	"math"
	"strings"
	"testing"
)

func sum(s scenario) (total float64) {
	for _, l := range lines(s, 40) {
		total += l.usd
	}
	return total
}

func TestCostsGrowWithTheNetwork(t *testing.T) {
	for i := 1; i < len(scenarios); i++ {
		if sum(scenarios[i]) <= sum(scenarios[i-1]) {
			t.Errorf("%s costs no more than %s", scenarios[i].name, scenarios[i-1].name)
		}
	}
	before, after := scenarios[1], scenarios[1]
	after.members++
	// A member more: five mails at SES, and at most as much again for all the rest.
	if d := sum(after) - sum(before); d < 5*mailPrice || d > 10*mailPrice {
		t.Errorf("a member costs %f USD a month", d)
	}
}

func TestTables(t *testing.T) {
	got := tables(40)
	for _, want := range []string{"| members | 0 | 500 | 90,000 |", "| Alarms: 40 metrics | 4.00 | 4.00 | 4.00 |", "| Bulk mail: SES | 0.00 | 0.25 | 45.00 |"} {
		if !strings.Contains(got, want) {
			t.Errorf("the tables lack %s:\n%s", want, got)
		}
	}
}

func TestWatchedMetrics(t *testing.T) {
	if n := watchedMetrics("  MetricName: Errors\n    MetricName: Sent\n# MetricName: no\n"); math.Abs(n-2) > 0 {
		t.Errorf("%f metrics, want 2", n)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[float64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", 0.12: "0.1", 3.7: "3.7"} {
		if got := thousands(n); got != want {
			t.Errorf("%v is %s, want %s", n, got, want)
		}
	}
}
