package e2e

import (
	"bytes"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// demand is one thing that must be true of every answer, whatever was asked.
type demand struct {
	name string
	// but are the routes to which it does not apply, each with the reason.
	but   map[string]string
	holds func(*site, answer) bool
}

// images are shown by mail programs that are websites; a preview is a mail in a frame of its own.
const (
	mailImage = "mail programs that are websites show it"
	framed    = "a mail is shown in a frame of the desk, and mails carry their styles with them"
)

// baseline is what scanners such as ZAP's baseline look for, and what MuNet promises beyond it.
var baseline = []demand{
	{"no error of ours", nil, func(_ *site, a answer) bool { return a.status < 500 }},
	{"a policy for content without inline scripts or styles", map[string]string{
		"GET /desk/newsletters/{newsletter}/preview/{language}/mail": framed,
	}, func(_ *site, a answer) bool {
		policy := a.header.Get("Content-Security-Policy")
		return strings.Contains(policy, "default-src 'none'") && !strings.Contains(policy, "unsafe-") && !strings.Contains(policy, "*") && !strings.Contains(policy, "http:")
	}},
	{"nobody else's frame", map[string]string{
		"GET /newsletters/images/{image}": "an image is no page",
	}, func(_ *site, a answer) bool {
		policy := a.header.Get("Content-Security-Policy")
		return strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "frame-ancestors 'self'") || strings.Contains(policy, "sandbox")
	}},
	{"nosniff", nil, headerIs("X-Content-Type-Options", "nosniff")},
	{"no referrer to others", nil, headerIs("Referrer-Policy", "same-origin", "no-referrer")},
	{"HTTPS for a year", nil, func(_ *site, a answer) bool {
		return strings.HasPrefix(a.header.Get("Strict-Transport-Security"), "max-age=31536000")
	}},
	{"no opener", nil, headerIs("Cross-Origin-Opener-Policy", "same-origin")},
	{"no use by other sites", map[string]string{
		"GET /newsletters/images/{image}": mailImage,
	}, headerIs("Cross-Origin-Resource-Policy", "same-origin")},
	{"no camera, place or microphone", nil, func(_ *site, a answer) bool {
		return strings.Contains(a.header.Get("Permissions-Policy"), "camera=(), geolocation=(), microphone=()")
	}},
	{"no name of a program", nil, func(_ *site, a answer) bool {
		return a.header.Get("Server") == "" && a.header.Get("X-Powered-By") == "" && !strings.Contains(string(a.body), "goroutine ")
	}},
	{"what is for one person or an error is not stored", map[string]string{
		"GET /":                 "its function knows of no sessions",
		"GET /static/{file}":    "the same for everybody, by its content's hash",
		"GET /favicon.ico":      "the same for everybody",
		"GET /robots.txt":       "the same for everybody",
		"GET /api/openapi.yaml": "the same for everybody",
	}, func(_ *site, a answer) bool {
		unclean := a.status == http.StatusTemporaryRedirect // net/http leads from /a/../b to /b, whoever asks
		return unclean || a.status == http.StatusNotModified || !a.signedIn && a.status < 400 || strings.Contains(a.header.Get("Cache-Control"), "no-store")
	}},
	{"cookies for this host and HTTPS only, out of reach of scripts and other sites", nil, func(_ *site, a answer) bool {
		return !slices.ContainsFunc((&http.Response{Header: a.header}).Cookies(), func(c *http.Cookie) bool {
			return !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode && c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != ""
		})
	}},
	{"a type, with its characters", nil, func(_ *site, a answer) bool {
		kind, parameters, err := mime.ParseMediaType(a.header.Get("Content-Type"))
		if len(a.body) == 0 {
			return true
		}
		return err == nil && (!strings.HasPrefix(kind, "text/") || strings.EqualFold(parameters["charset"], "utf-8"))
	}},
	{"a file is saved, not shown", nil, func(_ *site, a answer) bool {
		kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
		disposition, parameters, err := mime.ParseMediaType(a.header.Get("Content-Disposition"))
		if !slices.Contains([]string{"text/csv", "text/calendar", "application/zip"}, kind) {
			return true
		}
		return err == nil && disposition == "attachment" && strings.Trim(parameters["filename"], "abcdefghijklmnopqrstuvwxyz0123456789-.") == ""
	}},
	{"no redirect to another site", nil, func(s *site, a answer) bool {
		to, err := url.Parse(a.header.Get("Location"))
		raw := a.header.Get("Location")
		return err == nil && (raw == "" || strings.HasPrefix(raw, "/") && !strings.HasPrefix(raw, "//") && !strings.HasPrefix(raw, "/\\") || "http://"+to.Host == s.URL)
	}},
	{"nothing for other origins", nil, func(_ *site, a answer) bool {
		return a.header.Get("Access-Control-Allow-Origin") == "" && a.header.Get("Access-Control-Allow-Credentials") == ""
	}},
	{"what was asked is not markup", nil, func(_ *site, a answer) bool {
		kind := a.header.Get("Content-Type")
		return !strings.Contains(kind, "html") && !strings.Contains(kind, "xml") || !bytes.Contains(a.body, []byte(marker)) && !bytes.Contains(a.body, []byte(`<zq`))
	}},
}

// marker would be an element, and would end an attribute in either kind of quotes.
const marker = `"><zq x='y'>&zq;`

func headerIs(name string, values ...string) func(*site, answer) bool {
	return func(_ *site, a answer) bool { return slices.Contains(values, a.header.Get(name)) }
}

// check holds an answer against all demands.
func (a answer) check(t *testing.T, s *site) {
	t.Helper()
	route := s.route(a.method, a.path)
	if a.header.Get("Content-Security-Policy") == "" && bytes.HasPrefix(a.body, []byte(`{"message":`)) && a.status/100 == 4 {
		return // API Gateway refuses what no function sees
	}
	for _, d := range baseline {
		if _, exempt := d.but[route]; !exempt && !d.holds(s, a) {
			t.Errorf("%s: %s %.200q (%s, signed in %v) is answered with %d %v %.300q", d.name, a.method, a.path, route, a.signedIn, a.status, a.header, a.body)
		}
	}
}
