package practice

import (
	"strings"
	"testing"
	"time"
)

func TestPastedHTMLBecomesMarkdown(t *testing.T) {
	for name, c := range map[string]struct{ pasted, want string }{
		"Markdown stays": {"**Keys**\n\n- one\n- two <https://a.example> and a < b", "**Keys**\n\n- one\n- two <https://a.example> and a < b"},
		"a script in Markdown is for the renderer": {"a\n<script>alert(1)</script>", "a\n<script>alert(1)</script>"},
		"Word": {
			`<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta name=Generator content="Microsoft Word 15"><style>p.MsoNormal {margin:0cm}</style></head>
			<body lang=EN><!--[if gte mso 9]><xml><o:OfficeDocumentSettings/></xml><![endif]-->
			<p class=MsoNormal style='margin:0'>We <b style='mso-bidi-font-weight:normal'>rent </b>flats<o:p></o:p></p>
			<p class=MsoListParagraphCxSpFirst><span style='font-family:Symbol'></span>first</p>
			<p class=MsoListParagraphCxSpLast>second</p></body></html>`,
			"We **rent** flats\n\n- first\n- second",
		},
		"lists in lists":   {`<ol><li>one<ul><li>inner</li></ul></li><li>two</li></ol>`, "1. one\n   - inner\n2. two"},
		"a heading":        {`<h2>Goal</h2><p>Homes</p>`, "### Goal\n\nHomes"},
		"links":            {`<p>See <a href="https://a.example/x (y)">this</a>, not <a href="javascript:alert(1)">that</a></p>`, "See [this](https://a.example/x%20%28y%29), not that"},
		"signs":            {`<p># no * heading [x] &lt;script&gt; &amp;lt; R&amp;D</p>`, `\# no \* heading \[x\] &lt;script> &amp;lt; R&amp;D`},
		"lines":            {`<div>one<br>two</div><div>three</div>`, "one  \ntwo\n\nthree"},
		"scripts":          {`<p>a<script>alert(1)</script>b<style>p{}</style><iframe src=x></iframe></p>`, "ab"},
		"Google documents": {`<b style="font-weight:normal"><p>One</p><p>Two <i>three</i></p></b>`, "One\n\nTwo *three*"},
		"a table":          {`<table><tr><td>Rent</td><td>Families</td></tr><tr><td>400</td><td>12</td></tr></table>`, "Rent Families\n\n400 12"},
		"typed around it":  {"**Typed**\n\nmore <p>pasted</p>", "**Typed**\n\nmore\n\npasted"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := plainText(fromHTML(plainText(c.pasted))); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{
		"<p>a<b>b</b></p>", "<ul><li><p>x<li>y", "**x** <br> &lt;p&gt;", "\x00\u202Ea\u0301<\u0338p>", "<a href='x:'><p>", "<li>", "<p class=MsoListParagraph><ul><li>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		once := Text{Title: typed, Goal: typed}.Clean()
		if twice := once.Clean(); twice != once {
			t.Errorf("cleaned again, %q becomes %q", once.Goal, twice.Goal)
		}
		if isHTML(once.Goal) {
			t.Errorf("HTML is left: %q", once.Goal)
		}
		if strings.ContainsAny(once.Title, "\n\u202E\u2066") {
			t.Errorf("the title is %q", once.Title)
		}
	})
}

// What nobody types by hand must not cost more than its length: elements in one another without end.
func TestPastedNesting(t *testing.T) {
	const depth = 40_000
	for name, pasted := range map[string]string{
		"lists":           strings.Repeat("<ul><li>x", depth),
		"links":           strings.Repeat(`<a href="https://a.example">x`, depth) + strings.Repeat("</a>", depth),
		"marks":           strings.Repeat("<b>", depth) + strings.Repeat("</i>", depth),
		"marks that meet": "<p>" + strings.Repeat("<b>x <i>y ", depth) + strings.Repeat("</i></b>", depth),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now() // what grows with the square of the depth takes minutes
			got := fromHTML("<p>" + pasted)
			if took := time.Since(start); len(got) > 4*len(pasted) || took > 30*time.Second {
				t.Errorf("%d bytes became %d in %v", len(pasted), len(got), took)
			}
		})
	}
}
