package e2e

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/infra/local/template"
)

// TestHostileRequests asks every route of the template for what no page of ours asks for, as nobody and
// as a coordinator, and holds every answer against the baseline. Addresses and names of fields are those
// that pages lead to, so that a new route is asked as soon as something leads to it, and with made-up
// parameters before.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	s := demonstration(t)
	c := s.visitor(t)
	c.signIn(coordinator)
	var cookies []string
	for name, value := range c.cookies {
		cookies = append(cookies, name+"="+value)
	}
	nobody, someone := prober{s, ""}, prober{s, strings.Join(cookies, "; ")}
	found := explore(t, s, nobody, someone)
	t.Run("routes", func(t *testing.T) {
		for _, f := range s.Template.Functions {
			t.Run(f.LogicalID, func(t *testing.T) {
				t.Parallel()
				for turn, r := range f.Routes {
					found.visit(t, r, turn, nobody, someone)
				}
			})
		}
	})
	nobody.wander(t)
	someone.wander(t)
	if w := someone.ask(t, http.MethodGet, "/desk", "", nil); w.status != http.StatusOK {
		t.Errorf("the coordinator is no longer signed in (%d): the answers above are those of a stranger", w.status)
	}
}

// visit asks a route for odd things: as a coordinator, and as nobody, who is soon turned away from what is
// not for everybody. Routes take turns with what is the same for all of them.
func (c chart) visit(t *testing.T, r template.Route, turn int, nobody, someone prober) {
	t.Helper()
	at, own := c.at(r), c.names[r.Key()]
	_, kept := last[r.Key()]
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		w := nobody.ask(t, r.Method, at, "", nil)
		w.check(t, nobody.site)
		if w.status != http.StatusSeeOther {
			nobody.look(t, r, turn, at, own)
		} else {
			someone.look(t, r, turn, at, own)
		}
	case http.MethodPost:
		w := nobody.post(t, at, "application/x-www-form-urlencoded", "")
		w.check(t, nobody.site)
		nobody.foreign(t, at)
		if w.status != http.StatusUnauthorized {
			nobody.send(t, turn, at, own)
		}
		if !kept {
			someone.send(t, turn, at, own)
		}
	}
}

// common are parameters that pages and lists have.
var common = []string{"words", "next", "cursor", "lang", "token", "done"}

// last are the routes that a coordinator does not send nonsense to, with the reason.
var last = map[string]string{
	"POST /sign-out":        "ends the session",
	"POST /sessions/revoke": "may end the session",
	"POST /leave":           "ends the membership",
}

// odd are values that no parameter of ours has.
var odd = []string{"%00", "%ff%fe", "%0d%0aSet-Cookie:%20zq=1", strings.Repeat("a", 3000), "-1", "//evil.example", "%E2%80%AE", "%zz"}

// look asks for a page with odd parameters, conditions and headers.
func (s prober) look(t *testing.T, r template.Route, turn int, at string, own []string) {
	t.Helper()
	names := slices.Concat(own, common)
	ask := func(path string, header map[string]string) {
		t.Helper()
		w := s.ask(t, r.Method, path, "", header)
		w.check(t, s.site)
		if r.Method == http.MethodHead && len(w.body) > 0 {
			t.Errorf("HEAD %s has a body", path)
		}
	}
	ask(at, map[string]string{
		"Origin": "https://evil.example", "Range": "bytes=0-", "If-None-Match": `*, W/"x", ` + marker, "If-Match": marker, "If-Modified-Since": "x",
		"Accept-Language": strings.Repeat("el-x,", 2000), "Accept": marker, "User-Agent": marker, "Idempotency-Key": marker, "X-Forwarded-Host": "evil.example",
	})
	ask(at, map[string]string{"Host": "evil.example", "Cookie": s.cookie + strings.Repeat("; __Host-session=x", 100)})
	marked := url.Values{}
	for _, name := range names {
		marked.Set(name, marker)
	}
	ask(at+"?"+marked.Encode(), nil)
	for _, name := range own {
		ask(at+"?"+url.Values{name: {marker}}.Encode(), nil)
	}
	for range 2 {
		query := ""
		for i, name := range names {
			query += "&" + url.QueryEscape(name) + "=" + odd[(3*i+turn)%len(odd)]
		}
		ask(at+"?"+query, nil)
		turn++
	}
	if strings.Contains(r.Path, "{") {
		for _, value := range append(odd, url.PathEscape(marker), "%2e%2e%2f", "..", "%2F") {
			path := strings.Split(r.Path, "/")
			for i, part := range path {
				if strings.HasPrefix(part, "{") {
					path[i] = strings.NewReplacer("//", "%2F%2F", "%zz", "%25zz").Replace(value)
				}
			}
			ask(strings.Join(path, "/"), nil)
		}
	}
}

// send posts odd bodies to a form or the API.
func (s prober) send(t *testing.T, turn int, at string, own []string) {
	t.Helper()
	form := url.Values{}
	for _, name := range slices.Concat(own, common) {
		form.Set(name, marker)
	}
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, _ = zip.Write([]byte(form.Encode()))
	_ = zip.Close()
	bodies := []struct{ kind, body string }{
		{"application/x-www-form-urlencoded", form.Encode()},
		{"application/x-www-form-urlencoded", "%zz&;=&" + strings.Repeat("a=1&", 5000)},
		{"application/x-www-form-urlencoded", "revision=x&version=-1&number=99999999999999999999&" + strings.ReplaceAll(form.Encode(), url.QueryEscape(marker), "%00%ff")},
		{"application/json", `{"consent":true,"consent":true}`},
		{"application/json", `{} {}`}, {"application/json", "\xff\xfe"}, {"application/json", "null"},
		{"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../" + marker + "\"\r\n\r\n\x00\r\n--x--\r\n"},
		{"multipart/form-data; boundary=x", "--x\r\n"}, {"multipart/form-data", ""}, {"text/xml", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"}, {"", ""}, {marker, marker},
		{"application/x-www-form-urlencoded; charset=utf-16", packed.String()},
	}
	if s.cookie != "" { // who is turned away is turned away before the body is read
		bodies = append(bodies, []struct{ kind, body string }{
			{"application/x-www-form-urlencoded", strings.Repeat("a", 256<<10+1)}, {"application/json", strings.Repeat(`{"a":[`, 50_000)},
		}...)
	}
	for i, b := range bodies {
		if i == 0 || i%3 == turn%3 {
			s.post(t, at, b.kind, b.body).check(t, s.site)
		}
	}
	s.ask(t, http.MethodPost, at, packed.String(), map[string]string{
		"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip", "Origin": s.site.URL,
	}).check(t, s.site)
}

// foreign posts to a form from a page of another site.
func (s prober) foreign(t *testing.T, at string) {
	t.Helper()
	w := s.ask(t, http.MethodPost, at, "a="+url.QueryEscape(marker), map[string]string{
		"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site",
	})
	w.check(t, s.site)
	if route := s.site.route(http.MethodPost, at); w.status != http.StatusForbidden && route != "POST /unsubscribe" {
		t.Errorf("%s from another site: %d", route, w.status)
	}
}

// wander asks for paths and by methods that there are not.
func (s prober) wander(t *testing.T) {
	t.Helper()
	for _, path := range []string{
		"//", "///evil.example/", "//evil.example/%2e%2e", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/static/..%2f..%2fetc%2fpasswd", "/static/%00", "/.git/config", "/.env",
		"/wp-login.php", "/a%00b", "/%ff%fe", "/%zz", "/?%zz", "/" + strings.Repeat("a", 5000), "/" + strings.Repeat("a/", 500), "/;/desk", "/desk/", "/DESK", "/desk;x", "/desk%2f", "/./desk", "/desk/../desk",
		"/" + url.PathEscape(marker), "/members/" + url.PathEscape(marker), "/%E2%80%AE", "/\\evil.example", "/api/", "/api/%2e%2e/desk", "/api/x/" + url.PathEscape(marker), "/_local", "/calendars/a.b/..%2f.ics",
	} {
		s.ask(t, http.MethodGet, strings.NewReplacer("%zz", "%25zz").Replace(path), "", nil).check(t, s.site)
	}
	for _, path := range []string{"/", "/desk", "/api/calls", "/sign-in", "/nowhere"} {
		for _, method := range []string{http.MethodTrace, http.MethodOptions, http.MethodPut, http.MethodPatch, http.MethodDelete, "PROPFIND", "ZQ"} {
			w := s.ask(t, method, path, "secret=zq-echo", map[string]string{"X-Secret": "zq-echo", "Origin": "https://evil.example", "Access-Control-Request-Method": "POST"})
			w.check(t, s.site)
			if w.status != http.StatusNotFound && w.status != http.StatusMethodNotAllowed && w.status != http.StatusForbidden || bytes.Contains(w.body, []byte("zq-echo")) {
				t.Errorf("%s %s: %d %.200q", method, path, w.status, w.body)
			}
		}
	}
}

// Links in mails lead to this site, whatever host a request claims to be for.
func TestMailsLeadToThisSite(t *testing.T) {
	s := start(t)
	nobody := prober{s, ""}
	header := map[string]string{"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	for name, value := range header {
		form[name] = value
	}
	nobody.ask(t, http.MethodPost, "/sign-in", url.Values{"address": {"host@claimed.example"}, "next": {"//evil.example"}}.Encode(), form)
	form["Content-Type"] = "application/json"
	nobody.ask(t, http.MethodPost, "/api/registrations", `{"organisation":{"kind":"ngo","name":"Claimed hosts","country":"EL"},"representative":{"name":"Maria","address":"registered@claimed.example","language":"en"},"consent":true}`, form)
	for _, address := range []string{"host@claimed.example", "registered@claimed.example"} {
		m := s.mailTo(t, address, "")
		if strings.Contains(fmt.Sprint(m), "evil.example") || !strings.Contains(m.Text, s.URL) {
			t.Errorf("the mail to %s leads elsewhere:\n%s", address, m.Text)
		}
	}
}
