package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

// launched are the clouds that the tests have started.
var launched struct {
	sync.Mutex
	clouds []*cloud.Cloud
}

// launch starts a cloud whose functions are started by the tests alone, has all its answers held against
// the API's description, and remembers it for checkPrivileges.
func launch(ctx context.Context, o cloud.Options) (*cloud.Cloud, error) {
	o.NoSchedules, o.Throttle = true, template.AccountThrottle
	if o.Around == nil {
		o.Around = watched
	}
	if o.Log == nil {
		o.Log = logs()
	} else {
		o.Log = io.MultiWriter(o.Log, logs())
	}
	c, err := cloud.Start(ctx, o)
	if err != nil {
		return nil, err
	}
	launched.Lock()
	defer launched.Unlock()
	launched.clouds = append(launched.clouds, c)
	return c, nil
}

// checkPrivileges is an error if a function lacked a grant, or, after all tests, if the template grants
// what no function has used.
func checkPrivileges(all bool) error {
	launched.Lock()
	defer launched.Unlock()
	var problems []error
	unused := map[string]int{} // in how many clouds
	for _, c := range launched.clouds {
		for _, refused := range c.Access().Refused() {
			problems = append(problems, refused)
		}
		for function, grants := range c.Access().Unused() {
			for _, g := range grants {
				_, resource, _ := strings.Cut(g.Resource, ":"+c.Template.Account+":")
				g.Resource = strings.Replace(resource, c.Template.StackName+"-", "", 1)
				unused[function+" "+g.String()]++
			}
		}
	}
	if !all {
		return errors.Join(problems...)
	}
	for _, grant := range slices.Sorted(maps.Keys(unused)) {
		if unused[grant] == len(launched.clouds) {
			problems = append(problems, fmt.Errorf("no test needs what the template grants: %s", grant))
		}
	}
	return errors.Join(problems...)
}
