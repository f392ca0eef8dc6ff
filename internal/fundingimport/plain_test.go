package fundingimport

import (
	"strings"
	"testing"
)

func TestPlainText(t *testing.T) {
	for markup, want := range map[string]string{
		"Just text": "Just text",
		"<p>One</p><p>Two <b>bold</b>, and more.</p>":  "One\n\nTwo bold, and more.",
		"<ul><li>a</li><li><p>b</p></li></ul><p>c</p>": "- a\n- b\n\nc",
		"<h2>Scope:</h2>text":                          "## Scope\n\ntext",
		"a<br>b":                                       "a\n\nb",
		"<script>alert(1)</script>after":               "after",
		"<style>p{}</style><p onclick=x>shown</p>":     "shown",
		"R&amp;D &lt;b&gt;":                            "R&D <b>",
		"<a href='https://x.example/a'>here</a>.":      "here (https://x.example/a).",
		"<a href='javascript:alert(1)'>here</a>":       "here",
		"<p>- not a list</p><p># no heading</p>":       "not a list\n\nno heading",
		"<td>1</td><td>2</td>":                         "1 2",
		"<p>&nbsp;</p><p>x</p>":                        "x",
		"":                                             "",
	} {
		if got := string(plain(markup)); got != want {
			t.Errorf("%q: %q, want %q", markup, got, want)
		}
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("<p>a<ul><li>b</ul><script>c")
	f.Add("<li><li>- x</li># y<a href=https://z.example>")
	f.Fuzz(func(t *testing.T, markup string) {
		text := plain(markup)
		for _, b := range text.Blocks() {
			if b.Heading == "" && b.Paragraph == "" && len(b.Items) == 0 {
				t.Errorf("an empty block in %q", text)
			}
		}
		if strings.Contains(string(text), "\n\n\n") {
			t.Errorf("empty paragraphs in %q", text)
		}
	})
}
