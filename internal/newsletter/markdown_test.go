package newsletter

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

var site = &url.URL{Scheme: "https", Host: "munet.example"}

func parse(t *testing.T, source string) body {
	t.Helper()
	b, err := parseBody(source, site)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestMarkdown(t *testing.T) {
	for name, c := range map[string]struct {
		source string
		html   []string // parts that must be there
		not    []string // parts that must not be in the HTML
		text   string
	}{
		"paragraphs": {
			"One\ntwo.\n\nThree.",
			[]string{`<p style="margin:0 0 16px;">One` + "\n" + `two.</p>`, ">Three.</p>"}, nil,
			"One two.\n\nThree.\n",
		},
		"headings begin below the subject": {
			"# News\n\nText.\n\n### Details\n\nMore.",
			[]string{"<h2 ", "<h3 "}, []string{"<h1"},
			"News\n----\n\nText.\n\nDetails\n~~~~~~~\n\nMore.\n",
		},
		"links have numbers": {
			"See [our call](https://eu.example/call?a=1&b=2) and [the rules](/practices/3).\n\nThen [write](mailto:info@munet.example).",
			[]string{`href="https://eu.example/call?a=1&amp;b=2"`, `href="https://munet.example/practices/3"`, `href="mailto:info@munet.example"`}, nil,
			"See our call [1] and the rules [2].\n\n[1] https://eu.example/call?a=1&b=2\n[2] https://munet.example/practices/3\n\nThen write [3].\n\n[3] info@munet.example\n",
		},
		"bare addresses": {
			"Go to https://eu.example/x or <info@munet.example>.",
			[]string{`<a href="https://eu.example/x"`}, nil,
			"Go to https://eu.example/x or info@munet.example.\n",
		},
		"bare addresses in sentences": {
			"https://eu.example/a_b_(c). Or (http://eu.example/?a=1&b=2), or [https://eu.example](https://x.example), http:// and xhttps://eu.example.",
			[]string{`<a href="https://eu.example/a_b_(c)"`, `(<a href="http://eu.example/?a=1&amp;b=2"`, `<a href="https://x.example" class="link" style="color:#1f4b8e;">https://eu.example</a>, http:// and xhttps://eu.example.</p>`}, nil,
			"https://eu.example/a_b_(c). Or (http://eu.example/?a=1&b=2), or\nhttps://eu.example [1], http:// and xhttps://eu.example.\n\n[1] https://x.example\n",
		},
		"an address of another kind": {
			"<ftp://eu.example/x> <javascript:alert(1)>", []string{"ftp://eu.example/x"}, []string{"href"}, "ftp://eu.example/x javascript:alert(1)\n",
		},
		"lists": {
			"- one\n- two\n  - two and a half\n\n1. first\n2. second",
			[]string{"<ul ", "<ol ", "<li "}, nil,
			"- one\n- two\n  - two and a half\n\n1. first\n2. second\n",
		},
		"quotations, rules and emphasis": {
			"> Well *said*.\n\n---\n\n**Strong** and `code`.",
			[]string{"<blockquote ", "<em>said</em>", "<hr class=\"line\"", "<strong>Strong</strong>", "<code "}, nil,
			"> Well *said*.\n\n--------------------\n\n*Strong* and code.\n",
		},
		"code keeps its lines": {
			"```\na  b\nc\n```", []string{"<pre class=\"box\""}, nil, "    a  b\n    c\n",
		},
		"breaks": {"One  \ntwo", []string{"<br"}, nil, "One\ntwo\n"},
		"escapes and entities": {
			`5 \* 3 &amp; &lt;b&gt;`, []string{"5 * 3 &amp; &lt;b&gt;"}, nil, "5 * 3 & <b>\n",
		},
		"a script": {
			"<script>alert(1)</script>\n\nText.", []string{"Text."}, []string{"script", "alert"}, "Text.\n",
		},
		"HTML in a line": {
			`Hello <b onclick="x()">you</b><img src=x onerror=alert(1)>.`, []string{"Hello you."}, []string{"<b", "onclick", "<img", "onerror"}, "Hello you.\n",
		},
		"a link that runs": {
			"[click](javascript:alert(1)) [data](data:text/html,x) [vb](VBSCRIPT:x) [here](#top) [empty]()",
			[]string{"click data vb here empty"}, []string{"<a", "javascript", "href"}, "click data vb here empty\n",
		},
		"an encoded scheme": {
			"[click](java&#115;cript:alert&#40;1&#41;)", []string{"click"}, []string{"<a"}, "click\n",
		},
		"quotes in an address": {
			`[x](https://a.example/"onmouseover="alert(1))`, nil, []string{`"onmouseover`}, "x [1]\n\n[1] https://a.example/\"onmouseover=\"alert(1)\n",
		},
		"an image": {
			"![A square](https://img.example/pixel.png) seen.",
			[]string{`<a href="https://img.example/pixel.png"`, ">A square</a> seen."}, []string{"<img", "src="},
			"A square [1] seen.\n\n[1] https://img.example/pixel.png\n",
		},
		"Greek": {
			"# Νέα\n\nΚαλημέρα σε **όλους**.", []string{"Νέα", "<strong>όλους</strong>"}, nil, "Νέα\n---\n\nΚαλημέρα σε *όλους*.\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := parse(t, c.source)
			for _, part := range c.html {
				if !strings.Contains(string(got.HTML), part) {
					t.Errorf("the HTML lacks %q:\n%s", part, got.HTML)
				}
			}
			for _, part := range c.not {
				if strings.Contains(strings.ToLower(string(got.HTML)), part) {
					t.Errorf("the HTML has %q:\n%s", part, got.HTML)
				}
			}
			if got.Text != c.text {
				t.Errorf("the text is\n%s\nwant\n%s", got.Text, c.text)
			}
		})
	}
}

func TestStyleIsAWall(t *testing.T) {
	for name, c := range map[string]struct{ rendered, want string }{
		"a script":        {"<script>if (a < b) alert('x')</script>", "if (a &lt; b) alert(&#39;x&#39;)"},
		"an attribute":    {`<em onclick="x()" style="x" class='y'>a</em>`, "<em>a</em>"},
		"a scheme":        {`<a href="javascript:x()">a</a>`, `<a class="link" style="color:#1f4b8e;">a</a>`},
		"a hidden scheme": {"<a href=' java\tscript&colon;x()'>a</a>", `<a class="link" style="color:#1f4b8e;">a</a>`},
		"a good address":  {`<a href="https://eu.example/?a=1&amp;b=2" target=x>a</a>`, `<a href="https://eu.example/?a=1&amp;b=2" class="link" style="color:#1f4b8e;">a</a>`},
		"an image":        {`a<img src=x onerror="x()">b`, "ab"},
		"a frame":         {`<iframe srcdoc="<script>">a</iframe>`, "a"},
		"a number":        {`<ol start="3">`, `<ol start="3" style="margin:0 0 16px;padding:0 0 0 28px;">`},
		"no number":       {`<ol start="x">`, `<ol style="margin:0 0 16px;padding:0 0 0 28px;">`},
		"comments":        {"<!doctype html>a<!-- b --><![CDATA[c]]>d", "ad"},
		"half a tag":      {`a<em onclick="x`, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := style([]byte(c.rendered), true)
			if err != nil || string(got) != c.want {
				t.Errorf("style(%s) = %s, %v; want %s", c.rendered, got, err, c.want)
			}
		})
	}
}

func TestPlainTextStaysWithinItsColumns(t *testing.T) {
	long := strings.Repeat("Οι τοπικές αρχές μοιράζονται γνώσεις. ", 20)
	for _, source := range []string{long, "> " + long, "- " + long + "\n- " + long, "## " + long} {
		for line := range strings.Lines(parse(t, source).Text) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > columns {
				t.Errorf("a line has %d characters: %s", n, line)
			}
		}
	}
}

func TestLead(t *testing.T) {
	if got := parse(t, "# News\n\nThis *month*:\nthree [calls](https://x.example) &amp; more.\n\nRest.").Lead; got != "This month: three calls & more." {
		t.Errorf("the lead is %q", got)
	}
}

func FuzzMarkdown(f *testing.F) {
	f.Add("[x](javascript:alert(1)) <script>alert(1)</script> ![a](//b.example/c)")
	f.Add("- a\n  > b\n\n\t1. c\n<http://x>\n")
	f.Fuzz(func(t *testing.T, source string) {
		b, err := parseBody(source, site)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"<script", "<img", "<iframe", "javascript:", " onerror=", " onclick="} {
			if before, _, found := strings.Cut(string(b.HTML), bad); found && strings.Count(before, "<") != strings.Count(before, ">") {
				t.Errorf("%q in a tag of %s", bad, b.HTML)
			}
		}
	})
}
