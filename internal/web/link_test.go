package web

import (
	"strings"
	"testing"
)

func TestLocalPath(t *testing.T) {
	for next, want := range map[string]string{
		"/desk":                                 "/desk",
		"/desk?page=2":                          "/desk?page=2",
		"/" + strings.Repeat("a", 9):            "/aaaaaaaaa",
		"":                                      "",
		"desk":                                  "",
		"//evil.example":                        "",
		`/\evil.example`:                        "",
		"/\t/evil.example":                      "",
		"https://evil.example/":                 "",
		"javascript:alert(1)":                   "",
		"/a\r\nSet-Cookie: x=y":                 "",
		"/" + strings.Repeat("a", maxLocalPath): "",
	} {
		if got := LocalPath(next); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", next, got, want)
		}
	}
}
