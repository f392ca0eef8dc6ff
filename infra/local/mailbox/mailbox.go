// Package mailbox shows the messages that the local cloud keeps instead of
// sending them: as pages for people and as JSON for tests and tools.
//
//	GET    /_local/mail           the list
//	GET    /_local/mail/{id}      one message
//	GET    /_local/mail/{id}.eml  as it was sent
//	GET    /_local/mail.json      all messages, the oldest first; with ?to=ADDRESS those to this address
//	DELETE /_local/mail.json      empties the mailbox
package mailbox

import (
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/ses"
)

//go:embed pages
var files embed.FS

// pages are the mailbox's own; they share nothing with the site that sends the
// mail, so that a fault there does not hide it.
var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"when":  func(t time.Time) string { return t.Local().Format("2 January 2006, 15:04:05") },
	"links": links,
	"join":  func(list []string) string { return strings.Join(list, ", ") },
}).ParseFS(files, "pages/*.html"))

// A Mailbox is an [http.Handler] for the paths above.
type Mailbox struct {
	store *ses.Store
	now   func() time.Time
	mux   *http.ServeMux
}

// New makes a mailbox for the messages of a store.
func New(store *ses.Store, now func() time.Time) *Mailbox {
	b := &Mailbox{store: store, now: now, mux: http.NewServeMux()}
	b.mux.HandleFunc("GET /_local/mail", b.list)
	b.mux.HandleFunc("POST /_local/mail/empty", b.empty)
	b.mux.HandleFunc("GET /_local/mail.json", b.listJSON)
	b.mux.HandleFunc("DELETE /_local/mail.json", b.clear)
	b.mux.HandleFunc("GET /_local/mail/{file}", b.one)
	return b
}

// ServeHTTP answers for the mailbox.
func (b *Mailbox) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.mux.ServeHTTP(w, r) }

// Messages are all messages, the oldest first.
func (b *Mailbox) Messages() ([]Message, error) { return b.messages("") }

// messages are those to an address, or all if it is "".
func (b *Mailbox) messages(to string) ([]Message, error) {
	all := []Message{}
	for _, m := range b.store.Messages() {
		if to != "" && !slices.Contains(m.To, to) {
			continue
		}
		_, raw, err := b.store.Read(m.ID)
		if errors.Is(err, fs.ErrNotExist) {
			continue // emptied meanwhile
		}
		if err != nil {
			return nil, err
		}
		made, err := read(m, raw)
		if err != nil {
			return nil, err
		}
		all = append(all, made)
	}
	return all, nil
}

func (b *Mailbox) list(w http.ResponseWriter, _ *http.Request) {
	messages := b.store.Messages()
	for i := range messages {
		messages[i].Subject = decoded(messages[i].Subject)
	}
	slices.Reverse(messages)
	render(w, "list.html", messages)
}

func (b *Mailbox) listJSON(w http.ResponseWriter, r *http.Request) {
	all, err := b.messages(r.URL.Query().Get("to"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(all) // a client that has left misses nothing
}

func (b *Mailbox) one(w http.ResponseWriter, r *http.Request) {
	id, raw := strings.CutSuffix(r.PathValue("file"), ".eml")
	m, content, err := b.store.Read(id)
	if errors.Is(err, fs.ErrNotExist) {
		w.WriteHeader(http.StatusNotFound)
		render(w, "missing.html", nil)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if raw {
		w.Header().Set("Content-Type", "message/rfc822")
		_, _ = w.Write(content) // a client that has left misses nothing
		return
	}
	made, err := read(m, content)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	render(w, "message.html", made)
}

func (b *Mailbox) clear(w http.ResponseWriter, _ *http.Request) {
	if err := b.store.Clear(b.now()); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// empty is clear for a form.
func (b *Mailbox) empty(w http.ResponseWriter, r *http.Request) {
	if err := b.store.Clear(b.now()); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	http.Redirect(w, r, "/_local/mail", http.StatusSeeOther)
}

func render(w http.ResponseWriter, name string, data any) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	// Messages may show pictures and styles, but run nothing.
	h.Set("Content-Security-Policy",
		"default-src 'none'; style-src 'unsafe-inline'; img-src * data:; frame-src 'self'; form-action 'self'; base-uri 'none'")
	if err := pages.ExecuteTemplate(w, name, data); err != nil {
		slog.Error("mailbox page", "page", name, "error", err)
	}
}
