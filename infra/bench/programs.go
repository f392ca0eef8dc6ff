package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/infra/bench/coldstart"
	"github.com/municipalitiesnet/munet/infra/local/checkout"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

// A program is a compiled function, or a floor to measure it by.
type program struct {
	name        string
	path        string
	environment []string
	floor       *program // nil for a floor
}

// build compiles every function for this machine as it is compiled for Lambda, and the floors that
// they are measured by. Floors come first.
func build(ctx context.Context, functions []template.Function) ([]*program, error) {
	cache, err := checkout.Cache("bench")
	if err != nil {
		return nil, err
	}
	var floors, programs []*program
	for _, f := range functions {
		kind := floorOf(f)
		at := slices.IndexFunc(floors, func(p *program) bool { return p.name == kind })
		if at < 0 {
			floor := &program{name: kind, path: filepath.Join(cache, "floor-"+kind)}
			floor.environment = coldstart.Environment(template.Function{LogicalID: kind, Memory: f.Memory})
			if err := compile(ctx, floor.path, "infra/bench/floor/"+kind); err != nil {
				return nil, err
			}
			at, floors = len(floors), append(floors, floor)
		}
		p := &program{
			name:        f.LogicalID,
			path:        filepath.Join(cache, f.LogicalID),
			environment: coldstart.Environment(f),
			floor:       floors[at],
		}
		if err := compile(ctx, p.path, f.CodeURI); err != nil {
			return nil, err
		}
		programs = append(programs, p)
	}
	return append(floors, programs...), nil
}

// floorOf names the smallest program with the clients that the function needs: it has tables if
// the template tells it a table's name, and mails if it tells a configuration set.
func floorOf(f template.Function) string {
	tables := false
	for name := range f.Environment {
		tables = tables || strings.HasSuffix(name, "_TABLE")
	}
	_, mails := f.Environment["CONFIGURATION_SET"]
	switch {
	case tables && mails:
		return "dynamodb-ses"
	case tables:
		return "dynamodb"
	default:
		return "none"
	}
}

// compile builds the package in the folder with the flags of `make build`.
func compile(ctx context.Context, output, folder string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", output, "./"+filepath.Clean(folder)) //nolint:gosec // a package of this repository
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-tags=lambda.norpc -ldflags=-s")
	if message, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("compile %s: %w\n%s", folder, err, message)
	}
	return nil
}
