package npm

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// An npm tarball has its files below this folder.
const tarballRoot = "package/"

// maxFile bounds one unpacked file, against a tarball made to fill the disk.
const maxFile = 256 << 20

// unpack writes the regular files of a tarball that lie below folder into the
// new folder dir. Writing goes through os.Root, which keeps names with ".."
// and links from leaving dir.
func unpack(tarball, folder, dir string) error {
	file, err := os.Open(tarball) //nolint:gosec // the file that npm pack has just written
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	zip, err := gzip.NewReader(file)
	if err != nil {
		return fmt.Errorf("read the tarball: %w", err)
	}
	if err := os.Mkdir(dir, 0o755); err != nil { //nolint:gosec // public files
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()

	prefix := tarballRoot
	if folder != "" {
		prefix += strings.Trim(folder, "/") + "/"
	}
	for entries, written := tar.NewReader(zip), 0; ; {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			if written == 0 {
				return fmt.Errorf("the tarball has no files below %s", prefix)
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the tarball: %w", err)
		}
		name, below := strings.CutPrefix(header.Name, prefix)
		if !below || header.Typeflag != tar.TypeReg {
			continue
		}
		if err := write(root, filepath.FromSlash(name), entries); err != nil {
			return err
		}
		written++
	}
}

func write(root *os.Root, name string, content io.Reader) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	file, err := root.Create(name)
	if err != nil {
		return err
	}
	n, err := io.Copy(file, io.LimitReader(content, maxFile+1))
	if err == nil && n > maxFile {
		err = fmt.Errorf("%s is larger than %d bytes", name, maxFile)
	}
	return errors.Join(err, file.Close())
}
