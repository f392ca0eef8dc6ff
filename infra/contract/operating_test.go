package contract

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// Whoever operates the site hears of every function that fails, and of every one that should run every
// few minutes and does not; and finds it in the documents.
func TestEveryFunctionIsWatchedAndDescribed(t *testing.T) {
	var source struct {
		Resources map[string]yaml.Node `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(read(t, "template.yaml"), &source); err != nil {
		t.Fatal(err)
	}
	operating, design := string(read(t, "docs/operating.md")), string(read(t, "docs/design.md"))
	for _, f := range load(t).Functions {
		name := strings.TrimSuffix(f.LogicalID, "Function")
		alarms := []string{name + "Errors"}
		for _, s := range f.Schedules {
			if strings.HasPrefix(s.Expression, "rate(") {
				alarms = append(alarms, name+"Stopped")
			}
		}
		for _, id := range append(alarms, name+"Logs") {
			if _, ok := source.Resources[id]; !ok {
				t.Errorf("%s: the template has no %s", f.LogicalID, id)
			}
		}
		for _, id := range alarms {
			if !strings.Contains(operating, "`"+id+"`") {
				t.Errorf("docs/operating.md does not say what to do about %s", id)
			}
		}
		if folder := filepath.Base(f.CodeURI); !strings.Contains(design, "\n| "+folder+" |") {
			t.Errorf("docs/design.md does not list the function %s", folder)
		}
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}
