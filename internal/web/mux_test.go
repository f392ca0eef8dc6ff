package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/fault"
)

// sessions answers with one person, or with an error.
type sessions struct {
	who *Identity
	err error
}

func (s *sessions) Identify(*http.Request) (*Identity, error) { return s.who, s.err }

func newTestMux(s Sessions, log *bytes.Buffer) *Mux {
	m := NewMux(Options{Sessions: s, Log: slog.New(slog.NewJSONHandler(log, nil)), Fail: func(w http.ResponseWriter, _ *http.Request, e *fault.Error) {
		w.WriteHeader(e.Status)
		_, _ = w.Write([]byte("page: " + e.Code))
	}})
	ok := func(w http.ResponseWriter, r *http.Request) error {
		_, err := w.Write([]byte(Language(r.Context())))
		return err
	}
	for path, a := range map[string]Access{
		"/everyone": Everyone, "/signed-in": SignedIn, "/members": Members,
		"/before-factor": BeforeFactor, "/coordinators": Coordinators, "/stepped-up": SteppedUp,
	} {
		m.Handle("GET "+path, a, ok)
		m.Handle("POST "+path, a, ok)
		m.Handle("POST /api"+path, a, ok)
	}
	m.Handle("POST /api/echo", Everyone, func(w http.ResponseWriter, r *http.Request) error {
		if _, err := io.ReadAll(r.Body); err != nil {
			return TooLarge(err)
		}
		return WriteJSON(w, http.StatusOK, struct{}{})
	})
	m.Handle("POST /api/refused", Everyone, func(http.ResponseWriter, *http.Request) error {
		return fault.Invalid(fault.Field{Name: "name", Code: "required"})
	})
	m.Handle("GET /broken", Everyone, func(http.ResponseWriter, *http.Request) error { return errors.New("secret cause") })
	m.Handle("GET /panic", Everyone, func(http.ResponseWriter, *http.Request) error { panic("secret cause") })
	return m
}

func TestAccess(t *testing.T) {
	ago := func(age time.Duration) *Identity {
		return &Identity{Approved: true, Coordinator: true, Factor: time.Now().Add(-age)}
	}
	callers := []*Identity{
		nil, {}, {Approved: true}, {Approved: true, Coordinator: true}, ago(StepUpAge), ago(StepUpAge - time.Minute),
	}
	tests := []struct {
		route string
		// status for nobody, someone waiting for approval, a member, and a coordinator who has not passed
		// the second factor, who passed it a while ago, and who has just passed it
		want [6]int
	}{
		{"GET /everyone", [6]int{200, 200, 200, 200, 200, 200}},
		{"POST /everyone", [6]int{200, 200, 200, 200, 200, 200}},
		{"GET /signed-in", [6]int{303, 200, 200, 200, 200, 200}},
		{"POST /signed-in", [6]int{401, 200, 200, 200, 200, 200}},
		{"GET /members", [6]int{303, 403, 200, 200, 200, 200}},
		{"POST /members", [6]int{401, 403, 200, 200, 200, 200}},
		{"POST /api/members", [6]int{401, 403, 200, 200, 200, 200}},
		{"GET /before-factor", [6]int{303, 403, 403, 200, 200, 200}},
		{"GET /coordinators", [6]int{303, 403, 403, 403, 200, 200}},
		{"POST /coordinators", [6]int{401, 403, 403, 403, 200, 200}},
		{"POST /api/coordinators", [6]int{401, 403, 403, 403, 200, 200}},
		{"GET /stepped-up", [6]int{303, 403, 403, 403, 403, 200}},
		{"POST /stepped-up", [6]int{401, 403, 403, 403, 403, 200}},
	}
	for _, tt := range tests {
		for i, who := range callers {
			method, path, _ := strings.Cut(tt.route, " ")
			w := httptest.NewRecorder()
			newTestMux(&sessions{who: who}, &bytes.Buffer{}).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
			if w.Code != tt.want[i] {
				t.Errorf("%s by caller %d: %d, want %d", tt.route, i, w.Code, tt.want[i])
			}
		}
	}
}

func TestTheFactorHasItsOwnCodes(t *testing.T) {
	for code, who := range map[string]*Identity{
		"forbidden":    {Approved: true},
		FactorRequired: {Approved: true, Coordinator: true},
		StepUpRequired: {Approved: true, Coordinator: true, Factor: time.Now().Add(-StepUpAge)},
	} {
		w := httptest.NewRecorder()
		newTestMux(&sessions{who: who}, &bytes.Buffer{}).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", "/api/stepped-up", nil))
		var p problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Code != code || p.Title == "" || p.Detail == "" {
			t.Errorf("%+v, %v; want %s", p, err, code)
		}
	}
}

func TestBrokenSessionsCloseOnlyWhatNeedsThem(t *testing.T) {
	for path, want := range map[string]int{"/everyone": 200, "/signed-in": 500, "/coordinators": 500} {
		w := httptest.NewRecorder()
		newTestMux(&sessions{err: errors.New("no table")}, &bytes.Buffer{}).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}

func TestSignInComesBackToThePage(t *testing.T) {
	w := httptest.NewRecorder()
	newTestMux(&sessions{}, &bytes.Buffer{}).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/members?a=1&lang=el", nil))
	if got, want := w.Header().Get("Location"), "/sign-in?lang=el&next=%2Fmembers%3Fa%3D1%26lang%3Del"; got != want {
		t.Errorf("Location %q, want %q", got, want)
	}
}

func TestErrorsSayNothingInternal(t *testing.T) {
	for _, path := range []string{"/broken", "/panic"} {
		var log bytes.Buffer
		w := httptest.NewRecorder()
		newTestMux(nil, &log).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
		if w.Code != 500 || w.Body.String() != "page: internal" {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		if !strings.Contains(log.String(), "secret cause") || !strings.Contains(log.String(), `"requestId"`) {
			t.Errorf("%s: the log does not tell the cause: %s", path, &log)
		}
	}
}

func TestProblems(t *testing.T) {
	post := func(target, contentType, body string) *http.Request {
		r := httptest.NewRequestWithContext(t.Context(), "POST", target, strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		return r
	}
	crossOrigin := post("/api/echo", "application/json", `{}`)
	crossOrigin.Header.Set("Sec-Fetch-Site", "cross-site")
	tests := map[string]struct {
		request *http.Request
		status  int
		code    string
		field   string
	}{
		"unknown path":  {post("/api/nothing", "application/json", `{}`), 404, "not-found", ""},
		"wrong method":  {httptest.NewRequestWithContext(t.Context(), "GET", "/api/echo", nil), 405, "method-not-allowed", ""},
		"cross origin":  {crossOrigin, 403, "cross-origin", ""},
		"refused field": {post("/api/refused", "application/json", `{}`), 422, "invalid", "name"},
		"too large":     {post("/api/echo", "application/json", `{"name":"`+strings.Repeat("x", MaxBody)+`"}`), 413, "too-large", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			newTestMux(nil, &bytes.Buffer{}).ServeHTTP(w, tt.request)
			var p problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
				t.Fatalf("%v in %s", err, w.Body)
			}
			if w.Code != tt.status || p.Status != tt.status || p.Code != tt.code || p.RequestID == "" || p.Title == "" || p.Detail == "" || w.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("%d %+v", w.Code, p)
			}
			if tt.field != "" && (len(p.Fields) != 1 || p.Fields[0].Field != tt.field || p.Fields[0].Message == "") {
				t.Errorf("fields %+v, want %s", p.Fields, tt.field)
			}
		})
	}
}

func TestWrongMethodsAreToldTheRightOnes(t *testing.T) {
	m := newTestMux(nil, &bytes.Buffer{})
	m.Elsewhere("GET /api/calls/{call}")
	m.Elsewhere("POST /api/calls/{call}")
	for target, want := range map[string]string{
		"DELETE /everyone": "GET, HEAD, POST", "TRACE /api/calls/x": "GET, HEAD, POST", "TRACE /api/calls/x/y": "", "OPTIONS /nowhere": "",
	} {
		method, path, _ := strings.Cut(target, " ")
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
		r.Header.Set("Origin", "https://other.example")
		m.ServeHTTP(w, r)
		if got := w.Header().Get("Allow"); got != want || w.Code != http.StatusMethodNotAllowed && want != "" || w.Code != http.StatusNotFound && want == "" {
			t.Errorf("%s: %d, allowed %q, want %q", target, w.Code, got, want)
		}
	}
}

func TestARouteMayTakeMore(t *testing.T) {
	for _, tt := range []struct {
		path  string
		bytes int
		want  int
	}{
		{"/usual", MaxBody, 200}, {"/usual", MaxBody + 1, 413},
		{"/long/texts", LongText, 200}, {"/long/texts", LongText + 1, 413},
	} {
		m := NewMux(Options{Log: slog.New(slog.DiscardHandler)})
		read := func(_ http.ResponseWriter, r *http.Request) error { return ReadForm(r) }
		m.Handle("POST /usual", Everyone, read)
		m.Handle("POST /long/{text}", Everyone, read)
		m.AllowBody("POST /long/{text}", LongText)
		r := httptest.NewRequestWithContext(t.Context(), "POST", tt.path, strings.NewReader("text="+strings.Repeat("x", tt.bytes-len("text="))))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		m.ServeHTTP(w, r)
		if w.Code != tt.want {
			t.Errorf("%d bytes to %s: %d, want %d", tt.bytes, tt.path, w.Code, tt.want)
		}
	}
}

func TestLanguageOfTheAnswer(t *testing.T) {
	greek := &Identity{Language: "el"}
	tests := map[string]struct {
		who            *Identity
		target, accept string
		want           string
	}{
		"nothing said":         {nil, "/everyone", "", "en"},
		"browser":              {nil, "/everyone", "el-GR,en;q=0.5", "el"},
		"profile over browser": {greek, "/everyone", "en", "el"},
		"address over all":     {greek, "/everyone?lang=en", "el", "en"},
		"unknown in address":   {nil, "/everyone?lang=xx", "el", "el"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), "GET", tt.target, nil)
			r.Header.Set("Accept-Language", tt.accept)
			w := httptest.NewRecorder()
			newTestMux(&sessions{who: tt.who}, &bytes.Buffer{}).ServeHTTP(w, r)
			if w.Body.String() != tt.want {
				t.Errorf("%s, want %s", w.Body, tt.want)
			}
		})
	}
}

func TestPersonalPagesAreNotStored(t *testing.T) {
	for path, want := range map[string]string{"/everyone": "", "/everyone?token=A": "no-store"} {
		w := httptest.NewRecorder()
		newTestMux(nil, &bytes.Buffer{}).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
		if got := w.Header().Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control %q, want %q", path, got, want)
		}
	}
}

func TestLogHasNoQuery(t *testing.T) {
	var log bytes.Buffer
	newTestMux(nil, &log).ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "GET", "/everyone?token=SECRET", nil))
	if strings.Contains(log.String(), "SECRET") || !strings.Contains(log.String(), `"route":"GET /everyone"`) {
		t.Errorf("log: %s", &log)
	}
}

// No path of ours is long. DynamoDB takes no key of more than 2,048 bytes: what somebody makes up must
// not look like an error of ours.
func TestAPathThatIsTooLongIsNotFound(t *testing.T) {
	m := NewMux(Options{Log: slog.New(slog.DiscardHandler)})
	m.Handle("GET /things/{id}", Everyone, func(http.ResponseWriter, *http.Request) error { return errors.New("the table refuses the key") })
	for path, want := range map[string]int{
		"/things/" + strings.Repeat("x", 3000): http.StatusNotFound,
		"/things/x":                            http.StatusInternalServerError,
	} {
		w := httptest.NewRecorder()
		m.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if w.Code != want {
			t.Errorf("%.20s: %d", path, w.Code)
		}
	}
}
