package described

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// validate holds a value against the schema at a JSON pointer.
func (d *Description) validate(place string, value any) error {
	d.mu.Lock()
	schema, err := d.compiler.Compile(document + "#" + place)
	d.mu.Unlock()
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// checkBody holds a body against a schema. The answer to HEAD has none.
func (d *Description) checkBody(place string, body []byte, method string) error {
	if method == http.MethodHead && len(body) == 0 {
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%w: %.200q", err, body)
	}
	return d.validate(place, value)
}

// checkRequest holds what an accepted request asked for against the operation at a JSON pointer.
func (d *Description) checkRequest(place string, x Exchange) error {
	if d.at(place)["requestBody"] != nil {
		if err := d.checkBody(place+"/requestBody/content/"+escaped("application/json")+"/schema", x.Request, x.Method); err != nil {
			return err
		}
	}
	asked, err := url.ParseQuery(x.Query)
	if err != nil {
		return err
	}
	for name, values := range asked {
		if values[0] == "" {
			continue
		}
		at := d.parameter(place, name)
		if at == "" {
			return fmt.Errorf("the parameter %s", name)
		}
		schema, at := d.follow(at + "/schema")
		if err := d.validate(at, typed(schema, values)); err != nil {
			return fmt.Errorf("the parameter %s: %w", name, err)
		}
	}
	return nil
}

// parameter returns the place of an operation's query parameter, or "".
func (d *Description) parameter(operation, name string) string {
	list, _ := d.at(operation)["parameters"].([]any)
	for i := range list {
		p, at := d.follow(fmt.Sprintf("%s/parameters/%d", operation, i))
		if p["name"] == name && p["in"] == "query" {
			return at
		}
	}
	return ""
}

// typed reads the values of a parameter as its schema has them.
func typed(schema map[string]any, values []string) any {
	switch schema["type"] {
	case "array":
		list := make([]any, len(values))
		for i, v := range values {
			list[i] = v
		}
		return list
	case "integer":
		if n, err := strconv.Atoi(values[0]); err == nil {
			return n
		}
	}
	return values[0]
}
