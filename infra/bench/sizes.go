package main

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
)

// maxZip is how large a function may be when it is deployed, in bytes.
const maxZip = 5_000_000

// measureSizes packs every program the way that it is uploaded: alone, as bootstrap, in a zip file.
func measureSizes(programs []*program) (table, error) {
	zipped := map[*program]int64{}
	for _, p := range programs {
		size, err := zipSize(p.path)
		if err != nil {
			return nil, err
		}
		zipped[p] = size
	}
	rows := table{{"function", "program", "zip", "floor's zip", "at most " + megabytes(maxZip)}}
	for _, p := range programs {
		if p.floor == nil {
			continue
		}
		info, err := os.Stat(p.path)
		if err != nil {
			return nil, err
		}
		rows = append(rows, []string{
			p.name, megabytes(info.Size()), megabytes(zipped[p]), megabytes(zipped[p.floor]),
			verdict(zipped[p] <= maxZip),
		})
	}
	return rows, nil
}

func zipSize(path string) (int64, error) {
	file, err := os.Open(path) //nolint:gosec // a program that this command built
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }()

	var size counter
	archive := zip.NewWriter(&size)
	entry, err := archive.Create("bootstrap")
	if err != nil {
		return 0, err
	}
	if _, err := io.Copy(entry, file); err != nil {
		return 0, fmt.Errorf("zip %s: %w", path, err)
	}
	if err := archive.Close(); err != nil {
		return 0, fmt.Errorf("zip %s: %w", path, err)
	}
	return int64(size), nil
}

// A counter is a writer that only counts bytes.
type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }
