package jsonbody

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/web"
)

// body has every kind of value that the API takes.
type body struct {
	Name   string `json:"name"`
	Count  int    `json:"count"`
	Agreed bool   `json:"agreed"`
	List   []struct {
		Code string `json:"code"`
	} `json:"list"`
}

// What is accepted, the standard library's decoder reads as the same; no name is in it twice and
// nothing stands behind it. What is refused is the sender's fault.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"name":"x","count":1,"agreed":true,"list":[{"code":"a"}]}`, `{"name":"a","name":"b"}`, `{"list":[{"code":1}]}`, `{} {}`, `null`,
		`{"nom":1}`, `{"name":"\ud800"}`, "{\"name\":\"\xff\"}", `{"count":1e9}`, `{"count":-0}`, `{"NAME":"x"}`, `[[[[`, "\ufeff{}", `{"":{}}`, `{"a/b~c":1}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		r := httptest.NewRequest(http.MethodPost, "/api/x", bytes.NewReader(content))
		r.Header.Set("Content-Type", "application/json")
		r.Body = http.MaxBytesReader(httptest.NewRecorder(), r.Body, web.MaxBody)
		var got body
		if err := Decode(r, &got); err != nil {
			refused, ok := errors.AsType[*fault.Error](err)
			if !ok || refused.Status/100 != 4 {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		var want body
		oracle := json.NewDecoder(bytes.NewReader(content))
		oracle.DisallowUnknownFields()
		if err := oracle.Decode(&want); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q was read as %+v; encoding/json reads %+v, %v", content, got, want, err)
		}
		if _, err := oracle.Token(); err != io.EOF {
			t.Fatalf("something stands behind the value in %q: %v", content, err)
		}
		checkNames(t, json.NewDecoder(bytes.NewReader(content)))
	})
}

// checkNames fails the test if an object of a text has a name twice.
func checkNames(t *testing.T, d *json.Decoder) {
	t.Helper()
	token, err := d.Token()
	if err != nil {
		t.Fatal(err)
	}
	opening, nested := token.(json.Delim)
	if !nested {
		return
	}
	names := map[string]bool{}
	for d.More() {
		if opening == '{' {
			name, err := d.Token()
			if err != nil {
				t.Fatal(err)
			}
			if names[name.(string)] {
				t.Fatalf("%q is there twice", name)
			}
			names[name.(string)] = true
		}
		checkNames(t, d)
	}
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
}
