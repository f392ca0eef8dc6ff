package signin

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/municipalitiesnet/munet/internal/token"
)

// The cookie of a browser that wants to sign in is ours in every byte, or it is a new one.
func FuzzBrowser(f *testing.F) {
	id, proof := token.New(), token.Hash("")
	for _, value := range []string{id, id + "." + proof, id + "." + proof + "x", id + ".", "." + proof, "\"" + id + "\"", id + "; a=b", "\x00"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Cookie", browserCookie+"="+value)
		b, _ := browserOf(r)
		if len(b.id) != token.Size || b.proof != "" && len(b.proof) != len(proof) {
			t.Fatalf("%q is the browser %+v", value, b)
		}
		w := httptest.NewRecorder()
		b.remember(w)
		again := httptest.NewRequest(http.MethodGet, "/", nil)
		for _, c := range w.Result().Cookies() {
			again.AddCookie(c)
		}
		if kept, known := browserOf(again); !known || kept != b {
			t.Errorf("%q is the browser %+v, and then %+v", value, b, kept)
		}
	})
}
