package main

import (
	"context"
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/infra/bench/coldstart"
	"github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

// A program is a compiled function, or a floor to measure it by.
type program struct {
	name        string
	folder      string // of its source, relative to the checkout
	path        string // of the program for this machine
	environment []string
	floor       *program // nil for a floor
}

// build compiles every function for this machine as it is compiled for Lambda, and the floors that
// they are measured by. Floors come first.
func build(ctx context.Context, root string, functions []template.Function) ([]*program, error) {
	var floors []template.Function
	for _, f := range functions {
		name := floorOf(f)
		if !slices.ContainsFunc(floors, func(floor template.Function) bool { return floor.LogicalID == name }) {
			floors = append(floors, template.Function{
				LogicalID: name, CodeURI: "infra/bench/floor/" + name, Handler: f.Handler, Memory: f.Memory,
			})
		}
	}
	paths, err := cloud.Build(ctx, root, append(floors, functions...))
	if err != nil {
		return nil, err
	}
	programs := make([]*program, 0, len(paths))
	byName := map[string]*program{}
	for _, f := range append(floors, functions...) {
		p := &program{
			name: f.LogicalID, folder: f.CodeURI, path: paths[f.LogicalID], environment: coldstart.Environment(f),
		}
		if len(programs) >= len(floors) {
			p.floor = byName[floorOf(f)]
		}
		byName[p.name] = p
		programs = append(programs, p)
	}
	return programs, nil
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
