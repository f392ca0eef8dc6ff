package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/municipalitiesnet/munet/internal/fault"
)

//go:embed assets
var assetFiles embed.FS

// asset is a static file as it is sent. Its name holds a hash of its content, so that a browser
// may keep it for good.
type asset struct {
	name    string // with the hash, such as site.3f2a9c01be77.css
	content []byte
}

// assets finds out about each file when it is first asked for.
var assets = map[string]func() (*asset, error){
	"site.css":    sync.OnceValues(func() (*asset, error) { return loadAsset("site.css") }),
	"site.js":     sync.OnceValues(func() (*asset, error) { return loadAsset("site.js") }),
	"composer.js": sync.OnceValues(func() (*asset, error) { return loadAsset("composer.js") }),
	"autosave.js": sync.OnceValues(func() (*asset, error) { return loadAsset("autosave.js") }),
	"passkey.js":  sync.OnceValues(func() (*asset, error) { return loadAsset("passkey.js") }),
	"embed.js":    sync.OnceValues(func() (*asset, error) { return loadAsset("embed.js") }),
	"favicon.svg": sync.OnceValues(func() (*asset, error) { return loadAsset("favicon.svg") }),
}

func loadAsset(name string) (*asset, error) {
	content, err := fs.ReadFile(assetFiles, "assets/"+name)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(content)
	extension := path.Ext(name)
	return &asset{
		name:    strings.TrimSuffix(name, extension) + "." + hex.EncodeToString(hash[:6]) + extension,
		content: content,
	}, nil
}

// Asset returns the address of a static file: its name carries a hash of its content.
func Asset(name string) (string, error) {
	find := assets[name]
	if find == nil {
		return "", &fs.PathError{Op: "asset", Path: name, Err: fs.ErrNotExist}
	}
	a, err := find()
	if err != nil {
		return "", err
	}
	return "/static/" + a.name, nil
}

// ServeAsset answers GET /static/{file}. The exact hash may be kept for good; an older or newer
// one, from a page that a browser still shows while a release goes out, gets today's file once.
func ServeAsset(w http.ResponseWriter, r *http.Request) error {
	file := r.PathValue("file")
	name := plainName(file)
	find := assets[name]
	if find == nil {
		return fault.NotFound()
	}
	a, err := find()
	if err != nil {
		return err
	}
	if file == a.name {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		w.Header().Set("Cache-Control", "no-cache")
	}
	return a.serve(w, r)
}

// ServeFavicon answers GET /favicon.svg, which some readers ask for without looking at a page.
func ServeFavicon(w http.ResponseWriter, r *http.Request) error {
	a, err := assets["favicon.svg"]()
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=86400")
	return a.serve(w, r)
}

// plainName takes the hash out of a file's name.
func plainName(file string) string {
	extension := path.Ext(file)
	stem, _, _ := strings.Cut(file, ".")
	return stem + extension
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	tag := `W/"` + a.name + `"` // weak: the compressed form has the same tag
	h.Set("ETag", tag)
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", contentTypes[path.Ext(a.name)])
	body := a.content
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		small, err := compress(a.content)
		if err != nil {
			return err
		}
		if len(small) < len(body) {
			h.Set("Content-Encoding", "gzip")
			body = small
		}
	}
	_, err := w.Write(body)
	return err
}

// contentTypes are the types of our files. Package mime would read the system's tables.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

func compress(content []byte) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
