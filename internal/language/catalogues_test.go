package language

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// entry is one message of one language as its file has it: form -> text, "other" for a plain one.
type entry struct {
	file  string
	forms map[string]string
}

// readCatalogue reads every area of a language and reports what no translator meant to write.
func readCatalogue(t *testing.T, files fs.FS, tag Tag) map[string]entry {
	t.Helper()
	names, err := fs.Glob(files, string(tag)+"/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: no catalogue (%v)", tag, err)
	}
	all := map[string]entry{}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		read, err := decodeArea(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for key, forms := range read {
			if other, twice := all[key]; twice {
				t.Errorf("%s: %s is also in %s", name, key, other.file)
			}
			all[key] = entry{path.Base(name), forms}
		}
	}
	return all
}

// decodeArea reads one file token by token, because a decoder into a map hides repeated keys.
func decodeArea(data []byte) (map[string]map[string]string, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	if token, err := d.Token(); err != nil || token != json.Delim('{') {
		return nil, fmt.Errorf("not a JSON object (%w)", err)
	}
	area := map[string]map[string]string{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return area, err
		}
		key := fmt.Sprint(token)
		if _, twice := area[key]; twice {
			return area, fmt.Errorf("%s is there twice", key)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return area, fmt.Errorf("%s: %w", key, err)
		}
		var text string
		forms := map[string]string{}
		if json.Unmarshal(value, &text) == nil {
			forms["other"] = text
		} else if err := json.Unmarshal(value, &forms); err != nil {
			return area, fmt.Errorf("%s: neither a text nor plural forms", key)
		}
		area[key] = forms
	}
	if _, err := d.Token(); err != nil {
		return area, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return area, errors.New("something follows the object")
	}
	return area, nil
}

func TestCataloguesAreComplete(t *testing.T) {
	reference := readCatalogue(t, catalogues.files, Default)
	for _, tag := range Available() {
		t.Run(string(tag), func(t *testing.T) {
			for _, problem := range compare(tag, reference, readCatalogue(t, catalogues.files, tag)) {
				t.Error(problem)
			}
		})
	}
}

// compare says what a catalogue lacks or has wrong beside the reference.
func compare(tag Tag, reference, got map[string]entry) (problems []string) {
	needed := pluralForms(tag)
	for _, key := range slices.Sorted(maps.Keys(reference)) {
		want, have := reference[key], got[key]
		switch {
		case have.forms == nil:
			problems = append(problems, fmt.Sprintf("%s: missing (%s has %q)", key, Default, want.forms["other"]))
			continue
		case have.file != want.file:
			problems = append(problems, fmt.Sprintf("%s: in %s, but in %s for %s", key, have.file, want.file, Default))
		}
		if isPluralEntry(want) || isPluralEntry(have) {
			if forms := slices.Sorted(maps.Keys(have.forms)); !slices.Equal(forms, needed) {
				problems = append(problems, fmt.Sprintf("%s: plural forms %v, but the language has %v", key, forms, needed))
			}
		}
		names := placeholdersOf(want)
		for _, form := range slices.Sorted(maps.Keys(have.forms)) {
			problems = append(problems, checkText(key+" ("+form+")", have.forms[form], names)...)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, ok := reference[key]; !ok {
			problems = append(problems, key+": unknown in "+string(Default))
		}
	}
	return problems
}

func isPluralEntry(e entry) bool { return len(e.forms) > 1 || e.forms["other"] == "" }

// placeholdersOf lists the names in the reference's text for "other", which has all of them.
func placeholdersOf(e entry) []string {
	names, err := placeholders(e.forms["other"])
	if err != nil {
		return nil
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// placeholders lists the names in one text.
func placeholders(text string) ([]string, error) {
	parsed, err := parser{}.Parse(text, "", "")
	if err != nil {
		return nil, err
	}
	var names []string
	if s, ok := parsed.(sentence); ok {
		for i := 1; i < len(s); i += 2 {
			names = append(names, s[i])
		}
	}
	return names, nil
}

// checkText says what is wrong with one text. Only a plural form may leave a name out, and of the
// names only Count: "one member" needs no digit.
func checkText(where, text string, names []string) (problems []string) {
	if strings.TrimSpace(text) == "" || strings.TrimSpace(text) != text {
		problems = append(problems, where+": empty or with blanks around it")
	}
	have, err := placeholders(text)
	if err != nil {
		return append(problems, where+": "+err.Error())
	}
	for _, name := range have {
		if !slices.Contains(names, name) {
			problems = append(problems, where+": unknown placeholder "+name)
		}
	}
	for _, name := range names {
		if !slices.Contains(have, name) && name != "Count" {
			problems = append(problems, where+": lost placeholder "+name)
		}
	}
	return problems
}

// pluralForms lists, sorted, the CLDR forms that whole numbers take in a language, asking the very
// rules that choose among them at run time. "other" is always needed: it is the fallback.
func pluralForms(tag Tag) []string {
	bundle := i18n.NewBundle(language.Make(string(tag)))
	bundle.MustAddMessages(language.Make(string(tag)), &i18n.Message{
		ID: "form", Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other",
	})
	localizer := i18n.NewLocalizer(bundle, string(tag))
	seen := map[string]bool{"other": true}
	for n := range 1000 {
		for _, count := range []int{n, n * 1_000_000} {
			seen[localizer.MustLocalize(&i18n.LocalizeConfig{MessageID: "form", PluralCount: count})] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func TestPluralForms(t *testing.T) {
	for tag, want := range map[Tag]string{
		"en": "one other", "el": "one other", "pl": "few many one other", "lv": "one other zero",
		"sl": "few one other two", "ga": "few many one other two", "fr": "many one other",
	} {
		if got := strings.Join(pluralForms(tag), " "); got != want {
			t.Errorf("%s: %s, want %s", tag, got, want)
		}
	}
}

func TestCompareFinds(t *testing.T) {
	plain := func(text string) entry { return entry{"a.json", map[string]string{"other": text}} }
	count := entry{"a.json", map[string]string{"one": "{{.Count}} x", "other": "{{.Count}} xs"}}
	tests := map[string]struct {
		want, got map[string]entry
		problem   string
	}{
		"a missing key":       {map[string]entry{"a.b": plain("x")}, nil, "a.b: missing"},
		"an unknown key":      {nil, map[string]entry{"a.b": plain("x")}, "a.b: unknown"},
		"a lost placeholder":  {map[string]entry{"a.b": plain("{{.Name}}")}, map[string]entry{"a.b": plain("x")}, "lost placeholder Name"},
		"a new placeholder":   {map[string]entry{"a.b": plain("x")}, map[string]entry{"a.b": plain("{{.Name}}")}, "unknown placeholder Name"},
		"a broken one":        {map[string]entry{"a.b": plain("x")}, map[string]entry{"a.b": plain("{{.Name")}, "not closed"},
		"an empty text":       {map[string]entry{"a.b": plain("x")}, map[string]entry{"a.b": plain(" ")}, "empty"},
		"lost plural forms":   {map[string]entry{"a.b": count}, map[string]entry{"a.b": plain("{{.Count}} xs")}, "plural forms [other]"},
		"another file":        {map[string]entry{"a.b": plain("x")}, map[string]entry{"a.b": {"b.json", plain("x").forms}}, "in b.json"},
		"forms for a Pole":    {map[string]entry{"a.b": count}, map[string]entry{"a.b": count}, "the language has [few many one other]"},
		"a form that is lost": {map[string]entry{"a.b": count}, map[string]entry{"a.b": count}, "plural forms [one other]"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			problems := strings.Join(compare("pl", tt.want, tt.got), "\n")
			if !strings.Contains(problems, tt.problem) {
				t.Errorf("got %q, want one with %q", problems, tt.problem)
			}
		})
	}
}

func TestDecodeAreaRefuses(t *testing.T) {
	for name, data := range map[string]string{
		"a repeated key": `{"a": "x", "a": "y"}`,
		"a list":         `["a"]`,
		"nesting":        `{"a": {"b": {"c": "d"}}}`,
		"a number":       `{"a": 1}`,
		"two objects":    `{"a": "x"} {}`,
		"half an object": `{"a": "x"`,
	} {
		if _, err := decodeArea([]byte(data)); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
