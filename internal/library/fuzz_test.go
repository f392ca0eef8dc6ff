package library

import (
	"net/url"
	"reflect"
	"testing"

	"github.com/municipalitiesnet/munet/internal/facet"
)

// A search that is accepted has an address of its own, which leads to the same search.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		"words=housing&theme=housing&theme=health&country=EL&sort=newest", "country=00", "words=%ff", "theme=%3Cscript%3E", "theme=&theme=", "period=2024&period=2024",
		"sort=relevance", "next=%00", "words=++a+++b", "theme=a;b", "language=el&evidence=none", "%zz=1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		values, _ := url.ParseQuery(raw) // what is no parameter is left out, as net/http does
		q, err := readQuery(values)
		if err != nil {
			return
		}
		for name, chosen := range q.Values {
			if len(chosen) > facet.MaxValues || len(chosen) == 0 {
				t.Errorf("%d values of %s", len(chosen), name)
			}
		}
		u, err := url.Parse(q.at("/practices"))
		if err != nil || u.Path != "/practices" || u.Host != "" {
			t.Fatalf("%q has the address %q: %v", raw, q.at("/practices"), err)
		}
		again, err := readQuery(u.Query())
		if err != nil || again.at("/") != q.at("/") || again.order() != q.order() || again.Words != q.Words || again.Next != q.Next {
			t.Errorf("%q is %+v, and then %+v, %v", raw, q, again, err)
		}
		if chosen := again.toggle("theme", "housing").toggle("theme", "housing"); len(q.Values["theme"]) > 0 && len(chosen.Values["theme"]) != len(again.Values["theme"]) ||
			!reflect.DeepEqual(again.Values["country"], chosen.Values["country"]) {
			t.Errorf("choosing a theme twice leaves %+v of %+v", chosen, again)
		}
	})
}
