package described

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// An example that is wrong misleads more than none.
func TestExamplesAreWhatTheDescriptionSays(t *testing.T) {
	d, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	examples := 0
	for _, operation := range d.Operations() {
		method, path, _ := strings.Cut(operation, " ")
		place := "/paths/" + escaped(path) + "/" + strings.ToLower(method)
		contents := []string{place + "/requestBody/content"}
		for status := range asMap(d.at(place)["responses"]) {
			_, at := d.follow(place + "/responses/" + status)
			contents = append(contents, at+"/content")
		}
		for _, content := range contents {
			for kind := range d.at(content) {
				at := content + "/" + escaped(kind)
				for name, example := range asMap(d.at(at)["examples"]) {
					examples++
					if err := d.validate(at+"/schema", asMap(example)["value"]); err != nil {
						t.Errorf("%s: example %s: %v", operation, name, err)
					}
				}
			}
		}
		list, _ := d.at(place)["parameters"].([]any)
		for i := range list {
			p, at := d.follow(fmt.Sprintf("%s/parameters/%d", place, i))
			if p["description"] == nil {
				t.Errorf("%s: the parameter %v has no description", operation, p["name"])
			}
			if p["example"] == nil {
				continue
			}
			if err := d.validate(at+"/schema", p["example"]); err != nil {
				t.Errorf("%s: example of %v: %v", operation, p["name"], err)
			}
		}
	}
	if examples < 8 {
		t.Errorf("only %d examples were found", examples)
	}
}

// Each way in which an answer can differ must be found.
func TestCheckFindsDifferences(t *testing.T) {
	d, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	fine := func() Exchange {
		return Exchange{Method: "GET", Path: "/api/figures", Status: 200, Body: []byte(`{"practices":0,"programmes":0,"countries":[],"themes":[],"years":[]}`), Header: http.Header{
			"Content-Type": {"application/json"}, "Cache-Control": {"public, max-age=60"}, "Vary": {"Origin"}, "Etag": {`W/"0123456789abcdef01234567"`},
		}}
	}
	problem := func(x *Exchange, status int, code string) {
		x.Status, x.Body = status, []byte(`{"type":"about:blank","title":"a","status":400,"detail":"b","code":"`+code+`","requestId":"c"}`)
		x.Header.Set("Content-Type", "application/problem+json")
	}
	tests := map[string]struct {
		change func(*Exchange)
		want   string // part of the error, "" for none
	}{
		"as it is":           {func(*Exchange) {}, ""},
		"HEAD":               {func(x *Exchange) { x.Method, x.Body = "HEAD", nil }, ""},
		"not ours":           {func(x *Exchange) { x.Path, x.Status = "/calls", 500 }, ""},
		"nothing there":      {func(x *Exchange) { x.Path = "/api/nothing"; problem(x, 404, "not-found") }, ""},
		"a secret route":     {func(x *Exchange) { x.Path = "/api/secret" }, "not described"},
		"a secret method":    {func(x *Exchange) { x.Method = "DELETE" }, "not described"},
		"another status":     {func(x *Exchange) { x.Status = 418 }, "status 418"},
		"another type":       {func(x *Exchange) { x.Header.Set("Content-Type", "text/plain") }, "content type"},
		"another code":       {func(x *Exchange) { problem(x, 500, "not-found") }, "code"},
		"internal":           {func(x *Exchange) { problem(x, 500, "internal") }, ""},
		"no tag":             {func(x *Exchange) { x.Header.Del("ETag") }, "ETag"},
		"an odd tag":         {func(x *Exchange) { x.Header.Set("ETag", "7") }, "ETag"},
		"a field less":       {func(x *Exchange) { x.Body = []byte(`{"practices":0}`) }, "missing"},
		"a field more":       {func(x *Exchange) { x.Body = append([]byte(`{"new":1,`), x.Body[1:]...) }, "additional"},
		"not JSON":           {func(x *Exchange) { x.Body = []byte("oops") }, "invalid"},
		"a body on 304":      {func(x *Exchange) { x.Status = 304 }, "body"},
		"a parameter":        {func(x *Exchange) { x.Query = "lang=el" }, ""},
		"a secret parameter": {func(x *Exchange) { x.Query = "debug=1" }, "debug"},
		"a wrong value": {func(x *Exchange) {
			x.Path, x.Query, x.Body = "/api/calls", "limit=900", []byte(`{"total":0,"calls":[],"facets":{}}`)
		}, "limit"},
	}
	for name, tt := range tests {
		x := fine()
		tt.change(&x)
		_, err := d.Check(x)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}
