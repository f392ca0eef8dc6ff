// Package jsonbody reads the JSON body of a request, strictly. It is apart from package web so that
// functions that read none do not carry the decoder: its tables stay in a program that imports it.
package jsonbody

import (
	"errors"
	"mime"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/web"
)

// errNull refuses null, which the decoder would take for the empty value of any type.
var errNull = errors.New("jsonbody: null")

var noNull = json.WithUnmarshalers(json.UnmarshalFromFunc(func(d *jsontext.Decoder, _ any) error {
	if d.PeekKind() == 'n' {
		return errNull
	}
	return errors.ErrUnsupported
}))

// Decode reads the request's body into v. Unknown and duplicate names, wrong types, null and
// anything after the value are refused with a fault that names the field.
func Decode(r *http.Request, v any) error {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return fault.New(http.StatusUnsupportedMediaType, "unsupported-media-type")
	}
	err := json.UnmarshalRead(r.Body, v, json.RejectUnknownMembers(true), noNull)
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return web.TooLarge(err)
	}
	bad := fault.New(http.StatusBadRequest, "bad-request").Because(err)
	if e, ok := errors.AsType[*json.SemanticError](err); ok {
		code := "type"
		if errors.Is(err, json.ErrUnknownName) {
			code = "unknown"
		}
		bad.Fields = []fault.Field{{Name: pointer(e.JSONPointer), Code: code}}
	} else if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok && errors.Is(err, jsontext.ErrDuplicateName) {
		bad.Fields = []fault.Field{{Name: pointer(e.JSONPointer), Code: "duplicate"}}
	}
	return bad
}

// pointer writes an RFC 6901 pointer as people write fields: "representatives.0.name".
func pointer(p jsontext.Pointer) string {
	return strings.ReplaceAll(strings.TrimPrefix(string(p), "/"), "/", ".")
}
