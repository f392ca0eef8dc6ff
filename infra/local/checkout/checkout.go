// Package checkout knows where things lie in a working copy of this
// repository, whichever of its folders a command or a test runs in.
package checkout

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Root is the absolute path of the folder that holds go.mod and
// template.yaml: the nearest one above the current directory with a go.mod.
func Root() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the checkout: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		_, err := os.Stat(filepath.Join(dir, "go.mod"))
		if err == nil {
			return dir, nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("find the checkout: %w", err)
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("find the checkout: no go.mod in or above %s", start)
		}
	}
}

// Cache is the absolute path of a folder below the checkout's .cache, which
// Git ignores and anybody may delete. The folder is made if it is missing.
func Cache(elem ...string) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(append([]string{root, ".cache"}, elem...)...)
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // build output, nothing secret
		return "", fmt.Errorf("make the cache folder: %w", err)
	}
	return dir, nil
}
