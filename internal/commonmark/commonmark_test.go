package commonmark

import (
	"strings"
	"testing"
)

func TestMarkdown(t *testing.T) {
	for source, want := range map[string]string{
		"see https://pafos.example/a_(b).":    `<p>see <a href="https://pafos.example/a_(b)">https://pafos.example/a_(b)</a>.</p>`,
		"(http://pafos.example)":              `<p>(<a href="http://pafos.example">http://pafos.example</a>)</p>`,
		"[words https://a.example](/x)":       `<p><a href="/x">words https://a.example</a></p>`,
		"https:// alone":                      `<p>https:// alone</p>`,
		"**bold**":                            `<p><strong>bold</strong></p>`,
		"<script>alert(1)</script>":           `<!-- raw HTML omitted -->`,
		"[x](javascript:alert(1))":            `<p><a href="">x</a></p>`,
		"γεια https://δήμος.example/ σας":     `<p>γεια <a href="https://%CE%B4%CE%AE%CE%BC%CE%BF%CF%82.example/">https://δήμος.example/</a> σας</p>`,
		"`https://in.code.example` stays":     `<p><code>https://in.code.example</code> stays</p>`,
		"مرحبا https://a.example/ שלום":       `<p>مرحبا <a href="https://a.example/">https://a.example/</a> שלום</p>`,
		"\x00 zero and \u2028 line separator": "<p>\ufffd zero and \u2028 line separator</p>",
	} {
		var got strings.Builder
		if err := Markdown().Convert([]byte(source), &got); err != nil || strings.TrimSpace(got.String()) != want {
			t.Errorf("%q: %q, %v; want %q", source, got.String(), err, want)
		}
	}
}
