package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/municipalitiesnet/munet/infra/local/checkout"
)

// maxZip is how large a function may be when it is deployed, in bytes.
const maxZip = 5_000_000

// deployedFor is the processor that functions are deployed for if nobody chooses another one.
const deployedFor = "arm64"

// A size is how large a program is as it is and as it is uploaded, in bytes.
type size struct{ program, zip int64 }

// measureSizes builds every program for the processor that it is deployed for, and packs it the way
// that it is uploaded: alone, as bootstrap, in a zip file.
func measureSizes(ctx context.Context, programs []*program) (table, error) {
	sizes := map[*program]size{}
	rows := table{{"function", "program", "zip", "floor's zip", "at most " + megabytes(maxZip)}}
	for _, p := range programs {
		s, err := measureSize(ctx, p)
		if err != nil {
			return nil, err
		}
		sizes[p] = s
		if p.floor != nil {
			rows = append(rows, []string{
				p.name, megabytes(s.program), megabytes(s.zip), megabytes(sizes[p.floor].zip), verdict(s.zip <= maxZip),
			})
		}
	}
	return rows, nil
}

func measureSize(ctx context.Context, p *program) (size, error) {
	cache, err := checkout.Cache("bench")
	if err != nil {
		return size{}, err
	}
	path := filepath.Join(cache, "bootstrap")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, "./"+filepath.Clean(p.folder)) //nolint:gosec // a package of this repository
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+deployedFor, "CGO_ENABLED=0", "GOARM64=v8.2",
		"GOFLAGS=-tags=lambda.norpc,nethttpomithttp2 -ldflags=-s")
	if message, err := cmd.CombinedOutput(); err != nil {
		return size{}, fmt.Errorf("compile %s for %s: %w\n%s", p.folder, deployedFor, err, message)
	}
	info, err := os.Stat(path)
	if err != nil {
		return size{}, err
	}
	zipped, err := zipSize(ctx, path)
	return size{info.Size(), zipped}, err
}

// zipSize packs with Python's zipfile, which is what SAM packs with: Go's own packs less tightly.
func zipSize(ctx context.Context, path string) (int64, error) {
	archive := path + ".zip"
	cmd := exec.CommandContext(ctx, "python3", "-m", "zipfile", "-c", archive, path) //nolint:gosec // files of this command
	if message, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("zip %s: %w\n%s", path, err, message)
	}
	info, err := os.Stat(archive)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.2f MB", float64(bytes)/1e6) }
