package main

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// U is 17 of 20, so z is 7 in deviations of the square root of 200/12.
func TestMannWhitneyOnAKnownExample(t *testing.T) {
	males, females := []time.Duration{19, 22, 16, 29, 24}, []time.Duration{20, 11, 17, 12}
	if p := mannWhitney(males, females); math.Abs(p-0.0864107329737) > 1e-9 {
		t.Errorf("p = %v", p)
	}
	if p := mannWhitney([]time.Duration{1, 1}, []time.Duration{1, 1}); p < 1 {
		t.Errorf("p of equal samples is %v", p)
	}
}

func TestMannWhitneyFindsWhatIsThere(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	sample := func(mean float64) (d []time.Duration) {
		for range 2000 {
			d = append(d, time.Duration(mean+100*r.NormFloat64()))
		}
		return d
	}
	low := 0
	for range 200 {
		if mannWhitney(sample(1000), sample(1000)) < 0.05 {
			low++
		}
	}
	if low < 2 || low > 22 {
		t.Errorf("of 200 pairs without a difference %d have p < 0.05, want about 10", low)
	}
	if p := mannWhitney(sample(1000), sample(1020)); p > 0.001 {
		t.Errorf("a fifth of a deviation is not found: p = %v", p)
	}
}
