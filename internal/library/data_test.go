package library

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/practice"
)

func TestTheTableHoldsWhatASearchFinds(t *testing.T) {
	s := newShelf(t)
	id := s.published(content("=1+1", translated))
	s.published(content("Elsewhere", func(c *practice.Content) { c.Country = "GR" }))
	w := s.get("/practices/data/practices.csv?country=CY&lang=en")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 2 || !slices.Equal(rows[0], csvColumns) {
		t.Fatalf("%v: %q", err, rows)
	}
	want := []string{
		id, site + "/practices/" + id + "?lang=en", "practice", "'=1+1", "Keys to empty flats.", "en", "en el fr", eleni.OrganisationName,
		"CY", "Strovolos", "50to100k", "housing", "refugees", "finished", "2023-03", "2024-06", "monitoring",
	}
	if !slices.Equal(rows[1][:len(want)], want) {
		t.Errorf("got  %q\nwant %q", rows[1], want)
	}
	if w.Header().Get("Link") != "" || !strings.Contains(w.Header().Get("Content-Disposition"), "munet-practices.csv") {
		t.Errorf("%v", w.Header())
	}
}

// The dump comes in parts, which together hold every practice once.
func TestTheDumpIsWhole(t *testing.T) {
	s := newShelf(t)
	want := map[string]bool{}
	for i := range dumpPart + 3 {
		want[s.published(content(fmt.Sprint("Practice ", i), translated))] = true
	}
	parts := 0
	for next := "/practices/data/practices.json"; next != ""; parts++ {
		w := s.get(next)
		var part struct {
			Practices []struct {
				ID    string                         `json:"id"`
				Texts map[language.Tag]practice.Text `json:"texts"`
				Links []practice.Link                `json:"links"`
			} `json:"practices"`
			Next string `json:"next"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &part); err != nil {
			t.Fatal(err)
		}
		for _, p := range part.Practices {
			if !want[p.ID] || len(p.Texts) != 3 || p.Links == nil {
				t.Errorf("%+v is there twice, or not whole", p)
			}
			delete(want, p.ID)
		}
		if part.Next != "" && w.Header().Get("Link") != "<"+part.Next+`>; rel="next"` {
			t.Errorf("the header says %q", w.Header().Get("Link"))
		}
		next = strings.TrimPrefix(part.Next, site)
	}
	if len(want) > 0 || parts != 2 {
		t.Errorf("%d parts without %d practices", parts, len(want))
	}
	if w := s.get("/practices/data/practices.json?next=forged"); w.Code != 400 {
		t.Errorf("a forged cursor: %d", w.Code)
	}
}

// What DCAT-AP 3.0 makes mandatory: of a catalogue title, description and publisher with a name, of a
// dataset title and description, of a distribution its access URL, of a data service title and
// endpoint URL.
func TestTheCatalogueIsDCATAP(t *testing.T) {
	s := newShelf(t)
	s.published(content("Keys", translated))
	w := s.get("/practices/data/catalogue.jsonld")
	var catalogue map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &catalogue); err != nil {
		t.Fatal(err)
	}
	prefixes, _ := catalogue["@context"].(map[string]any)
	needs := map[string][]string{
		"dcat:Catalog": {"dct:title", "dct:description", "dct:publisher"}, "foaf:Agent": {"foaf:name"},
		"dcat:Dataset": {"dct:title", "dct:description"}, "dcat:Distribution": {"dcat:accessURL"},
		"dcat:DataService": {"dct:title", "dcat:endpointURL"},
	}
	seen := map[string]int{}
	var look func(v any)
	look = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				look(one)
			}
		case map[string]any:
			kind, _ := v["@type"].(string)
			seen[kind]++
			for _, name := range needs[kind] {
				if v[name] == nil {
					t.Errorf("a %s has no %s", kind, name)
				}
			}
			for name, value := range v {
				prefix, _, has := strings.Cut(name, ":")
				if has && prefixes[prefix] == nil {
					t.Errorf("%s has no prefix", name)
				}
				if name != "@context" {
					look(value)
				}
			}
		}
	}
	look(catalogue)
	for kind, n := range map[string]int{"dcat:Catalog": 1, "foaf:Agent": 1, "dcat:Dataset": 1, "dcat:Distribution": 4, "dcat:DataService": 1} {
		if seen[kind] != n {
			t.Errorf("%d of %s", seen[kind], kind)
		}
	}
	for _, want := range []string{
		"/language/ELL\"", "/country/CYP\"", "licence/CC_BY_4_0\"", "mailto:office@munet.example", site + `/practices/data/practices.csv"`,
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the catalogue lacks %s:\n%s", want, w.Body)
		}
	}
	if got := w.Header().Get("Content-Type"); got != "application/ld+json" {
		t.Error(got)
	}
}

func TestTheSitemapNamesEveryPractice(t *testing.T) {
	s := newShelf(t)
	id := s.published(content("Keys"))
	var m struct {
		XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		Pages   []struct {
			Loc     string `xml:"loc"`
			Changed string `xml:"lastmod"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal([]byte(s.reads("/sitemap.xml")), &m); err != nil {
		t.Fatal(err)
	}
	last := m.Pages[len(m.Pages)-1]
	if m.Pages[0].Loc != site+"/" || last.Loc != site+"/practices/"+id || last.Changed != "2026-11-21" {
		t.Errorf("%+v", m.Pages)
	}
}

var addresses = regexp.MustCompile(`href="(/[^"]*)"`)

func TestThePageAboutOpenDataLeadsToData(t *testing.T) {
	s := newShelf(t)
	s.published(content("Keys"))
	page := s.reads("/practices/data?lang=el")
	for _, m := range addresses.FindAllStringSubmatch(page, -1) {
		if strings.HasPrefix(m[1], "/practices") || m[1] == "/sitemap.xml" {
			s.reads(strings.ReplaceAll(m[1], "&amp;", "&"))
		}
	}
	if !strings.Contains(page, "Ανοικτά δεδομένα</h1>") {
		t.Errorf("the page is\n%s", page)
	}
}

func TestFigures(t *testing.T) {
	s := newShelf(t)
	if empty := s.reads("/figures?lang=en"); !strings.Contains(empty, "There is no practice here yet") {
		t.Errorf("without practices:\n%s", empty)
	}
	s.published(content("One"))
	s.published(content("Two", func(c *practice.Content) { c.Themes = append(c.Themes, "health") }))
	s.published(content("Three", func(c *practice.Content) { c.Kind, c.Country, c.Begin = "programme", "GR", "2024-01" }))
	var f struct {
		Practices, Programmes    int
		Countries, Themes, Years []figureJSON
	}
	if err := json.Unmarshal([]byte(s.reads("/api/figures?lang=en")), &f); err != nil {
		t.Fatal(err)
	}
	if f.Practices != 2 || f.Programmes != 1 ||
		!slices.Equal(f.Countries, []figureJSON{{"CY", "Cyprus", 2, 0}, {"GR", "Greece", 0, 1}}) ||
		!slices.Equal(f.Themes, []figureJSON{{"housing", "Housing and settlement", 2, 1}, {"health", "Health care", 1, 0}}) ||
		!slices.Equal(f.Years, []figureJSON{{"2023", "2023", 2, 0}, {"2024", "2024", 2, 1}}) {
		t.Errorf("%+v", f)
	}
	page := s.reads("/figures?lang=en")
	for _, want := range []string{
		"Housing and settlement: 2 practices, 1 programme", `width="66.67%"`, `x="66.67%"`, `<td role="cell" data-label="Both" class="number">3</td>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s:\n%s", want, page)
		}
	}
}
