// Package iam refuses the functions what the template does not grant them, as AWS does, and remembers
// which of the grants they have used.
//
// A function is known by its access key, which is its logical id: the local Lambda gives every function
// a key of its own. DynamoDB Local checks nothing, so its requests pass through a proxy here
// ([Service.DynamoDB]); the local SES asks ([Service.Check]).
//
// What differs from AWS: only a function's own policies count, and a grant's action and resource must be
// the very ones of the call. A policy with a pattern such as dynamodb:* grants nothing here.
package iam

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/municipalitiesnet/munet/infra/local/template"
)

// Administrator is the access key of those who may do everything and are not recorded: the local cloud
// itself, its tests and its tools.
const Administrator = "local"

// A Service knows what the functions may do and what they have done.
type Service struct {
	mutex   sync.Mutex
	granted map[string]map[template.Grant]bool // by function; true once it was used
	refused map[Refusal]bool
}

// A Refusal is a call that no policy of the function allows. It is the error of [Service.Check].
type Refusal struct {
	Function string // its logical id
	Call     template.Grant
}

// Error has the words of AWS.
func (r Refusal) Error() string {
	return fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %[2]s action",
		r.Function, r.Call.Action, r.Call.Resource)
}

// New makes a service for the functions of a template.
func New(functions []template.Function) *Service {
	s := &Service{granted: map[string]map[template.Grant]bool{}, refused: map[Refusal]bool{}}
	for _, f := range functions {
		s.granted[f.LogicalID] = map[template.Grant]bool{}
		for _, g := range f.Grants {
			s.granted[f.LogicalID][g] = false
		}
	}
	return s
}

// Check is a [Refusal] if the signer of a request may not make all of the calls.
func (s *Service) Check(r *http.Request, calls ...template.Grant) error {
	function := signer(r)
	if function == Administrator {
		return nil
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	granted := s.granted[function]
	for _, call := range calls {
		g := call
		if _, ok := granted[g]; !ok {
			g.From = "" // perhaps it may send from any address
		}
		if _, ok := granted[g]; !ok {
			refusal := Refusal{function, call}
			s.refused[refusal] = true
			return refusal
		}
		granted[g] = true
	}
	return nil
}

// Unused are the grants of each function that it has never needed, sorted.
func (s *Service) Unused() map[string][]template.Grant {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	unused := map[string][]template.Grant{}
	for function, granted := range s.granted {
		for g, used := range granted {
			if !used {
				unused[function] = append(unused[function], g)
			}
		}
		slices.SortFunc(unused[function], compare)
	}
	return unused
}

// Refused are the different calls that were refused so far, sorted.
func (s *Service) Refused() []Refusal {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.SortedFunc(maps.Keys(s.refused), func(a, b Refusal) int {
		if c := strings.Compare(a.Function, b.Function); c != 0 {
			return c
		}
		return compare(a.Call, b.Call)
	})
}

func compare(a, b template.Grant) int { return strings.Compare(a.String(), b.String()) }

// signer is the access key that a request is signed with (Signature Version 4), "" if there is none. The
// signature itself is not checked.
func signer(r *http.Request) string {
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	key, _, _ := strings.Cut(credential, "/")
	return key
}
