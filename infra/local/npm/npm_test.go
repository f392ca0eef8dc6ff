package npm

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type entry struct {
	name, content string
	kind          byte
}

// tarball writes a package with these entries.
func tarball(t *testing.T, entries ...entry) string {
	t.Helper()
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	archive := tar.NewWriter(zip)
	for _, e := range entries {
		if e.kind == 0 {
			e.kind = tar.TypeReg
		}
		header := &tar.Header{Name: e.name, Typeflag: e.kind, Mode: 0o644, Linkname: "/etc/passwd"}
		if e.kind == tar.TypeReg {
			header.Size, header.Linkname = int64(len(e.content)), ""
		}
		if err := archive.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if e.kind == tar.TypeReg {
			if _, err := archive.Write([]byte(e.content)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "package.tgz")
	if err := os.WriteFile(path, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestUnpack(t *testing.T) {
	t.Parallel()
	from := tarball(t,
		entry{name: "package/a.txt", content: "a"},
		entry{name: "package/lib/b.txt", content: "b"},
		entry{name: "package/lib/deep/c.txt", content: "c"},
		entry{name: "package/library.txt", content: "d"},
		entry{name: "package/lib/link", kind: tar.TypeSymlink})
	for folder, want := range map[string]string{
		"":         "a.txt lib/b.txt lib/deep/c.txt library.txt",
		"lib":      "b.txt deep/c.txt",
		"lib/deep": "c.txt",
	} {
		dir := filepath.Join(t.TempDir(), "files")
		if err := unpack(from, folder, dir); err != nil {
			t.Fatal(err)
		}
		var found []string
		err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				name, relative := filepath.Rel(dir, path)
				found = append(found, name)
				return relative
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(found, " "); got != want {
			t.Errorf("folder %q: unpacked %q, want %q", folder, got, want)
		}
	}
}

func TestUnpackRefuses(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]entry{
		"a file outside": {name: "package/../../outside.txt", content: "x"},
		"no such folder": {name: "package/other.txt", content: "x"},
	} {
		dir := filepath.Join(t.TempDir(), "files")
		folder := ""
		if name == "no such folder" {
			folder = "lib"
		}
		if err := unpack(tarball(t, e), folder, dir); err == nil {
			t.Errorf("%s was unpacked", name)
		}
		if _, err := os.Stat(filepath.Join(dir, "..", "outside.txt")); err == nil {
			t.Errorf("%s left the folder", name)
		}
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	path := tarball(t, entry{name: "package/a.txt", content: "a"})
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha512.Sum512(content)
	integrity := "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
	if err := verify(path, integrity); err != nil {
		t.Errorf("the right content: %v", err)
	}
	if err := os.WriteFile(path, append(content, 0), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := verify(path, integrity); err == nil {
		t.Error("another content was accepted")
	}
}
