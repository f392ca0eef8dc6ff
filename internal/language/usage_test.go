package language

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Companions of a key are looked up by the parts that show it: a field's hint, an error's title.
var companions = []string{".hint", ".title"}

var literal = regexp.MustCompile("\"([a-z][A-Za-z0-9.-]*)\"|`([a-z][A-Za-z0-9.-]*)`")

// TestEveryKeyIsUsed fails for keys that no source names. A key counts as named if it is a whole
// string literal in a .go or .html file outside tests, or begins with a literal that ends in a dot
// (for keys built from an enumeration), or is the companion of a named key.
func TestEveryKeyIsUsed(t *testing.T) {
	named, err := literals(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for key := range readCatalogue(t, catalogues.files, Default) {
		if !isNamed(named, key) {
			t.Errorf("%s: no source uses it", key)
		}
	}
}

func isNamed(named map[string]bool, key string) bool {
	if named[key] {
		return true
	}
	for i, r := range key {
		if r == '.' && named[key[:i+1]] {
			return true
		}
	}
	for _, companion := range companions {
		if base, ok := strings.CutSuffix(key, companion); ok && named[base] {
			return true
		}
	}
	return false
}

// literals collects the words that could be keys from every source file below root.
func literals(root string) (map[string]bool, error) {
	found := map[string]bool{}
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if base := e.Name(); base == "node_modules" || strings.HasPrefix(base, ".") && base != ".." {
				return fs.SkipDir
			}
			return nil
		}
		isSource := strings.HasSuffix(name, ".html") || strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
		if !isSource {
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, m := range literal.FindAllSubmatch(data, -1) {
			found[string(m[1])+string(m[2])] = true
		}
		return nil
	})
	return found, err
}

func TestIsNamed(t *testing.T) {
	named := map[string]bool{"desk.title": true, "kind.": true, "form.place": true}
	for key, want := range map[string]bool{
		"desk.title": true, "kind.ngo": true, "form.place.hint": true, "form.place.title": true,
		"desk.other": false, "form.place.note": false, "desk.title.x": false, "desk": false,
	} {
		if got := isNamed(named, key); got != want {
			t.Errorf("isNamed(%s) = %t", key, got)
		}
	}
}
