package page

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	dom "golang.org/x/net/html"
)

// Whatever a form held that arrives after its session, the page gives it all back, to the same address,
// and nothing of it becomes markup.
func FuzzEnded(f *testing.F) {
	for _, seed := range [][3]string{
		{"/draft/a", "title", "Housing"}, {"/draft/a?x=\"><script>alert(1)</script>", "\"><script>", "</textarea><script>"}, {"/draft/%2F", "a", "\x00\xff"},
		{"/draft/'", "a\r\nb", "a\r\nb"}, {"/draft/a?javascript:x", "", ""}, {"/draft/a", "action", "javascript:alert(1)"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	var got url.Values
	m := workshop(&got)
	f.Fuzz(func(t *testing.T, target, name, value string) {
		if u, err := url.ParseRequestURI(target); err != nil || !strings.HasPrefix(target, "/draft/") || u.Host != "" || len(u.Path) > 500 || strings.ContainsAny(target, " \r\n") {
			return
		}
		w := send(t, m, "", target, url.Values{name: {value, value}})
		if w.Code != http.StatusUnauthorized {
			return // not a path of the form
		}
		root, err := dom.Parse(strings.NewReader(w.Body.String()))
		if err != nil {
			t.Fatal(err)
		}
		for n := range root.Descendants() {
			if n.Data == "script" && (len(n.Attr) == 0 || n.FirstChild != nil) {
				t.Fatalf("a script in %s", w.Body)
			}
			for _, a := range n.Attr {
				address := slices.Contains([]string{"href", "action", "formaction", "src"}, a.Key)
				if strings.HasPrefix(a.Key, "on") || address && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") {
					t.Fatalf("<%s %s=%q>", n.Data, a.Key, a.Val)
				}
			}
		}
		carried := strings.NewReplacer("\x00", "\ufffd", "\r\n", "\n", "\r", "\n") // as a parser of HTML reads them
		for _, v := range hidden(w.Body.String())[name] {
			if carried.Replace(v) != carried.Replace(strings.ToValidUTF8(value, "\ufffd")) && v != value {
				t.Errorf("%q is carried as %q", value, v)
			}
		}
	})
}
