package mail

import (
	"errors"
	netmail "net/mail"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseAddress(t *testing.T) {
	longLocal := strings.Repeat("a", maxLocalPart)
	longDomain := strings.Repeat("d123456789.", 16) + "example" // 183 bytes
	tests := []struct{ typed, want string }{
		{"maria@larnaca.example", "maria@larnaca.example"},
		{"  Maria.P+net@Larnaca.EXAMPLE\u00a0", "Maria.P+net@larnaca.example"},
		{"o'neill@example.org", "o'neill@example.org"},
		{"a@sub.example.test", "a@sub.example.test"},
		{"notices@munet.localhost", "notices@munet.localhost"},
		{"info@δήμος.example", "info@xn--jxalzmp.example"},
		{"info@BÜCHER.example", "info@xn--bcher-kva.example"},
		{"info@straße.example", "info@xn--strae-oqa.example"},
		{longLocal + "@" + longDomain, longLocal + "@" + longDomain},
	}
	for _, test := range tests {
		got, err := ParseAddress(test.typed)
		if err != nil || got != test.want {
			t.Errorf("ParseAddress(%q) = %q, %v; want %q", test.typed, got, err, test.want)
		}
	}
}

func TestParseAddressRefuses(t *testing.T) {
	tests := map[string]string{
		"empty":                 "",
		"no at":                 "maria.example.org",
		"two ats":               "maria@home@example.org",
		"no local part":         "@example.org",
		"no domain":             "maria@",
		"no dot":                "maria@localhost",
		"dot at the end":        "maria@example.org.",
		"empty label":           "maria@example..org",
		"dots in a row":         "ma..ria@example.org",
		"dot first":             ".maria@example.org",
		"display name":          "Maria <maria@example.org>",
		"brackets":              "<maria@example.org>",
		"quoted":                `"maria p"@example.org`,
		"comment":               "maria(me)@example.org",
		"two":                   "a@example.org,b@example.org",
		"space inside":          "ma ria@example.org",
		"line break at the end": "maria@example.org\r\n",
		"header injection":      "maria@example.org\r\nBcc: x@example.org",
		"line feed":             "maria\n@example.org",
		"NUL":                   "maria@exam\x00ple.org",
		"literal":               "maria@[192.0.2.1]",
		"number":                "maria@192.0.2.1",
		"not ASCII before at":   "μαρία@example.org",
		"underscore in domain":  "maria@exa_mple.org",
		"hyphen first":          "maria@-example.org",
		"not UTF-8":             "maria@ex\xffample.org",
		"long local part":       strings.Repeat("a", maxLocalPart+1) + "@example.org",
		"long label":            "a@" + strings.Repeat("a", 64) + ".org",
		"long":                  "a@" + strings.Repeat("a.", 130) + "org",
		"long as ASCII":         "a@" + strings.Repeat("ώώώ.", 29) + "org",
	}
	for name, typed := range tests {
		t.Run(name, func(t *testing.T) {
			if got, err := ParseAddress(typed); !errors.Is(err, ErrAddress) {
				t.Errorf("ParseAddress(%q) = %q, %v; want ErrAddress", typed, got, err)
			}
		})
	}
}

func TestKey(t *testing.T) {
	if Key("Maria.P@larnaca.example") != Key("maria.p@larnaca.example") {
		t.Error("two spellings of one address have different keys")
	}
}

// checkAddress holds an accepted address to what the rest relies on.
func checkAddress(t interface {
	Fatalf(string, ...any)
}, email string) {
	again, err := ParseAddress(email)
	if err != nil || again != email {
		t.Fatalf("ParseAddress is not stable: %q becomes %q, %v", email, again, err)
	}
	parsed, err := netmail.ParseAddress(email)
	if err != nil || parsed.Address != email || parsed.Name != "" {
		t.Fatalf("net/mail reads %q as %v, %v", email, parsed, err)
	}
	if strings.ContainsAny(email, "\r\n \t<>\",;:") || len(email) > maxAddress {
		t.Fatalf("accepted %q", email)
	}
}

func TestAcceptedAddressesAreSafe(t *testing.T) {
	label := rapid.OneOf(
		rapid.StringMatching(`[a-zA-Z0-9-]{1,12}`),
		rapid.StringMatching(`[α-ωά-ώéüß]{1,8}`),
	)
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.StringMatching(`[ \t]?[a-zA-Z0-9.!#'+_"-]{1,12}@`).Draw(t, "local") +
			strings.Join(rapid.SliceOfN(label, 1, 4).Draw(t, "domain"), ".")
		if email, err := ParseAddress(typed); err == nil {
			checkAddress(t, email)
		}
	})
}

func FuzzParseAddress(f *testing.F) {
	f.Add("maria@larnaca.example")
	f.Add("info@δήμος.example")
	f.Add("a@b.c\r\nBcc: d@e.f")
	f.Add(`"a b"@example.org`)
	f.Fuzz(func(t *testing.T, typed string) {
		if email, err := ParseAddress(typed); err == nil {
			checkAddress(t, email)
		}
	})
}
