package interest

import (
	"iter"
	"math/bits"
)

// set holds numbers of calls, a bit for each. The nil set is empty.
type set []uint64

const wordBits = 64

func newSet(n int) set { return make(set, (n+wordBits-1)/wordBits) }

// put adds call i to the set of a value; n is how many calls there are.
func put[T comparable](to map[T]set, value T, i, n int) {
	s, ok := to[value]
	if !ok {
		s = newSet(n)
		to[value] = s
	}
	s.put(i)
}

func (s set) put(i int)      { s[i/wordBits] |= 1 << (i % wordBits) }
func (s set) drop(i int)     { s[i/wordBits] &^= 1 << (i % wordBits) }
func (s set) has(i int) bool { return s != nil && s[i/wordBits]&(1<<(i%wordBits)) != 0 }

// add puts in all of other.
func (s set) add(other set) {
	for i, w := range other {
		s[i] |= w
	}
}

// keep drops what is not in other.
func (s set) keep(other set) {
	for i := range s {
		if other == nil {
			s[i] = 0
		} else {
			s[i] &= other[i]
		}
	}
}

// remove drops what is in other.
func (s set) remove(other set) {
	for i, w := range other {
		s[i] &^= w
	}
}

// everything are all calls.
func (s *Calls) everything() set {
	all := newSet(len(s.calls))
	for i := range all {
		all[i] = ^uint64(0)
	}
	if rest := len(s.calls) % wordBits; rest != 0 {
		all[len(all)-1] = 1<<rest - 1
	}
	return all
}

// all yields the numbers in the set, in their order. Dropping the present one is allowed.
func (s set) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, w := range s {
			for ; w != 0; w &= w - 1 {
				if !yield(i*wordBits + bits.TrailingZeros64(w)) {
					return
				}
			}
		}
	}
}
