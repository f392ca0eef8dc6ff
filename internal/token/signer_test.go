package token

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const testKey = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

var noon = time.Date(2027, 3, 14, 12, 0, 0, 0, time.UTC)

func newSigner(t testing.TB, key string) *Signer {
	t.Helper()
	s, err := NewSigner(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNewSignerRefusesAShortKey(t *testing.T) {
	if _, err := NewSigner(testKey[:31]); err == nil {
		t.Error("a key of 31 characters was accepted")
	}
}

func TestSignVerify(t *testing.T) {
	s := newSigner(t, testKey)
	rapid.Check(t, func(t *rapid.T) {
		purpose := rapid.String().Draw(t, "purpose")
		parts := rapid.SliceOfN(rapid.StringN(0, 20, 60), 0, 5).Draw(t, "parts")
		token := s.Sign(purpose, noon, parts...)
		got, err := s.Verify(purpose, token, time.Hour, noon.Add(time.Hour))
		if err != nil || !slices.Equal(got, parts) {
			t.Fatalf("Verify = %q, %v; want %q", got, err, parts)
		}
		if _, err := s.Verify(purpose+"x", token, time.Hour, noon); !errors.Is(err, ErrForged) {
			t.Fatalf("another purpose: %v, want ErrForged", err)
		}
	})
}

func TestVerifyExpired(t *testing.T) {
	s := newSigner(t, testKey)
	dated := s.Sign("preferences", noon, "a", "b")
	undated := s.Sign("preferences", time.Time{}, "a", "b")
	tests := []struct {
		name   string
		token  string
		maxAge time.Duration
		now    time.Time
		want   error
	}{
		{"just in time", dated, time.Hour, noon.Add(time.Hour), nil},
		{"a second late", dated, time.Hour, noon.Add(time.Hour + time.Second), ErrExpired},
		{"no maximum", dated, 0, noon.AddDate(10, 0, 0), nil},
		{"undated, no maximum", undated, 0, noon, nil},
		{"undated, with a maximum", undated, time.Hour, noon, ErrExpired},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			parts, err := s.Verify("preferences", test.token, test.maxAge, test.now)
			if !errors.Is(err, test.want) {
				t.Errorf("err = %v, want %v", err, test.want)
			}
			if !slices.Equal(parts, []string{"a", "b"}) {
				t.Errorf("parts = %q: even an expired token returns them", parts)
			}
		})
	}
}

func TestPartsCannotBeMovedAcrossTheirBorder(t *testing.T) {
	s := newSigner(t, testKey)
	if s.Sign("p", noon, "ab", "c") == s.Sign("p", noon, "a", "bc") {
		t.Error("two different lists of parts give the same token")
	}
}

func TestVerifyRefusesEveryOtherSpelling(t *testing.T) {
	s := newSigner(t, testKey)
	token := s.Sign("preferences", noon, "ABCDEFGHIJKLMNOP", "ABCDEFGHIJKLMNO")
	for i := range token {
		for _, c := range "Aa0-_=\n" {
			other := token[:i] + string(c) + token[i+1:]
			if other == token {
				continue
			}
			if _, err := s.Verify("preferences", other, 0, noon); !errors.Is(err, ErrForged) {
				t.Fatalf("byte %d replaced by %q: %v, want ErrForged", i, c, err)
			}
		}
	}
	for _, other := range []string{"", "A", token + "=", token + "\n", "\n" + token, token + "A", strings.Repeat("A", maxToken+1)} {
		if _, err := s.Verify("preferences", other, 0, noon); !errors.Is(err, ErrForged) {
			t.Errorf("Verify(%.20q…): %v, want ErrForged", other, err)
		}
	}
}

func TestKeysAndPurposesAreSeparate(t *testing.T) {
	s, other := newSigner(t, testKey), newSigner(t, strings.ToUpper(testKey))
	if _, err := other.Verify("p", s.Sign("p", noon), 0, noon); !errors.Is(err, ErrForged) {
		t.Errorf("a token under another key: %v, want ErrForged", err)
	}
	hashes := []string{
		s.KeyedHash("suppression", "a@example.org"), s.KeyedHash("suppression", "b@example.org"),
		s.KeyedHash("code", "a@example.org"), other.KeyedHash("suppression", "a@example.org"),
	}
	for i, h := range hashes {
		if len(h) != 43 || slices.Contains(hashes[:i], h) {
			t.Errorf("hash %d = %q is short or repeats another: %q", i, h, hashes)
		}
	}
	if first, second := s.KeyedHash("p", "v"), s.KeyedHash("p", "v"); first != second {
		t.Error("KeyedHash differs between two calls")
	}
}

// FuzzVerify looks for a token that was not signed and is accepted, and for a
// payload that breaks the parser.
func FuzzVerify(f *testing.F) {
	s := newSigner(f, testKey)
	f.Add(s.Sign("p", noon, "a", "b"))
	f.Add(s.Sign("q", noon, "a"))
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		parts, err := s.Verify("p", token, 0, noon)
		if err == nil && token != s.Sign("p", noon, "a", "b") {
			t.Errorf("Verify accepted %q as %q", token, parts)
		}
		payload, _ := base64.RawURLEncoding.DecodeString(token)
		parse(payload)
	})
}
