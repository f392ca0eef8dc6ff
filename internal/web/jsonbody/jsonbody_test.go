package jsonbody

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/web"
)

func TestDecode(t *testing.T) {
	for name, c := range map[string]struct {
		contentType, body string
		status            int
		field             string
	}{
		"good":          {"application/json; charset=utf-8", `{"name":"x"}`, 0, ""},
		"no JSON":       {"text/plain", `{}`, 415, ""},
		"broken":        {"application/json", `{"name":`, 400, ""},
		"trailing":      {"application/json", `{} {}`, 400, ""},
		"unknown field": {"application/json", `{"nom":"x"}`, 400, "nom"},
		"duplicate":     {"application/json", `{"name":"x","name":"y"}`, 400, "name"},
		"wrong type":    {"application/json", `{"name":{"a":1}}`, 400, "name"},
		"null":          {"application/json", `{"name":null}`, 400, "name"},
		"too large":     {"application/json", `{"name":"` + strings.Repeat("x", web.MaxBody) + `"}`, 413, ""},
		"deep":          {"application/json", strings.Repeat("[", 100_000), 400, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/x", strings.NewReader(c.body))
			r.Header.Set("Content-Type", c.contentType)
			r.Body = http.MaxBytesReader(httptest.NewRecorder(), r.Body, web.MaxBody)
			var v struct {
				Name string `json:"name"`
			}
			err := Decode(r, &v)
			if c.status == 0 {
				if err != nil || v.Name != "x" {
					t.Fatalf("got %q, %v", v.Name, err)
				}
				return
			}
			f, ok := errors.AsType[*fault.Error](err)
			if !ok || f.Status != c.status {
				t.Fatalf("got %v, want %d", err, c.status)
			}
			if c.field != "" && (len(f.Fields) != 1 || f.Fields[0].Name != c.field) {
				t.Errorf("it names %v, want %s", f.Fields, c.field)
			}
		})
	}
}
