package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// manifest says what is in the folder of an export. It is written last: a folder without it is what an
// export left that did not end.
type manifest struct {
	Stack          string
	Started, Ended time.Time
	Tables         map[string]tableManifest // by their names in template.yaml
}

type tableManifest struct {
	Name  string
	Key   []string // the partition key first
	Items int
	Files []fileManifest
}

type fileManifest struct {
	Name   string // relative to the folder, with slashes
	Items  int
	SHA256 string
}

const manifestName = "manifest.json"

func (m manifest) write(folder string) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	part := filepath.Join(folder, manifestName+".part")
	if err := os.WriteFile(part, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(part, filepath.Join(folder, manifestName))
}

// readManifest reads the manifest of a folder and compares every file with it, before anything is
// written anywhere.
func readManifest(folder string) (manifest, error) {
	var m manifest
	root, err := os.OpenRoot(folder)
	if err != nil {
		return m, err
	}
	defer func() { _ = root.Close() }() // nothing was written
	text, err := root.ReadFile(manifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("%s has no %s: it is no export, or one that did not end", folder, manifestName)
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%s: %w", manifestName, err)
	}
	for _, table := range m.Tables {
		for _, file := range table.Files {
			sum, err := checksum(root, file.Name)
			if err != nil {
				return m, err
			}
			if sum != file.SHA256 {
				return m, fmt.Errorf("%s was changed after it was exported", file.Name)
			}
		}
	}
	return m, nil
}

func checksum(root *os.Root, name string) (string, error) {
	f, err := root.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // it was only read
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
