package page

import (
	"bytes"
	"html"
	"log/slog"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/web"
)

var (
	hiddenField = regexp.MustCompile(`(?s)<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	formAction  = regexp.MustCompile(`<form method="post" action="([^"]*)"[^>]*>\n<input type="hidden"`)
)

// hidden are the fields that a page carries, as a browser would send them.
func hidden(page string) url.Values {
	fields := url.Values{}
	for _, found := range hiddenField.FindAllStringSubmatch(page, -1) {
		fields.Add(html.UnescapeString(found[1]), html.UnescapeString(found[2]))
	}
	return fields
}

// doorkeeper lets in whoever says so.
type doorkeeper struct{}

func (doorkeeper) Identify(r *http.Request) (*web.Identity, error) {
	if r.Header.Get("Who") == "" {
		return nil, nil
	}
	who := &web.Identity{Name: "Maria", Approved: true}
	switch r.Header.Get("Who") {
	case "coordinator":
		who.Coordinator = true
	case "stale":
		who.Coordinator, who.Factor = true, time.Now().Add(-web.StepUpAge)
	case "fresh":
		who.Coordinator, who.Factor = true, time.Now()
	}
	return who, nil
}

// workshop is a mux with one form for members, which keeps what it is sent.
func workshop(got *url.Values) *web.Mux {
	m := web.NewMux(web.Options{Sessions: doorkeeper{}, Fail: Fail, Log: slog.New(slog.DiscardHandler)})
	keep := func(w http.ResponseWriter, r *http.Request) error {
		if err := web.ReadForm(r); err != nil {
			return err
		}
		*got = r.PostForm
		return web.SeeOther(w, r, "/")
	}
	m.Handle("POST /draft/{id}", web.Members, keep)
	m.Handle("POST /send", web.SteppedUp, keep)
	m.AllowBody("POST /draft/{id}", web.LongText)
	return m
}

func send(t *testing.T, m *web.Mux, who, target string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Who", who)
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w
}

func TestAnEndedSessionLosesNothing(t *testing.T) {
	typed := url.Values{
		"title":   {`"Quoted" & <b>bold</b>`},
		"body":    {"line one\r\nline two\r\n\r\nΕλληνικά عربي \U0001F3D8 " + strings.Repeat("word ", 80_000)},
		"themes":  {"housing", "health", "housing"},
		"empty":   {""},
		"a\"name": {"<script>alert(1)</script>"},
		"act":     {"next"},
	}
	var got url.Values
	m := workshop(&got)
	answer := send(t, m, "", "/draft/7?lang=en&x=%22", typed)
	page := answer.Body.String()
	if answer.Code != http.StatusUnauthorized || !strings.Contains(page, "Nothing is lost") || answer.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", answer.Code, answer.Header())
	}
	if strings.Contains(page, "<script>alert") || got != nil {
		t.Error("what was typed became a part of the page, or was saved for nobody")
	}
	action := formAction.FindStringSubmatch(page)
	if action == nil {
		t.Fatal("no form")
	}
	again := send(t, m, "maria", html.UnescapeString(action[1]), hidden(page))
	if again.Code != http.StatusSeeOther || !maps.EqualFunc(got, typed, slices.Equal) {
		t.Errorf("%d; after signing in came %d fields of %d", again.Code, len(got), len(typed))
	}
}

func TestAMissingFactorLosesNothing(t *testing.T) {
	typed := url.Values{"note": {"line one\r\nline two"}, "moment": {"now"}}
	var got url.Values
	m := workshop(&got)
	for _, who := range []string{"coordinator", "stale"} {
		answer := send(t, m, who, "/send?lang=en", typed)
		page := answer.Body.String()
		action := formAction.FindStringSubmatch(page)
		if answer.Code != http.StatusForbidden || action == nil || got != nil || !strings.Contains(page, `href="/second-factor?`) {
			t.Fatalf("%s: %d\n%s", who, answer.Code, page)
		}
		again := send(t, m, "fresh", html.UnescapeString(action[1]), hidden(page))
		if again.Code != http.StatusSeeOther || !maps.EqualFunc(got, typed, slices.Equal) {
			t.Errorf("%s: %d; after confirming came %v", who, again.Code, got)
		}
		got = nil
	}
	if answer := send(t, m, "maria", "/send", typed); answer.Code != http.StatusForbidden || strings.Contains(answer.Body.String(), "/second-factor") {
		t.Errorf("a member is shown the way to the second factor: %d", answer.Code)
	}
}

func TestAPageThatNeedsTheFactorLeadsThere(t *testing.T) {
	m := web.NewMux(web.Options{Sessions: doorkeeper{}, Fail: Fail, Log: slog.New(slog.DiscardHandler)})
	m.Handle("GET /desk", web.Coordinators, func(http.ResponseWriter, *http.Request) error { return nil })
	r := get("/desk?page=2&lang=en")
	r.Header.Set("Who", "coordinator")
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	if want := `href="/second-factor?lang=en&amp;next=%2Fdesk%3Fpage%3D2%26lang%3Den"`; w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), want) {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
}

func TestAnEndedSessionWithAFile(t *testing.T) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("description", "A square")
	file, err := form.CreateFormFile("file", "square.png")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = file.Write([]byte("PNG"))
	_ = form.Close()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/draft/7", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	var got url.Values
	w := httptest.NewRecorder()
	workshop(&got).ServeHTTP(w, r)
	page := w.Body.String()
	if hidden(page).Get("description") != "A square" || !strings.Contains(page, `name="file" type="file"`) || !strings.Contains(page, `enctype="multipart/form-data"`) {
		t.Errorf("%d\n%s", w.Code, page)
	}
}

func TestWhatCannotBeCarried(t *testing.T) {
	for name, form := range map[string]url.Values{
		"too large":       {"body": {strings.Repeat("x", web.LongText)}},
		"too many fields": {"x": slices.Repeat([]string{""}, maxFields+1)},
	} {
		var got url.Values
		w := send(t, workshop(&got), "", "/draft/7", form)
		if page := w.Body.String(); w.Code != http.StatusUnauthorized || len(page) > 50_000 || !strings.Contains(page, "Please sign in first") {
			t.Errorf("%s: %d, %d bytes", name, w.Code, len(page))
		}
	}
}

func TestAnotherSitesFormIsNotCarried(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/draft/7", strings.NewReader("title=theirs"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	var got url.Values
	w := httptest.NewRecorder()
	workshop(&got).ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "theirs") {
		t.Errorf("%d", w.Code)
	}
}
