package fault

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestFrom(t *testing.T) {
	tests := map[string]struct {
		err    error
		status int
		code   string
	}{
		"a fault":         {NotFound(), 404, "not-found"},
		"a wrapped fault": {fmt.Errorf("loading: %w", Forbidden()), 403, "forbidden"},
		"any other error": {io.ErrUnexpectedEOF, 500, "internal"},
		"refused fields":  {Invalid(Field{Name: "name", Code: "required"}), 422, "invalid"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := From(tt.err)
			if got.Status != tt.status || got.Code != tt.code {
				t.Errorf("From(%v) = %d %s, want %d %s", tt.err, got.Status, got.Code, tt.status, tt.code)
			}
			if !errors.Is(got, tt.err) && tt.code == "internal" {
				t.Error("the cause was lost")
			}
		})
	}
}

func TestBecauseLeavesTheOriginalAlone(t *testing.T) {
	plain := New(409, "conflict")
	_ = plain.Because(io.EOF).With("Name", "Pafos")
	if plain.Cause != nil || plain.Args != nil {
		t.Errorf("the shared fault was changed: %+v", plain)
	}
}
