package main

import "testing"

// The command runs a hundred thousand.
func TestSomeThousandWorlds(t *testing.T) {
	t.Parallel()
	sum, err := simulate(1, 2000)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(sum)
	if sum.kills == 0 || sum.freezes == 0 || sum.lost == 0 || sum.repeats == 0 || sum.pauses == 0 || sum.stops == 0 || sum.secondTries == 0 {
		t.Errorf("some things never happened: %s", sum)
	}
}
