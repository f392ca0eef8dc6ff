package page

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/web"
)

// serve renders one template through a mux, as a function does.
func serve(t *testing.T, r *http.Request, source string, data any) *httptest.ResponseRecorder {
	t.Helper()
	pages := New(fstest.MapFS{"templates/x.html": {Data: []byte(source)}})
	m := web.NewMux(web.Options{Fail: Fail})
	m.Handle("GET /", web.Everyone, func(w http.ResponseWriter, r *http.Request) error {
		return pages.Render(w, r, http.StatusOK, "x.html", data)
	})
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w
}

// body renders content as the content of a page and returns the page.
func body(t *testing.T, content string, data any) string {
	t.Helper()
	w := serve(t, get("/x"), `{{define "title"}}Title{{end}}{{define "content"}}`+content+`{{end}}`, data)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: status %d\n%s", content, w.Code, w.Body)
	}
	return w.Body.String()
}

func get(target string) *http.Request { return request(http.MethodGet, target) }

func request(method, target string) *http.Request {
	return httptest.NewRequestWithContext(context.Background(), method, target, nil)
}

const plainPage = `{{define "title"}}Title{{end}}{{define "content"}}<p>Content</p>{{end}}`

func TestShell(t *testing.T) {
	page := body(t, "<p>Content</p>", nil)
	for _, want := range []string{
		`<!doctype html>`, `<html lang="en">`, `<title>Title – MuNet</title>`, `<h1>Title</h1>`,
		`<a class="skip" href="#content">`, `<main class="width text" id="content" tabindex="-1">`,
		`href="/x?lang=el" lang="el" hreflang="el"`, `href="/sign-in"`, `href="/register"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, refused := range []string{"<script>", " style=", "<style", " onclick=", "javascript:"} {
		if strings.Contains(page, refused) {
			t.Errorf("the Content-Security-Policy forbids %s", refused)
		}
	}
}

func TestPagesMayReplaceParts(t *testing.T) {
	w := serve(t, get("/x"), plainPage+`{{define "layout"}}wide{{end}}{{define "heading"}}<h1>Other</h1>{{end}}`+
		`{{define "breadcrumb"}}{{template "crumbs" (crumbs "Desk" (.Link "/desk"))}}{{end}}{{define "description"}}{{.Data}}{{end}}`, `About "it"`)
	page := w.Body.String()
	for _, want := range []string{`<main class="width wide"`, `<h1>Other</h1>`, `<li><a href="/desk">Desk</a></li>`, `content="About &#34;it&#34;"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Count(page, "<h1") != 1 {
		t.Error("not exactly one h1")
	}
}

func TestHeaders(t *testing.T) {
	r := get("/x")
	r.Header.Set("Accept-Language", "el-CY")
	h := serve(t, r, plainPage, nil).Header()
	for name, want := range map[string]string{
		"Content-Type":     "text/html; charset=utf-8",
		"Content-Language": "el",
		"Vary":             "Accept-Language, Cookie",
		"Cache-Control":    "private, no-cache",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestLinksKeepTheChosenLanguage(t *testing.T) {
	source := `{{define "title"}}T{{end}}{{define "content"}}[{{.Link "/members?country=CY"}}]{{end}}`
	tests := []struct{ target, want string }{
		{"/x", "[/members?country=CY]"},
		{"/x?lang=el", "[/members?country=CY&amp;lang=el]"},
		{"/x?lang=tlh", "[/members?country=CY]"},
	}
	for _, tt := range tests {
		if page := serve(t, get(tt.target), source, nil).Body.String(); !strings.Contains(page, tt.want) {
			t.Errorf("%s: no %s", tt.target, tt.want)
		}
	}
}

func TestTranslationsKeepPathAndQuery(t *testing.T) {
	page := serve(t, get("/a%20b/c?q=%3Cb%3E&lang=en"), plainPage, nil).Body.String()
	if want := `href="/a%20b/c?lang=el&amp;q=%3Cb%3E"`; strings.Count(page, want) != 2 {
		t.Errorf("menu and footer should lead to %s", want)
	}
}

func TestHeaderShowsWhoIsThere(t *testing.T) {
	const mine, desk, out, join = `href="/profile"`, `href="/desk"`, `action="/sign-out"`, `>Join</a>`
	tests := map[string]struct {
		who    *web.Identity
		cookie bool
		shown  []string
		hidden []string
	}{
		"nobody":        {nil, false, []string{join}, []string{mine, desk, out}},
		"a cookie":      {nil, true, []string{mine, out}, []string{join, desk}},
		"a member":      {&web.Identity{Name: "Ana"}, true, []string{mine, out}, []string{join, desk}},
		"a coordinator": {&web.Identity{Coordinator: true}, true, []string{mine, desk, out}, []string{join}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := get("/x")
			if tt.cookie {
				r.AddCookie(&http.Cookie{Name: sessionCookie, Value: "x"})
			}
			page := serve(t, r.WithContext(web.WithWho(r.Context(), tt.who)), plainPage, nil).Body.String()
			for _, s := range tt.shown {
				if !strings.Contains(page, s) {
					t.Errorf("no %s", s)
				}
			}
			for _, s := range tt.hidden {
				if strings.Contains(page, s) {
					t.Errorf("%s is shown", s)
				}
			}
		})
	}
}

func TestEveryLanguageHasItsOwnTemplates(t *testing.T) {
	source := `{{define "title"}}{{t "shell.join-network"}}{{end}}{{define "content"}}{{end}}`
	pages := New(fstest.MapFS{"templates/x.html": {Data: []byte(source)}})
	m := web.NewMux(web.Options{Fail: Fail})
	m.Handle("GET /x", web.Everyone, func(w http.ResponseWriter, r *http.Request) error {
		return pages.Render(w, r, http.StatusOK, "x.html", nil)
	})
	for _, tag := range []language.Tag{"en", "el", "en"} {
		w := httptest.NewRecorder()
		m.ServeHTTP(w, get("/x?lang="+string(tag)))
		if want := "<h1>" + language.For(tag).Text("shell.join-network") + "</h1>"; !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: no %s", tag, want)
		}
	}
}

func TestFail(t *testing.T) {
	m := web.NewMux(web.Options{Fail: Fail})
	m.Handle("GET /x", web.Everyone, func(http.ResponseWriter, *http.Request) error {
		return fault.Invalid(fault.Field{Name: "name", Code: "too-long", Args: map[string]any{"Limit": 3}})
	})
	m.Handle("GET /unknown", web.Everyone, func(http.ResponseWriter, *http.Request) error {
		return fault.New(http.StatusTeapot, "teapot")
	})
	m.Handle("GET /me", web.Members, nil)
	tests := []struct {
		method, target string
		status         int
		want           []string
	}{
		{"GET", "/nowhere", 404, []string{"<h1>There is no such page</h1>", "Reference number", `href="/"`}},
		{"GET", "/nowhere?lang=el", 404, []string{"<h1>Η σελίδα δεν υπάρχει</h1>", `href="/?lang=el"`}},
		{"GET", "/x", 422, []string{"at most 3 characters", "<title>Error: Some answers"}},
		{"GET", "/unknown", 418, []string{"Something went wrong on our side"}},
		{"POST", "/x", 405, []string{"That cannot be done here"}},
		{"PUT", "/me", 405, nil},
	}
	for _, tt := range tests {
		w := httptest.NewRecorder()
		m.ServeHTTP(w, request(tt.method, tt.target))
		if w.Code != tt.status {
			t.Errorf("%s %s: status %d, want %d", tt.method, tt.target, w.Code, tt.status)
		}
		for _, want := range tt.want {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s %s: no %q", tt.method, tt.target, want)
			}
		}
	}
}

func TestNothingIsWrittenWhenATemplateFails(t *testing.T) {
	for name, content := range map[string]string{
		"an unknown template": `{{template "nothing"}}`,
		"an unknown argument": `{{template "empty" (empty "titel" "x")}}`,
		"half a pair":         `{{template "empty" (empty "title")}}`,
		"a wrong type":        `{{template "progress" (progress "done" "many")}}`,
		"an unknown kind":     `{{template "notice" (notice "joke" "shell.join")}}`,
		"a script as link":    `{{linked "website.right.see" "javascript:alert(1)"}}`,
		"too many links":      `{{linked "website.right.see" "/a" "/b" "/c"}}`,
	} {
		w := serve(t, get("/x"), `{{define "title"}}T{{end}}{{define "content"}}half a page`+content+`{{end}}`, nil)
		if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "half a page") {
			t.Errorf("%s: status %d", name, w.Code)
		}
	}
}

// nasty is what every part must show as text.
const nasty = `"><script>alert(1)</script>&amp;`

func TestPartsEscape(t *testing.T) {
	form := Form{Area: "x", Values: url.Values{"name": {nasty}}, Errors: []fault.Field{{Name: nasty, Code: "required"}, {Name: "name", Code: "required"}}}
	choices := []Choice{{Value: nasty, Text: nasty, Hint: nasty}}
	tag := Tag{"good", nasty}
	parts := map[string]any{
		`{{template "field" (field .Data "x.name" "label" "` + "`" + `")}}`:                            form,
		`{{template "field" (field .Data.Form "x.name" "label" .Data.Text "hint" .Data.Text)}}`:        map[string]any{"Form": form, "Text": nasty},
		`{{template "textarea" (field .Data "x.name" "label" "L" "maxlength" 9)}}`:                     form,
		`{{template "select" (field .Data.Form "x.name" "label" "L" "choices" .Data.Choices)}}`:        map[string]any{"Form": form, "Choices": choices},
		`{{template "radios" (field .Data.Form "x.name" "label" "L" "choices" .Data.Choices)}}`:        map[string]any{"Form": form, "Choices": choices},
		`{{template "checkboxes" (field .Data.Form "x.name" "label" "L" "choices" .Data.Choices)}}`:    map[string]any{"Form": form, "Choices": choices},
		`{{template "checkbox" (checkbox .Data.Form "x.name" "label" .Data.Text "value" .Data.Text)}}`: map[string]any{"Form": form, "Text": nasty},
		`{{template "errors" .Data}}`:                                                        form,
		`{{template "notice" (notice "error" "shell.request" "ID" .Data)}}`:                  nasty,
		`{{template "tag" .Data}}`:                                                           tag,
		`{{template "card" .Data}}`:                                                          Card{Title: nasty, URL: "javascript:alert(1)", Meta: []string{nasty}, Text: nasty, Tag: &tag},
		`{{template "facets" .Data}}`:                                                        Facets{Title: nasty, Facets: []Facet{{Text: nasty, URL: nasty, Selected: true}}},
		`{{template "results" .Data}}`:                                                       Results{Cards: []Card{{Title: nasty}}, Paging: Paging{First: nasty, Previous: nasty, Next: nasty}},
		`{{template "table" .Data}}`:                                                         Table{Caption: nasty, Columns: []Column{{Text: nasty}, {Text: nasty}}, Rows: [][]Cell{{{Text: nasty, URL: "javascript:alert(1)"}, {Text: nasty, Tone: nasty}}}},
		`{{template "timeline" .Data}}`:                                                      []Event{{When: time.Unix(0, 0), Text: nasty, Detail: nasty}},
		`{{template "progress" (progress "label" .Data "text" .Data "total" 2)}}`:            nasty,
		`{{template "empty" (empty "title" .Data "text" .Data "action" .Data "url" .Data)}}`: nasty,
		`{{template "confirmation" (confirmation "text" .Data.T "button" .Data.T "cancel" .Data.T "hidden" .Data.H)}}`: map[string]any{"T": nasty, "H": map[string]string{nasty: nasty}},
		`{{template "steps" (steps 1 .Data .Data)}}`:               nasty,
		`{{template "crumbs" (crumbs .Data .Data)}}`:               nasty,
		`{{linked "website.right.see" "/x?q=%22%3E%3Cscript%3E"}}`: nil,
	}
	for content, data := range parts {
		page := body(t, content, data)
		if strings.Contains(page, "<script>alert") || strings.Contains(page, `"javascript:`) {
			t.Errorf("%s: not escaped:\n%s", content, page)
		}
	}
}
