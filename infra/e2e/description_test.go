package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/municipalitiesnet/munet/infra/contract/described"
)

// seen is what the sites of these tests answered, held against the OpenAPI description.
var seen struct {
	sync.Mutex
	problems   []error
	operations map[string]bool // those that were answered as somebody wants it
}

// watched looks at every answer of a site, whoever asked.
func watched(site http.Handler) http.Handler {
	return described.Watch(site, func(x described.Exchange) {
		d, err := described.Load()
		operation := ""
		if err == nil {
			operation, err = d.Check(x)
		}
		seen.Lock()
		defer seen.Unlock()
		if err != nil && len(seen.problems) < 20 {
			seen.problems = append(seen.problems, fmt.Errorf("%s %s?%s answers other than the API's description says: %w\n%.1000s", x.Method, x.Path, x.Query, err, x.Body))
		}
		if seen.operations == nil {
			seen.operations = map[string]bool{}
		}
		if x.Status < 300 {
			seen.operations[operation] = true
		}
	})
}

// checkDescription is an error if an answer was not as described, or, after all tests, if nobody asked
// for something that is.
func checkDescription(all bool) error {
	seen.Lock()
	defer seen.Unlock()
	problems := slices.Clone(seen.problems)
	d, err := described.Load()
	if err != nil || !all {
		return errors.Join(append(problems, err)...)
	}
	for _, operation := range d.Operations() {
		if !seen.operations[operation] {
			problems = append(problems, fmt.Errorf("no test had a good answer to %s", operation))
		}
	}
	return errors.Join(problems...)
}
