package page

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	property  = regexp.MustCompile(`--([a-z-]+):\s*(#[0-9a-f]{6});`)
	rootBlock = regexp.MustCompile(`:root\s*\{[^}]*\}`)
)

// schemes reads the colours of the light and the dark scheme from the style sheet.
func schemes(t *testing.T) map[string]map[string]string {
	t.Helper()
	css, err := assetFiles.ReadFile("assets/site.css")
	if err != nil {
		t.Fatal(err)
	}
	blocks := rootBlock.FindAllString(string(css), -1)
	if len(blocks) < 2 {
		t.Fatalf("%d blocks of colours", len(blocks))
	}
	found := map[string]map[string]string{"light": {}, "dark": {}}
	for i, name := range []string{"light", "dark"} {
		for _, m := range property.FindAllStringSubmatch(blocks[i], -1) {
			found[name][m[1]] = m[2]
		}
	}
	return found
}

// contrast is the contrast ratio of two colours (WCAG 2.1, "contrast ratio").
func contrast(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

// luminance is the relative luminance of "#rrggbb" (WCAG 2.1, "relative luminance").
func luminance(colour string) float64 {
	part := func(from int) float64 {
		n, err := strconv.ParseUint(colour[from:from+2], 16, 8)
		if err != nil {
			return math.NaN()
		}
		v := float64(n) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*part(1) + 0.7152*part(3) + 0.0722*part(5)
}

func TestContrast(t *testing.T) {
	// ground -> what is written on it
	text := map[string]string{
		"paper":       "ink muted link link-strong teal amber red action",
		"surface":     "ink muted link link-strong red",
		"ground":      "ink muted link link-strong",
		"blue-wash":   "ink muted link link-strong",
		"teal-wash":   "ink teal link",
		"amber-wash":  "ink amber link",
		"red-wash":    "ink red link",
		"action":      "on-action paper",
		"link-strong": "on-action",
		"red":         "paper",
		"ink":         "paper",
	}
	// ground -> what only needs to be seen (WCAG 2.1, 1.4.11)
	graphics := map[string]string{"paper": "edge focus link teal", "surface": "edge focus teal", "ground": "edge focus"}
	for scheme, colours := range schemes(t) {
		check := func(pairs map[string]string, least float64) {
			for ground, written := range pairs {
				for _, on := range strings.Fields(written) {
					if colours[ground] == "" || colours[on] == "" {
						t.Errorf("%s: no colour %s or %s", scheme, ground, on)
						continue
					}
					if got := contrast(colours[on], colours[ground]); !(got >= least) {
						t.Errorf("%s: %s on %s has %.2f, less than %.1f", scheme, on, ground, got, least)
					}
				}
			}
		}
		check(text, 4.5)
		check(graphics, 3)
	}
}

func TestContrastIsComputed(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want float64
	}{{"#000000", "#ffffff", 21}, {"#ffffff", "#ffffff", 1}, {"#777777", "#ffffff", 4.478}} {
		if got := contrast(tt.a, tt.b); math.Abs(got-tt.want) > 0.01 {
			t.Errorf("contrast(%s, %s) = %.3f, want %.3f", tt.a, tt.b, got, tt.want)
		}
	}
}

// TestColoursAreProperties makes sure that no rule brings a colour that the test above does not see.
func TestColoursAreProperties(t *testing.T) {
	css, err := assetFiles.ReadFile("assets/site.css")
	if err != nil {
		t.Fatal(err)
	}
	rest := rootBlock.ReplaceAllString(string(css), "")
	if m := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b`).FindString(rest); m != "" {
		t.Errorf("colour %s outside the properties", m)
	}
	used := regexp.MustCompile(`var\(--([a-z-]+)\)`)
	light := schemes(t)["light"]
	for _, m := range used.FindAllStringSubmatch(rest, -1) {
		if light[m[1]] == "" && m[1] != "line" && m[1] != "radius" && m[1] != "measure" {
			t.Errorf("unknown property --%s", m[1])
		}
	}
}
