// Package described holds answers against the OpenAPI description: their status, content type, headers
// and body, and what was asked for by requests that were accepted. Tests of handlers wrap what they
// call in [Handler]; the end-to-end tests look at every answer of the site.
package described

import (
	"fmt"
	"maps"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/municipalitiesnet/munet/infra/local/checkout"
)

// A Description is the OpenAPI description. Its schemas are JSON Schema 2020-12.
type Description struct {
	root     map[string]any
	mu       sync.Mutex // of compiler
	compiler *jsonschema.Compiler
}

// An Exchange is a request and its answer.
type Exchange struct {
	Method, Path, Query string
	Request             []byte // body of the request
	Status              int
	Header              http.Header
	Body                []byte
}

const document = "openapi.json"

// Load reads the description of this checkout, once.
var Load = sync.OnceValues(func() (*Description, error) {
	root, err := checkout.Root()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(root, "internal", "website", "openapi.yaml")) //nolint:gosec // a file of the checkout
	if err != nil {
		return nil, err
	}
	d := &Description{compiler: jsonschema.NewCompiler()}
	if err := yaml.Unmarshal(text, &d.root); err != nil {
		return nil, err
	}
	d.compiler.DefaultDraft(jsonschema.Draft2020)
	d.compiler.AssertFormat()
	return d, d.compiler.AddResource(document, d.root)
})

// Operations are all operations by "METHOD /path", sorted.
func (d *Description) Operations() []string {
	var all []string
	for path, item := range d.at("/paths") {
		for method := range asMap(item) {
			all = append(all, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(all)
	return all
}

// Secured reports whether an operation, "METHOD /path", is for those who have signed in.
func (d *Description) Secured(operation string) bool {
	method, path, _ := strings.Cut(operation, " ")
	return d.at("/paths/" + escaped(path) + "/" + strings.ToLower(method))["security"] != nil
}

// Check returns the operation that an exchange belongs to, or "", and how it differs from what the
// description says of it. Other addresses than those described are none of its business, except under
// /api/: there they must not exist.
func (d *Description) Check(x Exchange) (operation string, err error) {
	path := d.match(x.Path)
	method := x.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	operationPlace := "/paths/" + escaped(path) + "/" + strings.ToLower(method)
	switch {
	case path != "" && d.at(operationPlace) != nil:
		operation = method + " " + path
	case !strings.HasPrefix(x.Path, "/api/"):
		return "", nil
	case x.Status != http.StatusNotFound && x.Status != http.StatusMethodNotAllowed && x.Status != http.StatusForbidden:
		return "", fmt.Errorf("%s %s is not described and answers %d", x.Method, x.Path, x.Status)
	default:
		return "", d.checkBody("/components/schemas/Problem", x.Body, x.Method)
	}
	answer, place := d.follow(fmt.Sprintf("%s/responses/%d", operationPlace, x.Status))
	if answer == nil {
		return operation, fmt.Errorf("%s: the status %d is not described", operation, x.Status)
	}
	if err := d.checkAnswer(place, answer, x); err != nil {
		return operation, fmt.Errorf("%s: %d: %w", operation, x.Status, err)
	}
	if x.Status < 300 {
		if err := d.checkRequest(operationPlace, x); err != nil {
			return operation, fmt.Errorf("%s accepts what is not described: %w", operation, err)
		}
	}
	return operation, nil
}

// match returns the described path that a request's path belongs to, the one with the most fixed text,
// or "".
func (d *Description) match(path string) string {
	best := ""
	segments := strings.Split(path, "/")
	for _, one := range slices.Sorted(maps.Keys(d.at("/paths"))) {
		fits := slices.EqualFunc(strings.Split(one, "/"), segments, func(want, got string) bool {
			return want == got || strings.HasPrefix(want, "{") && got != ""
		})
		if fits && (best == "" || strings.Count(one, "{") < strings.Count(best, "{")) {
			best = one
		}
	}
	return best
}

func (d *Description) checkAnswer(place string, answer map[string]any, x Exchange) error {
	for name := range asMap(answer["headers"]) {
		header, at := d.follow(place + "/headers/" + escaped(name))
		values := x.Header.Values(name)
		if len(values) == 0 {
			if header["required"] == true {
				return fmt.Errorf("the header %s is missing", name)
			}
			continue
		}
		if err := d.validate(at+"/schema", strings.Join(values, ", ")); err != nil {
			return fmt.Errorf("the header %s: %w", name, err)
		}
	}
	content := asMap(answer["content"])
	if len(content) == 0 {
		if len(x.Body) > 0 && x.Status != http.StatusMovedPermanently { // whose body is a link for people
			return fmt.Errorf("there is a body: %.100q", x.Body)
		}
		return nil
	}
	kind, _, err := mime.ParseMediaType(x.Header.Get("Content-Type"))
	if err != nil || content[kind] == nil {
		return fmt.Errorf("the content type %q is not described", x.Header.Get("Content-Type"))
	}
	if !strings.HasSuffix(kind, "json") {
		return nil
	}
	return d.checkBody(place+"/content/"+escaped(kind)+"/schema", x.Body, x.Method)
}

// at returns what is at a JSON pointer, if it is an object.
func (d *Description) at(pointer string) map[string]any {
	var now any = d.root
	for _, part := range strings.Split(pointer, "/")[1:] {
		if list, ok := now.([]any); ok {
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(list) {
				return nil
			}
			now = list[i]
			continue
		}
		now = asMap(now)[unescape.Replace(part)]
	}
	return asMap(now)
}

// follow returns the object at a JSON pointer and its own place, references followed.
func (d *Description) follow(pointer string) (map[string]any, string) {
	found := d.at(pointer)
	if to, ok := found["$ref"].(string); ok {
		return d.follow(strings.TrimPrefix(to, "#"))
	}
	return found, pointer
}

func asMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

var (
	escape   = strings.NewReplacer("~", "~0", "/", "~1")
	unescape = strings.NewReplacer("~1", "/", "~0", "~")
)

// escaped writes a name as a part of a JSON pointer (RFC 6901).
func escaped(name string) string { return escape.Replace(name) }
