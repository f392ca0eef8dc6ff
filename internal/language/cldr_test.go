package language

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // to compare with

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

var update = flag.Bool("update", false, "write the files in cldr instead of comparing them")

// TestCLDR compares the files in cldr with what golang.org/x/text has from the Unicode CLDR.
func TestCLDR(t *testing.T) {
	for _, tag := range Available() {
		want, err := json.MarshalIndent(generate(tag), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, '\n')
		name := filepath.Join("cldr", string(tag)+".json")
		if *update {
			if err := os.WriteFile(name, want, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what CLDR says (%v); run this test with -update", name, err)
		}
	}
}

// northMacedonia is the country's name since the Prespa Agreement (2019), which is younger than the
// CLDR that x/text has.
var northMacedonia = map[Tag]string{
	"bg": "Северна Македония", "cs": "Severní Makedonie", "da": "Nordmakedonien", "de": "Nordmazedonien",
	"el": "Βόρεια Μακεδονία", "en": "North Macedonia", "es": "Macedonia del Norte", "et": "Põhja-Makedoonia",
	"fi": "Pohjois-Makedonia", "fr": "Macédoine du Nord", "ga": "an Mhacadóin Thuaidh", "hr": "Sjeverna Makedonija",
	"hu": "Észak-Macedónia", "it": "Macedonia del Nord", "lt": "Šiaurės Makedonija", "lv": "Ziemeļmaķedonija",
	"mt": "il-Maċedonja ta’ Fuq", "nl": "Noord-Macedonië", "pl": "Macedonia Północna", "pt": "Macedónia do Norte",
	"ro": "Macedonia de Nord", "sk": "Severné Macedónsko", "sl": "Severna Makedonija", "sv": "Nordmakedonien",
}

func generate(t Tag) locale {
	tag := language.Make(string(t))
	l := locale{Countries: map[string]string{}, Languages: map[Tag]string{}, GroupFrom: 4}
	numbers := message.NewPrinter(tag)
	l.Group = strings.Trim(numbers.Sprint(number.Decimal(11_000)), "01")
	if !strings.Contains(numbers.Sprint(number.Decimal(1000)), l.Group) {
		l.GroupFrom = 5
	}
	regions := display.Regions(tag)
	for _, a := range "ABCDEFGHIJKLMNOPQRSTUVWXYZ" {
		for _, b := range "ABCDEFGHIJKLMNOPQRSTUVWXYZ" {
			code := string(a) + string(b)
			region, err := language.ParseRegion(code)
			if err != nil || !region.IsCountry() || region.String() != code {
				continue
			}
			if name := regions.Name(region); name != "" {
				l.Countries[code] = name
			}
		}
	}
	l.Countries["MK"] = northMacedonia[t]
	for _, other := range official {
		l.Languages[Tag(other)] = display.Languages(tag).Name(language.Make(other))
	}
	return l
}

func TestNumbersAreGroupedAsCLDRSays(t *testing.T) {
	l := allOfficial()
	for _, tag := range official {
		p, want := l.printer(Tag(tag)), message.NewPrinter(language.Make(tag))
		p.locale = func() locale { return generate(Tag(tag)) }
		for _, n := range []int{0, 7, 999, 1000, 9999, 10_000, 123_456, 1_234_567} {
			if got, want := p.Number(n), want.Sprint(number.Decimal(n)); got != want {
				t.Errorf("%s: %q, want %q", tag, got, want)
			}
		}
	}
}

func TestBrusselsIsTheZoneOfTheDatabase(t *testing.T) {
	want, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	for at := time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2050; at = at.Add(time.Hour) {
		if got, want := at.In(Brussels()).Format(time.RFC3339), at.In(want).Format(time.RFC3339); got != want {
			t.Fatalf("%s is %s, want %s", at, got, want)
		}
	}
}
