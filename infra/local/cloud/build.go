package cloud

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/municipalitiesnet/munet/infra/local/checkout"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

// buildFlags are those of the deployed functions (sam build), for the
// processor of this machine.
var buildFlags = []string{"-trimpath", "-tags", "lambda.norpc,nethttpomithttp2", "-ldflags", "-s -w"}

// Build compiles all functions of a template that lies in the folder root, and
// returns the paths of their programs by logical id: for the checkout's own
// template .cache/functions/LogicalId/bootstrap. Several processes may build at
// once; one waits for the other. What has not changed is not built again.
func Build(ctx context.Context, root string, functions []template.Function) (map[string]string, error) {
	if len(functions) == 0 {
		return map[string]string{}, nil
	}
	dir, err := outputFolder(root)
	if err != nil {
		return nil, err
	}
	programs := filepath.Join(dir, "bin")
	if err := os.MkdirAll(programs, 0o755); err != nil { //nolint:gosec // build output, nothing secret
		return nil, err
	}
	lock, err := checkout.Acquire(ctx, filepath.Join(dir, "lock"), checkout.Exclusive)
	if err != nil {
		return nil, err
	}
	defer func() { _ = lock.Release() }()

	// One call for all: they share the work of loading and compiling packages.
	args := append([]string{"build", "-o", programs + string(filepath.Separator)}, buildFlags...)
	for _, f := range functions {
		args = append(args, "./"+filepath.ToSlash(filepath.Clean(f.CodeURI)))
	}
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // the folders named in the template
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the functions: %w\n%s", err, strings.TrimSpace(string(output)))
	}
	built := map[string]string{}
	for _, f := range functions {
		path, err := link(dir, f, filepath.Join(programs, filepath.Base(f.CodeURI)))
		if err != nil {
			return nil, fmt.Errorf("build %s: %w", f.LogicalID, err)
		}
		built[f.LogicalID] = path
	}
	return built, nil
}

// outputFolder is a folder of its own for each folder with a template.
func outputFolder(root string) (string, error) {
	repository, err := checkout.Root()
	if err != nil {
		return "", err
	}
	below, err := filepath.Rel(repository, root)
	if err != nil {
		return "", err
	}
	return checkout.Cache("functions", below)
}

// link gives a program the folder of its own and the name that Lambda's
// runtimes for compiled programs (provided.*) expect, whatever the handler is.
func link(dir string, f template.Function, program string) (string, error) {
	folder := filepath.Join(dir, f.LogicalID)
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // build output, nothing secret
		return "", err
	}
	path := filepath.Join(folder, "bootstrap")
	if at, err := os.Readlink(path); err == nil && at == program {
		return path, nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return path, os.Symlink(program, path)
}
