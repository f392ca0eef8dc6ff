package search

import "testing"

// A cursor that somebody made up for a query of their own, with numbers as they like, gives a page or
// is refused.
func FuzzCursor(f *testing.F) {
	f.Add("housing refugees", int64(1e6), "t", "leeds", 7, 1.0, 3)
	f.Add("housing", int64(-1<<63), "", "", 0, 1e308, -1<<62)
	f.Add("", int64(1<<62), "\xff", "\x00", -1, 0.5, 0)
	f.Add("housing", int64(0), "", "x", 1<<62, 1.0, 1<<62)
	x := library(f)
	f.Fuzz(func(t *testing.T, words string, number int64, text, id string, size int, average float64, frequency int) {
		q := Query{Words: words, Language: "en", Size: 2}
		for _, groups := range []int{0, 1, 2, 3} {
			st := &statistics{Size: size, Average: [fields]float64{average, average, average, average}}
			for range groups {
				st.Frequencies = append(st.Frequencies, frequency)
			}
			q.Cursor = cursor{Query: q.hash(), Number: number, Text: text, ID: id, Statistics: st}.String()
			r, err := x.Search(q)
			if err != nil {
				continue
			}
			if len(r.Hits) > q.Size || len(r.Hits) > r.Total || r.Total > x.size {
				t.Errorf("%d hits of %d, in an index of %d", len(r.Hits), r.Total, x.size)
			}
		}
	})
}
