package e2e

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// description is the OpenAPI description; its schemas are JSON Schema 2020-12.
var description = sync.OnceValues(func() (*jsonschema.Compiler, error) {
	text, err := os.ReadFile("../../internal/website/openapi.yaml")
	if err != nil {
		return nil, err
	}
	var document map[string]any
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	return c, c.AddResource("openapi.json", document)
})

// described returns how an answer differs from what the description says, or nil.
func described(method, path string, status int, contentType string, answer []byte) error {
	c, err := description()
	if err != nil {
		return err
	}
	place := "/components/responses/Problem"
	if status < 400 {
		place = fmt.Sprintf("/paths/%s/%s/responses/%d", escaped(path), strings.ToLower(method), status)
	}
	contentType, _, _ = strings.Cut(contentType, ";")
	schema, err := c.Compile("openapi.json#" + place + "/content/" + escaped(contentType) + "/schema")
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(answer))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// escaped writes a name as a part of a JSON pointer (RFC 6901).
func escaped(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}
