package library

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/facet"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/practice"
)

func TestQueriesAndTheirAddresses(t *testing.T) {
	for name, tt := range map[string]struct {
		address, again string
		refused        string // the field
	}{
		"nothing":               {address: "", again: "/practices"},
		"all kinds of filters":  {address: "theme=housing&theme=health&country=el&words=+caf%C3%A9+&sort=title", again: "/practices?country=GR&sort=title&theme=health&theme=housing&words=caf%C3%A9"},
		"a value twice":         {address: "theme=housing&theme=housing", again: "/practices?theme=housing"},
		"the usual sort":        {address: "words=x&sort=relevance", again: "/practices?words=x"},
		"the usual sort of all": {address: "sort=newest", again: "/practices"},
		"an empty value":        {address: "theme=&words=", again: "/practices"},
		"what is no filter":     {address: "lang=el&utm_source=mail", again: "/practices"},
		"an unknown theme":      {address: "theme=chess", again: "/practices?theme=chess"},
		"no country":            {address: "country=Narnia", refused: "country"},
		"no value":              {address: "theme=%3Cscript%3E", refused: "theme"},
		"no sort":               {address: "sort=price", refused: "sort"},
		"too many words":        {address: "words=" + strings.Repeat("x", maxWords+1), refused: "words"},
		"no text":               {address: "words=%ff", refused: "words"},
		"too many values":       {address: strings.TrimSuffix(strings.Repeat("period=%d&", facet.MaxValues+1), "&"), refused: "period"},
	} {
		if strings.Contains(tt.address, "%d") {
			years := make([]any, facet.MaxValues+1)
			for i := range years {
				years[i] = 1990 + i
			}
			tt.address = fmt.Sprintf(tt.address, years...)
		}
		values, err := url.ParseQuery(tt.address)
		if err != nil {
			t.Fatal(err)
		}
		q, err := readQuery(values)
		switch {
		case tt.refused != "":
			if err == nil || !strings.Contains(err.Error(), tt.refused+":") {
				t.Errorf("%s: %v, want %s refused", name, err, tt.refused)
			}
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case q.at(root) != tt.again:
			t.Errorf("%s: %s, want %s", name, q.at(root), tt.again)
		}
	}
}

var links = regexp.MustCompile(`<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>`)

// link returns the address behind the first link whose words begin so.
func link(t *testing.T, page, words string) string {
	t.Helper()
	for _, m := range links.FindAllStringSubmatch(page, -1) {
		if strings.HasPrefix(m[2], words) {
			return html.UnescapeString(m[1])
		}
	}
	t.Fatalf("no link %q in\n%s", words, page)
	return ""
}

func TestTheListNarrowsDown(t *testing.T) {
	s := newShelf(t)
	if empty := s.reads("/practices"); !strings.Contains(empty, "There is no practice here yet") {
		t.Errorf("the empty library says\n%s", empty)
	}
	s.published(content("Keys to empty flats"))
	s.published(content("Doctors who listen", func(c *practice.Content) {
		c.Themes[0], c.Country, c.Kind = "health", "GR", "programme"
	}))
	all := s.reads("/practices?lang=en")
	if !strings.Contains(all, "Keys to empty flats") || !strings.Contains(all, "Doctors who listen") || !strings.Contains(all, "2 results") {
		t.Errorf("the list is\n%s", all)
	}
	health := s.reads(link(t, all, "Health care"))
	if strings.Contains(health, ">Keys to empty flats</a>") || !strings.Contains(health, "Doctors who listen") {
		t.Errorf("health care shows\n%s", health)
	}
	if !strings.Contains(health, `href="/practices.atom?lang=en&amp;theme=health"`) {
		t.Errorf("the narrowed list does not lead to its feed:\n%s", health)
	}
	both := s.reads(link(t, health, "Housing"))
	if !strings.Contains(both, "2 results") {
		t.Errorf("two themes show\n%s", both)
	}
	none := s.reads("/practices?theme=health&country=CY&lang=en")
	if !strings.Contains(none, "No practice fits") || !strings.Contains(none, "Cyprus<span aria-hidden") {
		t.Errorf("nothing found says\n%s", none)
	}
	greek := s.reads(`/practices?lang=el&words=` + url.QueryEscape(`<b>"flats"`))
	if !strings.Contains(greek, `lang="en" dir="auto">Keys`) || strings.Contains(greek, "<b>") {
		t.Errorf("the Greek list is\n%s", greek)
	}
	if w := s.get("/practices?sort=price"); w.Code != 422 {
		t.Errorf("a sort that there is not: %d", w.Code)
	}
}

// Paging neither repeats nor skips, whatever the order, and in every form of the list.
func TestPaging(t *testing.T) {
	s := newShelf(t)
	var want []string
	for i := range 45 {
		want = append(want, s.published(content(fmt.Sprintf("Practice %02d about homes", i%40))))
	}
	slices.Sort(want)
	for _, sort := range []string{"newest", "title", "relevance"} {
		var got []string
		to := "/api/practices?limit=10&words=homes&sort=" + sort
		for next := to; next != ""; {
			var page struct {
				Total     int
				Practices []struct{ ID string }
				Next      string
			}
			if err := json.Unmarshal([]byte(s.reads(next)), &page); err != nil {
				t.Fatal(err)
			}
			if page.Total != len(want) {
				t.Errorf("%s: %d in total", sort, page.Total)
			}
			for _, p := range page.Practices {
				got = append(got, p.ID)
			}
			if next = page.Next; next != "" {
				next = to + "&next=" + url.QueryEscape(page.Next)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %d of %d, or some twice", sort, len(slices.Compact(got)), len(want))
		}
	}
	second := s.reads(link(t, s.reads("/practices?lang=en"), "Next"))
	if n := strings.Count(second, `<li class="card">`); n != pageSize {
		t.Errorf("the second page has %d practices", n)
	}
	third := s.reads(link(t, second, "Next"))
	if n := strings.Count(third, `<li class="card">`); n != 5 || strings.Contains(third, `rel="next"`) {
		t.Errorf("the third page has %d practices, or leads on", n)
	}
	if w := s.get("/practices?next=forged&lang=en"); w.Code != 303 || w.Header().Get("Location") != "/practices?lang=en" {
		t.Errorf("a forged page: %d %s", w.Code, w.Header().Get("Location"))
	}
	if w := s.get("/api/practices?next=forged"); w.Code != 400 {
		t.Errorf("a forged cursor: %d", w.Code)
	}
}

// Many values of a facet are not in the way, and all can be reached.
func TestLongFacetsFold(t *testing.T) {
	s := newShelf(t)
	for _, country := range strings.Fields("CY GR FR DE ES IT PT NL SE BE") {
		s.published(content("Homes", func(c *practice.Content) { c.Country = country }))
	}
	list := s.reads("/practices?lang=en&country=BE&country=SE")
	_, countries, _ := strings.Cut(list, `id="facet-country"`)
	countries, _, _ = strings.Cut(countries, "</section>")
	open, more, folded := strings.Cut(countries, "<details>")
	if n := strings.Count(open, "<li>"); n != facet.Few || !folded || strings.Count(more, "<li>") != 10-facet.Few {
		t.Errorf("%d countries are shown:\n%s", n, countries)
	}
	if strings.Count(open, `class="selected"`) != 2 {
		t.Errorf("the chosen ones are hidden:\n%s", countries)
	}
}

// A word is found in whatever form it stands, without accents as well, and a theme in every language.
func TestWordsAreFoundInTheirForms(t *testing.T) {
	s := newShelf(t)
	s.published(content("Interpreters at the clinic", func(c *practice.Content) { c.Themes[0] = "health" }))
	s.published(content("Διερμηνείς στο νοσοκομείο", func(c *practice.Content) {
		text := greek
		text.Title, text.Summary = "Διερμηνείς στο νοσοκομείο", "Η εθελόντρια συνοδεύει μητέρες."
		c.Original, c.Texts = "el", map[language.Tag]practice.Text{"el": text}
	}))
	const english, greek = ">Interpreters at the clinic</a>", ">Διερμηνείς στο νοσοκομείο</a>"
	for _, tt := range []struct{ address, finds string }{
		{"lang=en&words=interpreter", english},
		{"lang=en&words=interpreting clinics", english},
		{"lang=el&words=νοσοκομεία", greek},
		{"lang=el&words=μητέρων", greek},
		{"lang=el&words=νοσοκομειου", greek},
		{"lang=el&words=υγεία", english},
		{"lang=en&words=Gesundheit", english},
		{"lang=en&words=casa", greek}, // housing, in Italian
	} {
		if page := s.reads("/practices?" + strings.ReplaceAll(tt.address, " ", "+")); !strings.Contains(page, tt.finds) {
			t.Errorf("%s does not find %s", tt.address, tt.finds)
		}
	}
	if page := s.reads("/practices?lang=en&words=zeppelin"); !strings.Contains(page, "No practice fits") {
		t.Error("what nobody wrote is found")
	}
}

func TestListInAFrame(t *testing.T) {
	s := newShelf(t)
	for i := range embedSize + 1 {
		s.published(content(fmt.Sprint("Keys ", i)))
	}
	first := s.reads("/embed/practices?theme=housing&lang=en")
	last := s.reads(html.UnescapeString(regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(first)[1]))
	if n := strings.Count(first+last, `class="card"`); n != embedSize+1 || !strings.Contains(first, "11 results") ||
		!strings.Contains(last, `href="/embed/practices?lang=en&amp;theme=housing">`) || !strings.Contains(last, `href="/practices?lang=en&amp;theme=housing"`) {
		t.Errorf("%d practices:\n%s\n%s", n, first, last)
	}
	if strings.Contains(first, "<header") || !strings.Contains(first, `<base target="_blank">`) {
		t.Errorf("not made for a frame:\n%s", first)
	}
}
