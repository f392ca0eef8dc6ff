package submission

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/practice"
)

func TestColleaguesWriteAtTheSameTime(t *testing.T) {
	o := newTown(t)
	path := o.begin("eleni", "Keys for families")
	at := path + "/practice"
	eleni := o.fill("eleni", at, url.Values{"challenge": {"Eleni's challenge"}, "goal": {"Eleni's goal"}})
	andys := o.fill("andys", at, url.Values{"challenge": {"Andys' challenge"}, "partners": {"Andys' partners"}})
	o.submit("andys", at, andys)

	page := o.rejected(http.StatusConflict, "eleni", at, eleni)
	o.contains(page, "A colleague saved something else", "Andys saved this page on 14 March 2027", "Eleni&#39;s challenge", "Andys&#39; challenge",
		`name="keep.challenge" value="theirs"`, "Andys&#39; partners", "Eleni&#39;s goal")
	if strings.Contains(page, "keep.goal") || strings.Contains(page, "keep.partners") {
		t.Error("asks about what only one of them changed")
	}
	for keep, want := range map[string]string{"mine": "Eleni's challenge, and more", "theirs": "Andys' challenge"} {
		form := fields(page)
		form.Set("challenge", "Eleni's challenge, and more")
		form.Set("keep.challenge", keep)
		o.submit("eleni", at, form)
		text := o.draftOf(path).Texts["en"]
		if text.Challenge != want || text.Goal != "Eleni's goal" || text.Partners != "Andys' partners" {
			t.Errorf("keeping %s: %+v", keep, text)
		}
		o.submit("andys", at, o.fill("andys", at, url.Values{"challenge": {"Andys' challenge"}}))
	}
}

func TestColleaguesInDifferentStepsDoNotMeet(t *testing.T) {
	o := newTown(t)
	path := o.begin("eleni", "Keys for families")
	forms := map[string]url.Values{}
	for step, change := range answers {
		forms[step] = o.fill("eleni", path+"/"+step, change)
	}
	var all sync.WaitGroup
	for step, form := range forms {
		all.Go(func() {
			if w := o.do("andys", "POST", path+"/"+step, form); w.Code != http.StatusSeeOther {
				t.Errorf("%s: %d", step, w.Code)
			}
		})
	}
	all.Wait()
	if missing := gaps(o.draftOf(path).Content); len(missing) > 0 {
		t.Errorf("lost: %v", missing)
	}
}

func TestTheSameAnswerIsNoConflict(t *testing.T) {
	o := newTown(t)
	path := o.begin("eleni", "Keys for families")
	both := o.fill("eleni", path+"/place", answers["place"])
	o.submit("eleni", path+"/place", both)
	o.submit("andys", path+"/place", both)
	choices := o.fill("eleni", path+"/place", url.Values{"themes": {"health"}})
	o.submit("andys", path+"/place", o.fill("andys", path+"/place", url.Values{"themes": {"crime", "identity"}}))
	o.contains(o.rejected(http.StatusConflict, "eleni", path+"/place", choices), "Crime and safety\nIdentity and belonging")
}

func TestAPracticeThatIsDiscardedWhileSomebodyTypes(t *testing.T) {
	o := newTown(t)
	path := o.begin("eleni", "Keys for families")
	form := o.fill("eleni", path+"/practice", url.Values{"challenge": {"Typed for \"an hour\"."}})
	translation := o.fill("eleni", path+"/texts/el", url.Values{"title": {"Κλειδιά"}})
	o.submit("andys", path+"/discard", nil)
	o.contains(o.rejected(http.StatusNotFound, "eleni", path+"/texts/el", translation), "Κλειδιά")
	page := o.rejected(http.StatusNotFound, "eleni", path+"/practice", form)
	anew := fields(page)
	anew.Set("act", "anew")
	again := o.submit("eleni", root+"/new", anew)
	if got := o.draftOf(again).Texts["en"].Challenge; got != `Typed for "an hour".` {
		t.Errorf("after beginning anew: %q", got)
	}
}

func TestASessionThatEndsWhileTyping(t *testing.T) {
	o := newTown(t)
	path := o.begin("eleni", "Keys for families")
	form := o.fill("eleni", path+"/practice", url.Values{"challenge": {"An hour's work\r\n\r\nmore"}, "act": {"leave"}})
	page := o.rejected(http.StatusUnauthorized, "", path+"/practice", form)
	o.contains(page, "Your sign-in has ended", `action="`+path+`/practice"`)
	if to := o.submit("eleni", path+"/practice", fields(page)); to != path+"?done=saved" {
		t.Errorf("leads to %s", to)
	}
	if got := o.draftOf(path).Texts["en"].Challenge; got != "An hour's work\n\nmore" {
		t.Errorf("saved: %q", got)
	}
}

func TestTextsOfAnyKind(t *testing.T) {
	o := newTown(t)
	path := o.begin("eleni", "Keys for families")
	at := path + "/practice"
	long := strings.Repeat("ω<\"&\U0001F3D8 ", 60_000) // 400,000 characters
	page := o.rejected(http.StatusUnprocessableEntity, "eleni", at, o.fill("eleni", at, url.Values{"challenge": {long}, "goal": {"Also typed."}}))
	o.contains(page, `href="#f-challenge"`, "at most 6,000 characters")
	if back := fields(page); back.Get("challenge") != long || back.Get("goal") != "Also typed." {
		t.Errorf("%d of %d bytes came back", len(back.Get("challenge")), len(long))
	}
	if len(page) > 5<<20 {
		t.Errorf("the page has %d bytes: more than Lambda gives", len(page))
	}

	for name, tt := range map[string]struct{ typed, stored, shown string }{
		"right to left": {"سكان **المدينة** يلتقون", "سكان **المدينة** يلتقون", "سكان <strong>المدينة</strong> يلتقون"},
		"script":        {"<script>alert(1)</script> [x](javascript:alert(1))", "", ""},
		"Word": {
			`<p class="MsoNormal"><b>Ten</b> families<o:p></o:p></p><p class="MsoListParagraph">first</p>`,
			"**Ten** families\n\n- first", "<strong>Ten</strong> families",
		},
		"controls":      {"a\x00b\x1bc", "abc", "<p>abc</p>"},
		"all of it":     {"Ζωή 生活 жизнь 👩‍👩‍👧 ñ", "Ζωή 生活 жизнь 👩‍👩‍👧 ñ", "Ζωή 生活 жизнь 👩‍👩‍👧 ñ"},
		"decomposed":    {"e\u0301", "é", "é"},
		"not Unicode":   {"a\xffb", "a\uFFFDb", "a\uFFFDb"},
		"ends of lines": {"a\r\nb\rc", "a\nb\nc", "a\nb\nc"},
	} {
		o.submit("eleni", at, o.fill("eleni", at, url.Values{"challenge": {tt.typed}}))
		if got := o.draftOf(path).Texts["en"].Challenge; tt.stored != "" && got != tt.stored {
			t.Errorf("%s: stored %q, want %q", name, got, tt.stored)
		}
		preview := o.open("eleni", path+"/preview")
		o.contains(preview, tt.shown)
		if strings.Contains(preview, "<script>") || strings.Contains(preview, "javascript:") {
			t.Errorf("%s: something to run in the preview", name)
		}
		// Opening and saving changes nothing, or colleagues would be in conflict with nobody.
		before := o.draftOf(path).Revision
		if o.submit("eleni", at, o.fill("eleni", at, nil)); o.draftOf(path).Revision != before {
			t.Errorf("%s: saving what was shown changed it", name)
		}
	}
	o.contains(o.open("eleni", at), `dir="auto" lang="en"`)
}

// TestMergeLosesNothing checks, for arbitrary changes of two people in the same fields, that a merge
// keeps what only one of them changed and calls everything else that differs a conflict.
func TestMergeLosesNothing(t *testing.T) {
	t.Parallel()
	names := []string{"challenge", "goal", "municipality", "themes", "status", "links", "mentoring"}
	random := rand.New(rand.NewPCG(1, 2))
	some := func() url.Values {
		pick := func(words ...string) []string { return []string{words[random.IntN(len(words))]} }
		v := url.Values{
			"challenge": pick("", "a", "b"), "goal": pick("", "a", "b"), "municipality": pick("", "Pafos", "Λάρισα"),
			"themes": pick("housing", "health"), "status": pick("", "running"), "links.label": pick("", "x"), "links.url": pick("", "https://a.example"),
		}
		if random.IntN(2) == 0 {
			v.Set("mentoring", "yes")
		}
		return v
	}
	blank := practice.Content{Original: "en", Texts: map[language.Tag]practice.Text{"en": {Title: "T"}}}
	content := func(v url.Values) practice.Content {
		c, _ := apply(blank, "en", names, v)
		return c.Clean()
	}
	for range 3000 {
		before, mine, theirs := content(some()), some(), content(some())
		form := maps.Clone(mine)
		for field, was := range fingerprints(names, valuesOf(before, "en")) {
			form.Set(wasPrefix+field, was)
		}
		m := merge(theirs, "en", names, form)
		b, mv, tv, got := valuesOf(before, "en"), valuesOf(content(mine), "en"), valuesOf(theirs, "en"), valuesOf(m.Content, "en")
		for _, f := range names {
			was, me, they, is := fingerprint(f, b), fingerprint(f, mv), fingerprint(f, tv), fingerprint(f, got)
			conflict := was != me && was != they && me != they
			switch {
			case conflict != slices.Contains(m.Conflicts, f):
				t.Fatalf("%s: conflict %t; before %v, mine %v, theirs %v", f, !conflict, b[f], mv[f], tv[f])
			case was == me && is != they, was != me && is != me:
				t.Fatalf("%s became %v; before %v, mine %v, theirs %v", f, got[f], b[f], mv[f], tv[f])
			}
		}
	}
}
