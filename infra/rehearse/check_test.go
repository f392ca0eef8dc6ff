package main

import (
	"archive/zip"
	"bytes"
	"os"
	"strings"
	"testing"
)

func TestObjects(t *testing.T) {
	pack := func(name string, mode os.FileMode) []byte {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		h := &zip.FileHeader{Name: name}
		h.SetMode(mode)
		if _, err := w.CreateHeader(h); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	for name, test := range map[string]struct {
		content []byte
		fine    bool
	}{
		"a program":         {pack("bootstrap", 0o755), true},
		"another name":      {pack("main", 0o755), false},
		"not to be started": {pack("bootstrap", 0o644), false},
		"no archive":        {[]byte("x"), false},
	} {
		if err := checkObject("munet/1", test.content); (err == nil) != test.fine {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := checkObject("munet/1.template", []byte("x")); err != nil {
		t.Errorf("the template: %v", err)
	}
}

func TestResources(t *testing.T) {
	const fine = `"AFunction":{"Type":"AWS::Lambda::Function","Properties":{"Environment":{"Variables":{"A":"1","B":{"Ref":"C"}}}}}`
	for name, test := range map[string]struct {
		resources string
		fine      bool
	}{
		"fine":                 {fine, true},
		"a name":               {strings.Replace(fine, "AFunction", "A-Function", 1), false},
		"too much environment": {strings.Replace(fine, `"1"`, `"`+strings.Repeat("x", 4<<10)+`"`, 1), false},
		"a role":               {`"ARole":{"Type":"AWS::IAM::Role","Properties":{"PermissionsBoundary":{"Fn::If":[]}}}`, true},
		"an unbounded role":    {`"ARole":{"Type":"AWS::IAM::Role","Properties":{}}`, false},
		"too long a policy": {
			`"ARole":{"Type":"AWS::IAM::Role","Properties":{"PermissionsBoundary":"x","Policies":[{"PolicyDocument":"` + strings.Repeat("x", 11000) + `"}]}}`, false,
		},
	} {
		if err := checkExpanded([]byte(`{"Resources":{` + test.resources + `}}`)); (err == nil) != test.fine {
			t.Errorf("%s: %v", name, err)
		}
	}
}
