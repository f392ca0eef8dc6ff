package described

import (
	"bytes"
	"io"
	"net/http"
	"testing"
)

// Handler fails the test for each answer of h that is not what the description says.
func Handler(t testing.TB, h http.Handler) http.Handler {
	t.Helper()
	d, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return Watch(h, func(x Exchange) {
		if _, err := d.Check(x); err != nil {
			t.Errorf("%s %s?%s: %v\n%.2000s", x.Method, x.Path, x.Query, err, x.Body)
		}
	})
}

// Watch shows each exchange to see, after it is over.
func Watch(h http.Handler, see func(Exchange)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked bytes.Buffer
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(r.Body, &asked), r.Body}
		path, query := r.URL.Path, r.URL.RawQuery
		answer := &recorder{ResponseWriter: w, status: http.StatusOK}
		h.ServeHTTP(answer, r)
		see(Exchange{r.Method, path, query, asked.Bytes(), answer.status, w.Header(), answer.body.Bytes()})
	})
}

// recorder keeps what passes through it.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	r.body.Write(b)
	return r.ResponseWriter.Write(b)
}
