package search

import (
	"encoding/base64"
	"errors"
	"testing"
)

func TestOneEdit(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"refuge", "refuge", false},
		{"refuge", "refug", true},
		{"refuge", "refuged", true},
		{"refuge", "reffuge", true},
		{"refuge", "rafuge", true},
		{"refuge", "refgue", true},
		{"refuge", "rfuge", true},
		{"refuge", "rafug", false},
		{"refuge", "refuel", false},
		{"refuge", "gefure", false},
		{"στεγασ", "στεγαζ", true},
		{"στεγασ", "στγεασ", true},
		{"στεγασ", "στεγσ", true},
		{"στεγασ", "σταγαζ", false},
		{"abcde", "難bcde", true},
		{"", "a", true},
		{"", "", false},
	} {
		if got := oneEdit(c.a, c.b); got != c.want {
			t.Errorf("%s, %s: %t", c.a, c.b, got)
		}
		if oneEdit(c.a, c.b) != oneEdit(c.b, c.a) {
			t.Errorf("%s, %s: not the same the other way round", c.a, c.b)
		}
	}
}

func TestForgedCursors(t *testing.T) {
	x := library(t)
	q := Query{Language: "en", Words: "refugees housing", Size: 1}
	first, err := x.Search(q)
	if err != nil || first.Next == "" {
		t.Fatalf("%+v, %v", first, err)
	}
	other := q
	other.Words, other.Cursor = "refugees", first.Next
	if _, err := x.Search(other); !errors.Is(err, ErrCursor) {
		t.Errorf("the cursor of another query: %v", err)
	}
	for _, plain := range []string{"", "x", "{}", `{"q":1}`, `{"i":"leeds","s":{"n":-1,"a":[0,0,0,0],"f":[]}}`} {
		q.Cursor = base64.RawURLEncoding.EncodeToString([]byte(plain)) + "."
		if _, err := x.Search(q); !errors.Is(err, ErrCursor) {
			t.Errorf("%s: %v", plain, err)
		}
		q.Cursor = base64.RawURLEncoding.EncodeToString([]byte(plain))
		if _, err := x.Search(q); plain != "" && !errors.Is(err, ErrCursor) {
			t.Errorf("%s: %v", plain, err)
		}
	}
}

func TestSimilar(t *testing.T) {
	x := library(t)
	twin := document("new", "en", "Housing first for refugees", "The municipality finds homes with landlords, and supports each tenant.")
	hits := x.Similar(twin, 3)
	if len(hits) != 2 || hits[0].ID != "leeds" || hits[0].Score < 0.999 || hits[1].ID != "york" || hits[1].Score > 0.5 {
		t.Errorf("%+v", hits)
	}
	twin.ID = "leeds"
	if hits := x.Similar(twin, 3); len(hits) != 1 || hits[0].ID != "york" {
		t.Errorf("similar to itself: %+v", hits)
	}
	if hits := x.Similar(document("empty", "en", "", ""), 3); len(hits) != 0 {
		t.Errorf("similar to nothing: %+v", hits)
	}
	if hits := x.Similar(twin, 0); len(hits) != 0 {
		t.Errorf("none wanted: %+v", hits)
	}
}
