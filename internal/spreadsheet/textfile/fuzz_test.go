package textfile

import (
	"bytes"
	"testing"
	"unicode/utf8"
)

// A file is either refused or text: UTF-8 without a NUL or a mark of its order, divided by a
// character that spreadsheet programs use, and at most three times as long as the file.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"a;b\r\n1;2", "\xff\xfea\x00;\x00", "\xfe\xff\x00a", "\ufeffa,b", "\xc4\xde\xec\xef\xf2;\xd0\xdc\xf6\xef\xf2", "Malm\xf6;K\xf6ln",
		"PK\x03\x04", "\xd0\xcf\x11\xe0", "a\x00b", "a\rb\rc", "\xff\xfe\x00\xd8", "\"a;b\"\tc", "\xef\xbb\xbf\xef\xbb\xbfa",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		text, name, problem := Decode(content)
		if problem != "" {
			return
		}
		if !utf8.Valid(text) || bytes.ContainsRune(text, 0) || len(text) > 3*len(content) {
			t.Errorf("%q became %q", content, text)
		}
		if name == "UTF-8" && !bytes.Equal(bytes.ReplaceAll(bytes.TrimPrefix(content, []byte("\ufeff")), []byte("\r"), []byte("\n")), bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))) {
			t.Errorf("%q became %q", content, text)
		}
		if s := Separator(text); s != ',' && s != ';' && s != '\t' {
			t.Errorf("%q separates cells", s)
		}
	})
}
