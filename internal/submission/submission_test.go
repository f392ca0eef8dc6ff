package submission

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/search"
)

func TestFromTheFirstWordToTheLibrary(t *testing.T) {
	o := newTown(t)
	o.contains(o.open("eleni", root), "No practice yet", `href="/my-practices/new"`)
	path, id := o.handedIn("eleni", "Keys for families")
	o.contains(o.open("andys", root), "Keys for families", "Αναμένει αξιολόγηση")
	o.contains(o.open("andys", path), "/withdraw")

	o.decide(id, practice.Decision{Outcome: practice.AskChanges, Note: "Nearly there.", Comments: map[practice.Section][]string{
		practice.Whole: {"A fine idea."}, "results": {"How many stayed for a year?"},
	}})
	page := o.open("eleni", path)
	o.contains(page, "Changes are asked for", "Nearly there.", "A fine idea.", "How many stayed for a year?", path+"/results#f-results")
	o.contains(o.open("eleni", path+"/results"), "How many stayed for a year?")

	o.submit("andys", path+"/results", o.fill("andys", path+"/results", url.Values{"results": {"Forty families, 34 for a year."}}))
	o.submit("andys", path+"/check", o.fill("andys", path+"/check", nil))
	o.decide(id, practice.Decision{Outcome: practice.Publish})
	o.contains(o.open("eleni", path), "Propose an update", "/practices/"+id)

	if to := o.submit("eleni", path+"/about", o.fill("eleni", path+"/about", url.Values{"act": {"leave"}})); o.draftOf(path).Revision != 0 {
		t.Errorf("saving without a change began an update; it led to %s", to)
	}
	o.submit("eleni", path+"/about", o.fill("eleni", path+"/about", url.Values{"title": {"Keys for many families"}}))
	o.contains(o.open("eleni", path), "You are working on an update", "Discard the update")
	public, err := o.Practices.Publication(t.Context(), id)
	if err != nil || public.Texts["en"].Title != "Keys for families" {
		t.Errorf("the public sees %q, %v", public.Texts["en"].Title, err)
	}
	o.contains(o.open("eleni", path+"/discard"), "What is published stays")
	o.submit("eleni", path+"/discard", nil)
	if d := o.draftOf(path); d.Revision != 0 || d.Texts["en"].Title != "Keys for families" {
		t.Errorf("after discarding the update: %q at %d", d.Texts["en"].Title, d.Revision)
	}
}

func TestEveryStepKeepsWhatItIsGiven(t *testing.T) {
	o := newTown(t)
	path := o.begin("eleni", "Keys for families")
	given := map[string]url.Values{
		"about":    {"original": {"en"}, "kind": {"programme"}, "title": {"Title"}, "summary": {"Summary."}},
		"practice": {"challenge": {"A"}, "goal": {"B"}, "howItWorks": {"C\r\n\r\n- D"}, "partners": {"E"}},
		"place": {
			"country": {"GR"}, "municipality": {"Λάρισα"}, "population": {"100to500k"}, "themes": {"rights", "health"},
			"targets": {"women", "roma"}, "beneficiaries": {"F"}, "principles": {"2", "11"},
		},
		"results": {
			"status": {"finished"}, "begin": {"2020-01"}, "end": {"2024-12"}, "cost": {"unknown"}, "funding": {"own", "amif"},
			"resources": {"G"}, "evidence": {"externalEvaluation"}, "results": {"H"},
		},
		"learning": {"lessons": {"I"}, "transferability": {"J"}, "mentoring": {"yes"}},
		"terms": {
			"links.label": {"Report", ""}, "links.url": {"https://larissa.example/report", "https://larissa.example/b"},
			"source": {"https://larissa.example"}, "licence": {"CC0-1.0"},
		},
	}
	for _, st := range steps {
		if st.Fields == nil {
			continue
		}
		o.submit("eleni", path+"/"+st.Name, o.fill("eleni", path+"/"+st.Name, given[st.Name]))
		after := fields(o.open("eleni", path+"/"+st.Name))
		for name, want := range given[st.Name] {
			got := after[name]
			if strings.HasPrefix(name, "links.") {
				got = got[:len(want)]
			}
			if strings.Join(sorted(got), "|") != strings.Join(sorted(want), "|") {
				t.Errorf("%s: %s is %q, want %q", st.Name, name, got, want)
			}
		}
	}
	if page := o.open("eleni", path+"/check"); !strings.Contains(page, "Everything that is needed is there") {
		t.Errorf("not complete:\n%s", page)
	}
}

func TestEveryButtonSaves(t *testing.T) {
	o := newTown(t)
	path := o.begin("eleni", "Keys for families")
	for act, to := range map[string]string{
		"next": "/place", "leave": "?done=saved", "back": "/about", "go:results": "/results", "go:contact": "/contact",
		"go:check": "/check", "go:elsewhere": "/place", "": "/place",
	} {
		form := o.fill("eleni", path+"/practice", url.Values{"challenge": {"Before " + act}, "act": {act}})
		if got := o.submit("eleni", path+"/practice", form); got != path+to {
			t.Errorf("%s leads to %s, want %s", act, got, path+to)
		}
		if got := o.draftOf(path).Texts["en"].Challenge; got != strings.TrimSpace("Before "+act) {
			t.Errorf("%s saved %q", act, got)
		}
	}
}

func TestOthersSeeNothingOfADraft(t *testing.T) {
	o := newTown(t)
	path := o.begin("eleni", "Keys for families")
	for _, below := range []string{"", "/about", "/check", "/alike", "/preview", "/texts/el", "/discard", "/contact"} {
		if w := o.do("petra", "GET", path+below, nil); w.Code != http.StatusNotFound {
			t.Errorf("GET %s by somebody else: %d", below, w.Code)
		}
	}
	if to := o.do("eleni", "GET", "/my-practices/%25zz/texts?language=el", nil).Header().Get("Location"); to != "/my-practices/%25zz/texts/el" {
		t.Errorf("a made-up practice leads to %q", to)
	}
	for _, below := range []string{"/about", "/check", "/texts/el", "/discard", "/withdraw", "/contact"} {
		if w := o.do("petra", "POST", path+below, url.Values{"title": {"Mine"}, "act": {"agree"}, "consent": {"yes"}}); w.Code != http.StatusNotFound {
			t.Errorf("POST %s by somebody else: %d", below, w.Code)
		}
	}
	if w := o.do("", "GET", path, nil); w.Code != http.StatusSeeOther {
		t.Errorf("nobody: %d", w.Code)
	}
}

func TestBeginning(t *testing.T) {
	o := newTown(t)
	page := o.rejected(http.StatusUnprocessableEntity, "eleni", root+"/new", o.fill("eleni", root+"/new", url.Values{"summary": {"Only this."}}))
	o.contains(page, "Only this.", `href="#f-title"`)
	o.contains(o.open("eleni", o.begin("eleni", "Keys")+"/place"), `value="Strovolos"`, `<option value="CY" selected>`, `<option value="50to100k" selected>`)
	o.contains(o.open("petra", o.begin("petra", "Haus")+"/place"), `<option value="AT" selected>`)
}

func TestATranslationStandsBesideTheOriginal(t *testing.T) {
	o := newTown(t)
	path := o.begin("eleni", "Keys for families")
	o.complete("eleni", path)
	if w := o.do("eleni", "GET", path+"/texts?language=el", nil); w.Header().Get("Location") != path+"/texts/el" {
		t.Errorf("choosing Greek leads to %s", w.Header().Get("Location"))
	}
	page := o.open("eleni", path+"/texts/el")
	o.contains(page, "Rents rose.", `name="challenge"`, `lang="el"`)
	if strings.Contains(page, `name="lessons"`) {
		t.Error("asks to translate what the original does not have")
	}
	form := o.fill("eleni", path+"/texts/el", url.Values{"title": {"Κλειδιά για οικογένειες"}, "summary": {"Κλειδιά."}})
	o.submit("eleni", path+"/texts/el", form)
	d := o.draftOf(path)
	if d.Texts["el"].Title != "Κλειδιά για οικογένειες" || d.Texts["en"].Title != "Keys for families" {
		t.Errorf("%+v", d.Texts)
	}
	o.contains(o.open("andys", path+"/preview?text=el"), `<h1 lang="el" dir="auto">Κλειδιά για οικογένειες</h1>`)
	page = o.rejected(http.StatusUnprocessableEntity, "eleni", path+"/texts/el",
		o.fill("eleni", path+"/texts/el", url.Values{"title": {strings.Repeat("μ", 200)}}))
	o.contains(page, `href="#f-title"`, strings.Repeat("μ", 200))
	o.submit("eleni", path+"/texts/el", o.fill("eleni", path+"/texts/el", url.Values{"title": {""}, "summary": {""}}))
	if _, there := o.draftOf(path).Texts["el"]; there {
		t.Error("an empty translation is still one")
	}
	for _, tag := range []string{"en", "xx", "tlh"} {
		if w := o.do("eleni", "GET", path+"/texts/"+tag, nil); w.Code != http.StatusNotFound {
			t.Errorf("translation into %s: %d", tag, w.Code)
		}
	}
}

func TestTheLanguageOfTheOriginalCanBeCorrected(t *testing.T) {
	o := newTown(t)
	path := o.begin("eleni", "Κλειδιά")
	o.submit("eleni", path+"/practice", o.fill("eleni", path+"/practice", answers["practice"]))
	o.submit("eleni", path+"/about", o.fill("eleni", path+"/about", url.Values{"original": {"el"}, "title": {"Κλειδιά για όλους"}}))
	d := o.draftOf(path)
	if d.Original != "el" || len(d.Texts) != 1 || d.Texts["el"].Title != "Κλειδιά για όλους" || d.Texts["el"].Goal != "Homes." {
		t.Errorf("%s: %+v", d.Original, d.Texts)
	}
	o.submit("eleni", path+"/texts/en", o.fill("eleni", path+"/texts/en", url.Values{"title": {"Keys"}, "summary": {"S"}}))
	o.submit("eleni", path+"/about", o.fill("eleni", path+"/about", url.Values{"original": {"en"}, "summary": {"Περίληψη"}}))
	d = o.draftOf(path)
	if d.Original != "en" || d.Texts["en"].Title != "Keys" || d.Texts["el"].Summary != "Περίληψη" {
		t.Errorf("a translation became the original: %s: %+v", d.Original, d.Texts)
	}
}

func TestHandingIn(t *testing.T) {
	o := newTown(t)
	path := o.begin("eleni", "Keys for families")
	page := o.open("eleni", path+"/check")
	o.contains(page, "answers are missing", path+"/practice#f-challenge", path+"/place#f-themes")
	if strings.Contains(page, "Hand it in for review") {
		t.Error("offers to hand in what is not complete")
	}
	o.rejected(http.StatusUnprocessableEntity, "eleni", path+"/check", url.Values{"revision": {"1"}})
	o.complete("eleni", path)

	form := o.fill("eleni", path+"/check", url.Values{"note": {"Please look."}})
	o.submit("andys", path+"/practice", o.fill("andys", path+"/practice", url.Values{"partners": {"The church"}}))
	page = o.rejected(http.StatusConflict, "eleni", path+"/check", form)
	o.contains(page, "Andys saved a change", "Please look.")
	page = o.rejected(http.StatusUnprocessableEntity, "eleni", path+"/check", o.fill("eleni", path+"/check", url.Values{"note": {strings.Repeat("n", 400<<10)}}))
	o.contains(page, `href="#f-note"`, strings.Repeat("n", 400<<10))

	if o.submissions != 0 {
		t.Errorf("%d practices were counted, although none was handed in", o.submissions)
	}
	o.submit("eleni", path+"/check", o.fill("eleni", path+"/check", nil))
	if o.submissions != 1 {
		t.Errorf("%d practices were counted, not one", o.submissions)
	}
	typed := o.fill("eleni", path, nil)
	typed.Set("lessons", "Typed while a colleague handed it in.")
	page = o.rejected(http.StatusConflict, "andys", path+"/learning", typed)
	o.contains(page, "Typed while a colleague handed it in.", "Όσα γράψατε είναι ακόμη στη φόρμα")

	o.submit("eleni", path+"/withdraw", nil)
	o.contains(o.open("eleni", path+"/learning"), `name="lessons"`)
	if w := o.do("eleni", "POST", path+"/withdraw", nil); w.Code != http.StatusConflict {
		t.Errorf("withdrawing twice: %d", w.Code)
	}
}

func TestAfterAnEnd(t *testing.T) {
	o := newTown(t)
	path, id := o.handedIn("eleni", "Keys for families")
	o.decide(id, practice.Decision{Outcome: practice.Decline, Note: "Not a practice of a municipality."})
	o.contains(o.open("eleni", path), "It was not taken", "Not a practice of a municipality.", "Discard this practice")
	o.contains(o.open("eleni", path+"/check"), "Nothing was changed since the last decision")
	o.submit("eleni", path+"/practice", o.fill("eleni", path+"/practice", url.Values{"partners": {"The municipality"}}))
	o.submit("eleni", path+"/check", o.fill("eleni", path+"/check", nil))
	o.decide(id, practice.Decision{Outcome: practice.Publish})

	secretary := practice.Decision{By: members.Ref{Organisation: members.Secretariat, Person: "MARIA"}, Name: "Maria"}
	if err := o.Practices.Archive(t.Context(), id, secretary); err != nil {
		t.Fatal(err)
	}
	o.contains(o.open("eleni", path), "It is not in the library any more")
	o.submit("eleni", path+"/practice", o.fill("eleni", path+"/practice", url.Values{"partners": {"Two municipalities"}}))
	o.contains(o.open("eleni", path+"/discard"), "What is published stays")
	if to := o.submit("eleni", path+"/discard", nil); to != path+"?done=discarded" {
		t.Errorf("leads to %s", to)
	}
	o.contains(o.open("eleni", path), "It is not in the library any more")
}

func TestFollowing(t *testing.T) {
	o := newTown(t)
	ref := o.people["eleni"].Ref
	o.submit("eleni", root+"/follow", url.Values{"themes": {"housing", "health", "housing"}})
	got, err := o.Practices.Following(t.Context(), ref)
	if err != nil || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
	o.contains(o.open("eleni", root+"/follow?done=saved"), "Your themes are saved", "on Mondays")
	o.rejected(http.StatusUnprocessableEntity, "eleni", root+"/follow", url.Values{"themes": {"everything"}})
	if err := o.Members.Unsubscribe(t.Context(), ref, members.ForPractices, members.Consenting{How: "one-click"}); err != nil {
		t.Fatal(err)
	}
	o.contains(o.open("eleni", root+"/follow"), "You stopped this email")
	o.submit("eleni", root+"/follow", url.Values{"themes": {"housing"}})
	o.submit("eleni", root+"/follow", url.Values{})
	all, err := o.Members.Consents(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	var record []bool
	for _, c := range all {
		if c.Purpose == members.ForPractices {
			record = append(record, c.Given)
		}
	}
	if want := []bool{true, false, true, false}; !slices.Equal(record, want) {
		t.Errorf("recorded: %v, want %v", record, want)
	}
}

func TestWhatLooksAlikeIsShown(t *testing.T) {
	o := newTown(t)
	c := practice.Content{
		Facts: practice.Facts{Country: "GR", Municipality: "Larissa"}, Original: "en",
		Texts: map[language.Tag]practice.Text{"en": {Title: "Keys for refugee families", Summary: "Keys to empty flats: the town rents them and lets them."}},
	}
	var err error
	o.index, err = search.NewIndex(practice.Publication{ID: "OTHER", OrganisationName: "Larissa", Content: c}.Document())
	if err != nil {
		t.Fatal(err)
	}
	form := o.fill("eleni", root+"/new", url.Values{"title": {"Keys for families"}, "summary": {"The town rents empty flats and lets them."}})
	to := o.submit("eleni", root+"/new", form)
	path := strings.TrimSuffix(to, "/alike")
	if path == to {
		t.Fatalf("leads to %s", to)
	}
	o.contains(o.open("eleni", to), "One practice looks alike", "Keys for refugee families", "Larissa", `href="/practices/OTHER"`, path+"/practice")
	o.contains(o.open("eleni", path+"/check"), "One practice looks alike")
	o.submit("eleni", path+"/about", o.fill("eleni", path+"/about", url.Values{"title": {"Cricket"}, "summary": {"Young people play cricket on Sundays."}}))
	if w := o.do("eleni", "GET", path+"/alike", nil); w.Header().Get("Location") != path+"/practice" {
		t.Errorf("nothing looks alike any more: %d to %s", w.Code, w.Header().Get("Location"))
	}
}

func TestAutosave(t *testing.T) {
	o := newTown(t)
	path := o.begin("eleni", "Keys for families")
	form := o.fill("eleni", path+"/practice", url.Values{"challenge": {"First"}, "act": {"autosave"}})
	answer := func(who string, form url.Values) (int, autosaved) {
		t.Helper()
		w := o.do(who, "POST", path+"/practice", form)
		var a autosaved
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
			t.Fatalf("%d %v: %s", w.Code, err, w.Body)
		}
		return w.Code, a
	}
	status, a := answer("eleni", form)
	if status != http.StatusOK || !a.Saved || !strings.HasPrefix(a.Message, "Saved at 1") || o.draftOf(path).Texts["en"].Challenge != "First" {
		t.Errorf("%d %+v", status, a)
	}
	for field, was := range a.Was {
		form.Set("was."+field, was)
	}
	form.Set("challenge", "Second")
	if status, a := answer("eleni", form); status != http.StatusOK || !a.Saved {
		t.Errorf("saving again meets itself: %d %+v", status, a)
	}
	form.Set("challenge", "Third") // still from the first one: as if a colleague had saved the second
	if status, a := answer("andys", form); status != http.StatusConflict || a.Saved || !strings.Contains(a.Message, "Eleni") {
		t.Errorf("%d %+v", status, a)
	}
	form = o.fill("eleni", path+"/practice", url.Values{"challenge": {strings.Repeat("x", 7000)}, "act": {"autosave"}})
	if status, a := answer("eleni", form); status != http.StatusUnprocessableEntity || !strings.Contains(a.Message, "6,000") {
		t.Errorf("%d %+v", status, a)
	}
	if w := o.do("", "POST", path+"/practice", form); w.Code != http.StatusUnauthorized {
		t.Errorf("after the session ended: %d", w.Code)
	}
}
