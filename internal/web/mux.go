// Package web is the HTTP foundation of every function that answers requests: the adapter
// between API Gateway and net/http, routes that state who may call them, the one place that
// turns errors into answers, request logs, and the security headers.
//
// A handler returns an error instead of writing one; [fault.Error] says what people and
// programs are told.
package web

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
)

// MaxBody is the largest request body in bytes; a larger one is refused with 413. See [Mux.AllowBody].
const MaxBody = 256 << 10

// LongText is a body for [Mux.AllowBody] in which a text that is far too long still arrives, so that
// the form comes back with it. Lambda takes and gives 6 MB at most, in base64 or escaped.
const LongText = 3 << 20

// maxPath is longer than every path of ours, in bytes. What it holds becomes keys of tables, and
// DynamoDB takes none of more than 1,024 bytes (2,048 in a partition key).
const maxPath = 512

// Access says who may call a route.
type Access int

// The kinds of callers, each within the one before.
const (
	Everyone Access = iota
	// SignedIn includes someone who awaits approval and is no member yet.
	SignedIn
	Members
	// BeforeFactor lets coordinators in before they pass the second factor: where they do that.
	BeforeFactor
	// Coordinators have passed the second factor in this session.
	Coordinators
	// SteppedUp are coordinators who have passed it within [StepUpAge]: for what takes data out,
	// changes who may do what, or reaches everybody (step-up authentication, RFC 9470).
	SteppedUp
)

// String names the access for test output, logs and the list of routes.
func (a Access) String() string {
	return [...]string{
		"everyone", "signed in", "members", "coordinators before the second factor", "coordinators", "coordinators, stepped up",
	}[a]
}

// Codes of the faults that ask a coordinator for the second factor (status 403).
const (
	FactorRequired = "second-factor-required"
	StepUpRequired = "step-up-required"
)

// Handler answers a request or says why not.
type Handler func(http.ResponseWriter, *http.Request) error

// Sessions finds out who sent a request. No session, or one that has ended, is nil without an error.
type Sessions interface {
	Identify(*http.Request) (*Identity, error)
}

// Options are what the routes of one function share.
type Options struct {
	// Sessions may be nil in a function that has routes for everyone only.
	Sessions Sessions
	// Strangers bounds forms that nobody signed in has sent: its error refuses one. It may be nil in a
	// function without routes for them.
	Strangers func(*http.Request) error
	// Fail writes the error page.
	Fail func(http.ResponseWriter, *http.Request, *fault.Error)
	// Log defaults to slog.Default().
	Log *slog.Logger
	// Now defaults to time.Now. It decides whether a second factor was passed lately.
	Now func() time.Time
	// Origins are the other websites that may use the public JSON routes and show the pages for frames.
	Origins Origins
}

// Route is one route and who may call it.
type Route struct {
	Pattern string // method and path, such as "POST /register"
	Access  Access
}

// Mux holds the routes of one function.
type Mux struct {
	mux         *http.ServeMux
	elsewhere   http.ServeMux // see [Mux.Elsewhere]
	options     Options
	routes      []Route
	bodies      map[string]int64
	public      map[string]bool // see [public]
	unbounded   map[string]bool // patterns that Options.Strangers is not asked about
	crossOrigin http.CrossOriginProtection
}

// NewMux returns a mux without routes.
func NewMux(o Options) *Mux {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Mux{mux: http.NewServeMux(), options: o, bodies: map[string]int64{}, public: map[string]bool{}, unbounded: map[string]bool{}}
}

// Handle adds a route. The pattern has a method and a path as in [http.ServeMux]; GET answers HEAD too.
func (m *Mux) Handle(pattern string, who Access, h Handler) {
	m.routes = append(m.routes, Route{pattern, who})
	m.public[pattern] = public(pattern, who)
	m.mux.Handle(pattern, m.guard(who, h))
}

// Elsewhere tells of a route that another function answers, so that another method on its path is refused
// as such (405) and not as an unknown page.
func (m *Mux) Elsewhere(pattern string) { m.elsewhere.Handle(pattern, http.NotFoundHandler()) }

// AllowCrossOrigin lets other origins post to a route whose address is itself the proof, such as
// the one-click unsubscribe of RFC 8058, which mail providers call. They call it from few networks for
// many people, so it is not bounded by network either.
func (m *Mux) AllowCrossOrigin(pattern string) {
	m.crossOrigin.AddInsecureBypassPattern(pattern)
	m.unbounded[pattern] = true
}

// AllowBody lets a route take a body of up to so many bytes, in place of [MaxBody].
func (m *Mux) AllowBody(pattern string, bytes int64) { m.bodies[pattern] = bytes }

// maxBody is the largest body of a route, in bytes.
func (m *Mux) maxBody(route string) int64 {
	if bytes, ok := m.bodies[route]; ok {
		return bytes
	}
	return MaxBody
}

// Routes returns the routes in the order they were added.
func (m *Mux) Routes() []Route { return m.routes }

// ServeHTTP answers one request and writes one log line about it.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	if RequestID(r.Context()) == "" {
		r = r.WithContext(withRequestID(r.Context(), rand.Text()))
	}
	rec := &recorder{ResponseWriter: w}
	secure(rec.Header(), m.options.Origins.ancestors(r))
	_, route := m.mux.Handler(r)
	if m.public[route] {
		m.options.Origins.share(rec, r)
	}
	r.Body = http.MaxBytesReader(rec, r.Body, m.maxBody(route))
	r = withLanguage(r.WithContext(withOrigins(r.Context(), m.options.Origins)))
	m.answer(rec, r, route)
	m.logRequest(r, route, rec.status, time.Since(start))
}

func (m *Mux) logRequest(r *http.Request, route string, status int, took time.Duration) {
	ctx := r.Context()
	m.options.Log.InfoContext(ctx, "request", "requestId", RequestID(ctx), "method", r.Method, "route", route,
		"status", status, "ms", took.Milliseconds())
}

func (m *Mux) answer(w http.ResponseWriter, r *http.Request, route string) {
	defer m.recover(w, r)
	switch err := m.checkOrigin(r, route); {
	case route == "":
		m.fail(w, r, m.unmatched(w, r))
	case err != nil:
		m.fail(w, r, fault.New(http.StatusForbidden, "cross-origin").Because(err))
	case len(r.URL.Path) > maxPath:
		m.fail(w, r, fault.NotFound())
	default:
		m.mux.ServeHTTP(w, r)
	}
}

// checkOrigin refuses what changes something and comes from a page of another origin, unless the route
// is public and the origin is listed.
func (m *Mux) checkOrigin(r *http.Request, route string) error {
	if m.public[route] && m.options.Origins.Has(r.Header.Get("Origin")) {
		return nil
	}
	return m.crossOrigin.Check(r)
}

// recover turns a panic of a handler into an internal error, so that the process lives on.
func (m *Mux) recover(w http.ResponseWriter, r *http.Request) {
	if p := recover(); p != nil {
		m.options.Log.ErrorContext(r.Context(), "panic", "requestId", RequestID(r.Context()), "panic", p, "stack", string(debug.Stack()))
		m.fail(w, r, fault.New(http.StatusInternalServerError, "internal"))
	}
}

// unmatched tells a known path with a wrong method, whose right ones it names (RFC 9110, 15.5.6), from an
// unknown path.
func (m *Mux) unmatched(w http.ResponseWriter, r *http.Request) *fault.Error {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		other := r.Clone(r.Context())
		other.Method = method
		_, here := m.mux.Handler(other)
		_, there := m.elsewhere.Handler(other)
		if here != "" || there != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		return fault.NotFound()
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	return fault.New(http.StatusMethodNotAllowed, "method-not-allowed")
}

func (m *Mux) guard(access Access, h Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := m.identify(r)
		if err != nil && access != Everyone {
			m.fail(w, r, fault.From(err))
			return
		}
		if err != nil {
			m.options.Log.WarnContext(r.Context(), "session not read", "requestId", RequestID(r.Context()), "cause", err)
		}
		if who != nil {
			r = withLanguage(r.WithContext(WithWho(r.Context(), who)))
		}
		if who != nil || r.URL.Query().Has("token") { // a page for one person
			w.Header().Set("Cache-Control", "no-store")
		}
		err = m.admits(access, who)
		switch {
		case err == nil:
			if err = m.bound(r, who); err == nil {
				err = h(w, r)
			}
		case who == nil && isPage(r):
			http.Redirect(w, r, signIn(r), http.StatusSeeOther) //nolint:gosec // always our /sign-in
			return
		}
		if err != nil {
			m.fail(w, r, fault.From(err))
		}
	}
}

// admits says why somebody, or nobody, may not call a route, or is nil.
func (m *Mux) admits(access Access, who *Identity) error {
	switch {
	case access == Everyone:
		return nil
	case who == nil:
		return fault.New(http.StatusUnauthorized, "sign-in-required")
	case access >= Members && !who.Approved, access >= BeforeFactor && !who.Coordinator:
		return fault.Forbidden()
	case access == Coordinators:
		return who.Passed()
	case access == SteppedUp:
		return who.SteppedUp(m.options.Now())
	}
	return nil
}

// bound is why a form of somebody who is not signed in is refused, or nil.
func (m *Mux) bound(r *http.Request, who *Identity) error {
	if who != nil || r.Method != http.MethodPost || m.options.Strangers == nil || m.unbounded[r.Pattern] {
		return nil
	}
	return m.options.Strangers(r)
}

func (m *Mux) identify(r *http.Request) (*Identity, error) {
	if m.options.Sessions == nil {
		return nil, nil
	}
	return m.options.Sessions.Identify(r)
}

func isPage(r *http.Request) bool {
	return !IsJSON(r) && (r.Method == http.MethodGet || r.Method == http.MethodHead)
}

// signIn is where someone without a session is sent; next brings them back.
func signIn(r *http.Request) string {
	return Link(r, "/sign-in?"+url.Values{"next": {r.URL.RequestURI()}}.Encode())
}

// fail logs a fault and answers with it: problem+json to programs, a page to people. The code is in a
// header of both.
func (m *Mux) fail(w http.ResponseWriter, r *http.Request, e *fault.Error) {
	level := slog.LevelInfo
	if e.Status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	m.options.Log.Log(r.Context(), level, "refused", "requestId", RequestID(r.Context()), "code", e.Code, "status", e.Status, "cause", cause(e))
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Error-Code", e.Code)
	RetryAfter(w, e)
	if IsJSON(r) || m.options.Fail == nil {
		writeProblem(w, r, e)
		return
	}
	m.options.Fail(w, r, e)
}

func cause(e *fault.Error) string {
	if e.Cause == nil {
		return ""
	}
	return e.Cause.Error()
}

// IsJSON reports whether a request is for the JSON API.
func IsJSON(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// Printer returns the texts in the language of the request.
func Printer(ctx context.Context) *language.Printer { return language.For(Language(ctx)) }

// secure sets the headers of every answer; ancestors may show it in a frame. A page that needs a wider
// policy, such as the preview of a mail, replaces it.
func secure(h http.Header, ancestors string) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "+
		"frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "+ancestors)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
}

// recorder remembers the status for the log.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}
