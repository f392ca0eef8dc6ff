package e2e

import (
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/authenticator"
)

// recovery are the coordinators' recovery codes, by site and address. Whoever signs in uses one of them:
// a code of the authenticator app would work once in thirty seconds only.
var recovery = struct {
	sync.Mutex
	codes map[string][]string
}{codes: map[string][]string{}}

// confirm passes the second factor on the page that signing in leads a coordinator to.
func (v *visitor) confirm(address string) {
	v.t.Helper()
	recovery.Lock()
	defer recovery.Unlock()
	v.pass(address)
}

// pass sets up an authenticator app the first time, and afterwards uses a recovery code. After the last
// one it makes new ones.
func (v *visitor) pass(address string) {
	v.t.Helper()
	key, next := v.site.URL+" "+address, next(v.path)
	if codes := recovery.codes[key]; len(codes) > 0 {
		recovery.codes[key] = codes[1:]
		v.send("/second-factor/code", url.Values{"code": codes[:1], "next": {next}})
	} else {
		v.setUpApp(next)
	}
	v.sees()
	if len(recovery.codes[key]) > 0 {
		return
	}
	v.send("/second-factor/recovery-codes", url.Values{"next": {next}})
	v.sees()
	for _, code := range regexp.MustCompile(`<code>(\w{4}-\w{4})</code>`).FindAllStringSubmatch(v.page, -1) {
		recovery.codes[key] = append(recovery.codes[key], code[1])
	}
	v.send("/second-factor/recovery-codes/kept", url.Values{"next": {next}, "kept": {"yes"}})
	v.sees()
}

// setUpApp sets up an authenticator app and returns its key.
func (v *visitor) setUpApp(next string) string {
	v.t.Helper()
	v.open("/second-factor/app?" + url.Values{"next": {next}}.Encode())
	v.sees()
	secret := v.find(`class="secret">([A-Z2-7 ]+)<`)
	v.send("/second-factor/app", url.Values{
		"token": {v.find(`name="token" value="([^"]+)"`)}, "code": {appCode(v.t, secret, time.Now())}, "next": {next},
	})
	v.sees()
	return secret
}

func appCode(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := authenticator.Code(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// next is where a page of the second factor goes on to.
func next(path string) string {
	u, err := url.Parse(path)
	if err != nil {
		return ""
	}
	return u.Query().Get("next")
}

// confirm passes the second factor by keyboard, with a recovery code of the person.
func (b *browser) confirm(address string) {
	b.t.Helper()
	recovery.Lock()
	defer recovery.Unlock()
	key := b.site.URL + " " + address
	if len(recovery.codes[key]) < 2 {
		v := b.site.visitor(b.t)
		v.enter(address)
		v.pass(address)
	}
	code := recovery.codes[key][0]
	recovery.codes[key] = recovery.codes[key][1:]
	b.open(evaluate[string](b, `location.pathname + location.search`))
	b.fill(`[name="code"]`, code)
	b.enter()
}

// asksForFactor reports whether a page is where a coordinator passes the second factor.
func asksForFactor(path string) bool { return strings.HasPrefix(path, "/second-factor") }
