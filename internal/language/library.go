package language

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// library is a folder of catalogues, one sub-folder per language.
type library struct {
	files   fs.FS
	tags    func() []Tag
	matcher func() language.Matcher

	mu       sync.Mutex
	printers map[Tag]*Printer
}

func newLibrary(files fs.FS) *library {
	l := &library{files: files, printers: map[Tag]*Printer{}}
	l.tags = sync.OnceValue(l.list)
	l.matcher = sync.OnceValue(func() language.Matcher {
		tags := make([]language.Tag, len(l.tags()))
		for i, t := range l.tags() {
			tags[i] = language.Make(string(t))
		}
		return language.NewMatcher(tags)
	})
	return l
}

// list names the language folders, Default first.
func (l *library) list() []Tag {
	entries, err := fs.ReadDir(l.files, ".")
	if err != nil {
		slog.Error("the language catalogues cannot be listed", "error", err)
	}
	tags := []Tag{Default}
	for _, e := range entries {
		if t := Tag(e.Name()); e.IsDir() && t != Default {
			tags = append(tags, t)
		}
	}
	slices.Sort(tags[1:])
	return tags
}

func (l *library) parse(s string) (Tag, bool) {
	base, _, _ := strings.Cut(strings.ReplaceAll(s, "_", "-"), "-")
	t := Tag(strings.ToLower(base))
	return t, slices.Contains(l.tags(), t)
}

// acceptLimit bounds, in bytes, how much of an Accept-Language header is worth parsing.
const acceptLimit = 512

func (l *library) negotiate(chosen, profile, accept string) Tag {
	for _, s := range []string{chosen, profile} {
		if t, ok := l.parse(s); ok {
			return t
		}
	}
	if accept == "" || len(accept) > acceptLimit {
		return Default
	}
	wanted, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return Default
	}
	_, index, confidence := l.matcher().Match(wanted...)
	if confidence < language.High {
		return Default
	}
	return l.tags()[index]
}

// printer returns t's printer, loading its catalogue the first time.
func (l *library) printer(t Tag) *Printer {
	if !slices.Contains(l.tags(), t) {
		t = Default
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.printers[t]; p != nil {
		return p
	}
	p, err := l.load(t)
	if err != nil {
		slog.Error("a language catalogue cannot be read", "language", t, "error", err)
	}
	l.printers[t] = p
	return p
}

// load reads every area of t. A file that cannot be read leaves its messages to the fallback.
func (l *library) load(t Tag) (*Printer, error) {
	tag := language.Make(string(t))
	bundle := i18n.NewBundle(tag)
	p := &Printer{tag: t, library: l, keys: map[string]bool{}}
	p.locale = sync.OnceValue(func() locale { return readLocale(t) })
	files, failed := fs.Glob(l.files, path.Join(string(t), "*.json"))
	for _, name := range files {
		messages, err := readMessages(l.files, name)
		if err == nil {
			err = bundle.AddMessages(tag, messages...)
		}
		if err != nil {
			failed = fmt.Errorf("%s: %w", name, err)
			continue
		}
		for _, m := range messages {
			p.keys[m.ID] = isPlural(m)
		}
	}
	p.localizer = i18n.NewLocalizer(bundle, string(t))
	return p, failed
}

func readMessages(files fs.FS, name string) ([]*i18n.Message, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	return i18n.ParseMessageBytes(data, json.Unmarshal)
}

func isPlural(m *i18n.Message) bool {
	return m.Zero != "" || m.One != "" || m.Two != "" || m.Few != "" || m.Many != ""
}
