// Package npm fetches packages from the npm registry that this repository
// uses as plain files: an exact version whose content is known beforehand.
// Nothing of a package is run, and its own dependencies are not fetched.
package npm

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/municipalitiesnet/munet/infra/local/checkout"
)

// A Package is one exact version of an npm package.
type Package struct {
	Name    string
	Version string
	// Integrity is the hash that the registry states for the tarball
	// ("sha512-" and base64, the form of Subresource Integrity). A tarball
	// with another content is refused.
	Integrity string
	// Folder is the part of the package to keep, "" for all of it.
	Folder string
}

// Fetch returns the folder that holds the package's files. It downloads the
// package with "npm pack" unless the cache has it already. Several processes
// may ask at once: one downloads and the others wait.
func Fetch(ctx context.Context, p Package) (string, error) {
	cache, err := checkout.Cache("npm")
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, strings.ReplaceAll(strings.TrimPrefix(p.Name, "@"), "/", "-")+"-"+p.Version)
	if fetched(dir) {
		return dir, nil
	}
	lock, err := checkout.Acquire(ctx, dir+".lock", checkout.Exclusive)
	if err != nil {
		return "", err
	}
	defer func() { _ = lock.Release() }()
	if fetched(dir) {
		return dir, nil
	}
	if err := download(ctx, p, cache, dir); err != nil {
		return "", fmt.Errorf("fetch %s %s from npm: %w", p.Name, p.Version, err)
	}
	return dir, nil
}

func fetched(dir string) bool {
	_, err := os.Stat(dir)
	return err == nil
}

// download unpacks beside the final folder and moves the result there in one
// step, so that the cache never shows a package half unpacked.
func download(ctx context.Context, p Package, cache, dir string) error {
	work, err := os.MkdirTemp(cache, "download-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	tarball, err := pack(ctx, p, work)
	if err != nil {
		return err
	}
	if err := verify(tarball, p.Integrity); err != nil {
		return err
	}
	files := filepath.Join(work, "files")
	if err := unpack(tarball, p.Folder, files); err != nil {
		return err
	}
	return os.Rename(files, dir)
}

func pack(ctx context.Context, p Package, into string) (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", errors.New("npm (it comes with Node.js) is not installed")
	}
	//nolint:gosec // the arguments are constants of this repository
	cmd := exec.CommandContext(ctx, npm, "pack", "--silent", "--prefer-offline", "--pack-destination", into, p.Name+"@"+p.Version)
	cmd.Dir = into
	var diagnostics strings.Builder
	cmd.Stderr = &diagnostics
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("npm pack: %w: %s", err, strings.TrimSpace(diagnostics.String()))
	}
	found, err := filepath.Glob(filepath.Join(into, "*.tgz"))
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", fmt.Errorf("npm pack left %d tarballs instead of one", len(found))
	}
	return found[0], nil
}

func verify(tarball, integrity string) error {
	content, err := os.ReadFile(tarball) //nolint:gosec // the file that npm pack has just written
	if err != nil {
		return err
	}
	sum := sha512.Sum512(content)
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != integrity {
		return fmt.Errorf("the content is not the one expected: its integrity is %s", got)
	}
	return nil
}
