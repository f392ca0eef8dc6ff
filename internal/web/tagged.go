package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// Tagged gives a good answer a tag of its content (ETag, RFC 9110), and sends no content to whoever
// shows that tag. A tag of the content is right whatever the content is made of.
func Tagged(h Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		a := &answer{header: w.Header(), status: http.StatusOK}
		if err := h(a, r); err != nil {
			return err
		}
		if a.status == http.StatusOK {
			sum := sha256.Sum256(a.body.Bytes())
			tag := `W/"` + hex.EncodeToString(sum[:12]) + `"`
			w.Header().Set("ETag", tag)
			if shows(r, tag) {
				w.WriteHeader(http.StatusNotModified)
				return nil
			}
		}
		w.WriteHeader(a.status)
		_, err := w.Write(a.body.Bytes())
		return err
	}
}

// shows reports whether the request says that it has the content with this tag.
func shows(r *http.Request, tag string) bool {
	for one := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		if one = strings.TrimSpace(one); one == tag || one == "*" {
			return true
		}
	}
	return false
}

// answer keeps what a handler writes.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

// Cached says that an answer for everybody may be kept for a minute. What is published has to be found
// within seconds, so pages are not kept at all; feeds and data are.
func Cached(h http.Header, contentType string) {
	h.Set("Content-Type", contentType)
	if h.Get("Cache-Control") == "" { // else it is for one signed-in person
		h.Set("Cache-Control", "public, max-age=60")
	}
}
