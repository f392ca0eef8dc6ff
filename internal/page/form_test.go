package page

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/fault"
)

func TestFieldKeepsWhatWasTyped(t *testing.T) {
	form := Form{Area: "shell", Values: url.Values{"name": {"Pafos"}, "topics": {"housing", "crime"}, "news": {"yes"}},
		Errors: []fault.Field{{Name: "name", Code: "too-long", Args: map[string]any{"Limit": 3}}}}
	tests := []struct {
		content string
		want    []string
		not     []string
	}{
		{`{{template "field" (field .Data "shell.name" "required" true "hint" "H" "autocomplete" "organization" "maxlength" 3)}}`,
			[]string{`<label for="f-name">MuNet</label>`, `id="f-name" name="name" type="text" value="Pafos"`, `aria-describedby="f-name-hint f-name-error"`, `aria-invalid="true"`, ` required`, `autocomplete="organization"`, `maxlength="3"`, "at most 3 characters"},
			[]string{"(optional)"}},
		{`{{template "field" (field .Data "shell.join" "value" "default")}}`,
			[]string{`(optional)`, `value="default"`}, []string{"aria-describedby", "aria-invalid", " required"}},
		{`{{template "checkboxes" (field .Data "shell.topics" "label" "L" "choices" (choices "topic." .Data.Values.topics))}}`,
			[]string{`id="f-topics" name="topics" type="checkbox" value="housing" checked`, `id="f-topics-1" name="topics" type="checkbox" value="crime" checked`, "Housing and settlement"}, nil},
		{`{{template "checkbox" (checkbox .Data "shell.news" "label" "L")}}`, []string{`value="yes" checked`}, nil},
		{`{{template "checkbox" (checkbox .Data "shell.consent" "label" "L")}}`, []string{`value="yes"`}, []string{"checked"}},
		{`{{template "select" (field .Data "shell.country" "label" "L" "value" "GR" "choices" (countries .Data.Values.none))}}`, []string{`<option value="">Please choose</option>`}, nil},
		{`{{template "radios" (field .Data "shell.name" "label" "L" "name" "kind" "value" "ngo" "choices" (choices "kind." .Data.Values.kinds))}}`, []string{`value="ngo" checked`, `value="region">`}, nil},
	}
	form.Values["kinds"] = []string{"ngo", "region"}
	form.Values["none"] = []string{}
	for _, tt := range tests {
		page := body(t, tt.content, form)
		page = page[strings.Index(page, "<main"):strings.Index(page, "</main>")]
		for _, want := range tt.want {
			if !strings.Contains(page, want) {
				t.Errorf("%s\nlacks %s:\n%s", tt.content, want, page)
			}
		}
		for _, not := range tt.not {
			if strings.Contains(page, not) {
				t.Errorf("%s\nhas %s:\n%s", tt.content, not, page)
			}
		}
	}
}

func TestErrorSummaryLeadsToTheFields(t *testing.T) {
	form := Form{
		Area: "shell", Labels: map[string]string{"kind": "register.organisation.kind", "consent": "register.consent.short"},
		Errors: []fault.Field{
			{Name: "name", Code: "required"}, {Name: "elsewhere", Code: "url"},
			{Name: "kind", Code: "required"}, {Name: "consent", Code: "required"},
		},
	}
	page := body(t, `{{template "errors" .Data}}`, form)
	for _, want := range []string{
		`4 answers need another look`, `<a href="#f-name" target="_self">MuNet: This is needed.</a>`, `<a href="#f-elsewhere" target="_self">Write the whole`,
		`<a href="#f-kind" target="_self">What kind of organisation is it? This is needed.</a>`, `<a href="#f-consent" target="_self">Your consent: This is needed.</a>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the summary lacks %s", want)
		}
	}
	if page := body(t, `{{template "errors" .Data}}`, Form{}); strings.Contains(page, `id="errors"`) {
		t.Error("a summary without errors")
	}
}

// control finds every control of a page and label what labels are for.
var (
	control = regexp.MustCompile(`<(?:input|select|textarea)[^>]*? id="([^"]*)"`)
	label   = regexp.MustCompile(`<label for="([^"]*)"`)
	ids     = regexp.MustCompile(` id="([^"]*)"`)
	refers  = regexp.MustCompile(`aria-(?:describedby|labelledby)="([^"]*)"`)
)

func TestEveryControlIsLabelled(t *testing.T) {
	form := Form{Area: "shell", Values: url.Values{}, Errors: []fault.Field{{Name: "a", Code: "required"}, {Name: "b", Code: "required"}, {Name: "e", Code: "required"}}}
	page := body(t, `{{template "errors" .Data}}{{$two := choices "topic." .Data.Values.two}}
		{{template "field" (field .Data "x.a" "label" "L" "hint" "H")}}{{template "textarea" (field .Data "x.b" "label" "L" "maxlength" 9 "hint" "H")}}
		{{template "select" (field .Data "x.c" "label" "L")}}{{template "checkbox" (checkbox .Data "x.d" "label" "L" "hint" "H")}}
		{{template "radios" (field .Data "x.e" "label" "L" "choices" $two)}}{{template "checkboxes" (field .Data "x.f" "label" "L" "choices" $two)}}
		{{template "progress" (progress "label" "L" "total" 2)}}`, Form{Area: form.Area, Errors: form.Errors, Values: url.Values{"two": {"housing", "crime"}}})
	labelled := map[string]bool{}
	for _, m := range label.FindAllStringSubmatch(page, -1) {
		labelled[m[1]] = true
	}
	controls := control.FindAllStringSubmatch(page, -1)
	if len(controls) != 8 {
		t.Errorf("%d controls, want 8", len(controls))
	}
	for _, m := range controls {
		if !labelled[m[1]] {
			t.Errorf("%s has no label", m[0])
		}
	}
	known := map[string]bool{}
	for _, m := range ids.FindAllStringSubmatch(page, -1) {
		if known[m[1]] {
			t.Errorf("id %s is there twice", m[1])
		}
		known[m[1]] = true
	}
	for _, m := range refers.FindAllStringSubmatch(page, -1) {
		for _, id := range strings.Fields(m[1]) {
			if !known[id] {
				t.Errorf("%s refers to nothing", m[0])
			}
		}
	}
}

func TestSortedChoices(t *testing.T) {
	page := body(t, `{{range countries .Data}}{{.Text}} {{end}}`, []string{"SE", "AX", "AT", "XK", "CY"})
	if want := "Åland Islands Austria Cyprus Kosovo Sweden"; !strings.Contains(page, want) {
		t.Errorf("not in the order %s", want)
	}
}

func TestStateTagsCoverEveryState(t *testing.T) {
	for state, tone := range stateTones {
		page := body(t, `{{template "tag" (state .Data)}}`, state)
		if !strings.Contains(page, `<span class="tag `+tone+`">`) {
			t.Errorf("%s: no tag", state)
		}
	}
}

func TestProgressRefreshesUntilDone(t *testing.T) {
	for done, want := range map[int]bool{0: true, 9: true, 10: false} {
		page := body(t, `{{template "progress" (progress "label" "L" "done" .Data "total" 10 "refresh" true)}}`, done)
		if got := strings.Contains(page, "data-refresh"); got != want {
			t.Errorf("%d of 10: refresh %t", done, got)
		}
	}
}
