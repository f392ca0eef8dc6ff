package newsletter

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

const threeSections = "Dear all,\n\n## One\n\nFirst.\n\n```\n## no heading\n```\n\nTwo\n---\n\nSecond.\n\n## Three\n\nThird."

func TestSections(t *testing.T) {
	all := sections(threeSections)
	var titles []string
	for _, s := range all {
		titles = append(titles, s.Title)
	}
	if strings.Join(titles, ",") != ",One,Two,Three" {
		t.Fatalf("the sections are %q", titles)
	}
	if joinSections(all) != threeSections {
		t.Errorf("joined again they are\n%s", joinSections(all))
	}
	for name, c := range map[string]struct {
		moved []section
		want  string
	}{
		"up":               {moveSection(all, 2), ",Two,One,Three"},
		"above the top":    {moveSection(all, 1), ",One,Two,Three"},
		"beyond the end":   {moveSection(all, 4), ",One,Two,Three"},
		"taken out":        {removeSection(all, 2), ",One,Three"},
		"taken out of air": {removeSection(all, 9), ",One,Two,Three"},
	} {
		var titles []string
		for _, s := range c.moved {
			titles = append(titles, s.Title)
		}
		if strings.Join(titles, ",") != c.want {
			t.Errorf("%s: %q, want %q", name, titles, c.want)
		}
	}
}

// The buttons work without JavaScript: the form comes back with what they did, and nothing is saved.
func TestButtonsOfTheComposer(t *testing.T) {
	o := newOffice(t)
	path := o.write(Monthly, "en", map[language.Tag]Text{"en": {Subject: "Kept", Body: "Saved"}}) + "/texts/en"
	for act, want := range map[string]string{
		"insert:bold":    "Typed **important words**",
		"insert:heading": "Typed\n\n## A heading",
		"insert:link":    "Typed [words of the link](https://)",
		"insert:nothing": ">\nTyped</textarea>",
	} {
		page := o.press(path, "Typed", act)
		if !strings.Contains(page, want) {
			t.Errorf("%s: the form lacks %q", act, want)
		}
		if !strings.Contains(page, "It is not saved yet") || !strings.Contains(page, `value="Typed subject"`) {
			t.Errorf("%s: the form does not say that it is not saved, or lost the subject", act)
		}
	}
	if page := o.press(path, threeSections, "down:1"); !strings.Contains(page, "Second.\n\n## One") {
		t.Errorf("moving down:\n%s", page)
	}
	if page := o.press(path, threeSections, "remove:3"); strings.Contains(page, "Third.") {
		t.Error("the section is still there")
	}
	if page := o.open(path); !strings.Contains(page, "Saved") || strings.Contains(page, "Typed") {
		t.Error("a button saved something")
	}
}

// press presses a button of the composer and returns the form as it comes back.
func (o *office) press(path, body, act string) string {
	o.Helper()
	w := o.do("coordinator", "POST", path, url.Values{"subject": {"Typed subject"}, "body": {body}, "version": {"1"}, "act": {act}})
	if w.Code != http.StatusOK {
		o.Fatalf("%s: %d\n%s", act, w.Code, w.Body)
	}
	return w.Body.String()
}

func TestNewsOfTheNetwork(t *testing.T) {
	o := newOffice(t)
	path := o.write(Monthly, "en", map[language.Tag]Text{"en": {Subject: "x", Body: "## Dates\n\n- 1 May: *meeting*"}})
	page := o.open(path + "/texts/en")
	if strings.Contains(page, "block:last") {
		t.Error("there is no last newsletter, and something of it is offered")
	}
	o.clock = o.clock.Add(time.Hour)
	o.submit(path+"/send", o.immediately(path))
	o.clock = o.clock.Add(24 * time.Hour)
	o.approved("anna@pafos.example", members.Profile{Kind: "ngo", Name: "Help_All *now*", Place: "Pafos", Country: "CY", Website: "https://help.example"})

	next := o.write(Monthly, "en", map[language.Tag]Text{"en": english}) + "/texts/en"
	page = o.open(next)
	for _, want := range []string{`value="block:members:New members"`, `value="block:last:Dates"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the composer does not offer %s:\n%s", want, page)
		}
	}
	page = o.press(next, "Hello", "block:members:New members")
	if want := `- [Help\_All \*now\*](&lt;https://help.example&gt;) (Pafos, Cyprus)`; !strings.Contains(page, want) || strings.Contains(page, "maria") {
		t.Errorf("the text lacks %q:\n%s", want, page)
	}
	if page = o.press(next, "Hello", "block:last:Dates"); !strings.Contains(page, "Hello\n\n## Dates\n\n- 1 May: *meeting*") {
		t.Errorf("the dates were not put in:\n%s", page)
	}
}

func TestPreviewOfWhatIsNotSaved(t *testing.T) {
	o := newOffice(t)
	path := o.write(Monthly, "en", map[language.Tag]Text{"en": english})
	for view, want := range map[string]string{
		"wide": "@media not all", "narrow": "max-width: 320px", "dark": "color-scheme: dark;", "text": "*typed*",
	} {
		w := o.do("coordinator", "POST", path+"/preview/el/mail", url.Values{"subject": {"Not saved"}, "body": {"*typed*<script>"}, "view": {view}})
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) || strings.Contains(w.Body.String(), "<script") {
			t.Errorf("%s: %d, want %q in\n%s", view, w.Code, want, w.Body)
		}
		if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") || !strings.Contains(csp, "frame-ancestors 'self'") {
			t.Errorf("%s: the policy is %q", view, csp)
		}
	}
}
