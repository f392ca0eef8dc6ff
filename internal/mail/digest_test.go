package mail_test

import (
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/mail"
)

func TestDigest(t *testing.T) {
	d := mail.Digest{
		Intro: "Two calls.",
		Sections: []mail.Section{{
			Heading: "New calls",
			Items: []mail.Item{{
				Title: "Housing <for> refugees", URL: "https://munet.example/calls/1", Mark: "Deadline: 4 March 2027",
				Lines: []string{"AMIF"}, Why: strings.Repeat("because ", 20),
				Links: []mail.Action{{Label: "Follow", URL: "https://munet.example/calls/1/follow"}},
			}},
			MoreWords: "One more:",
			More:      []mail.Action{{Label: "Another", URL: "javascript:alert(1)"}},
		}},
	}
	html, err := d.HTML()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Housing &lt;for&gt; refugees", `href="https://munet.example/calls/1/follow"`, "Deadline: 4 March 2027", "One more:"} {
		if !strings.Contains(string(html), want) {
			t.Errorf("no %q in\n%s", want, html)
		}
	}
	if strings.Contains(string(html), "javascript:") {
		t.Error("a script in a link")
	}
	text := d.Text()
	want := `Two calls.

New calls
---------

* Housing <for> refugees
  Deadline: 4 March 2027
  AMIF
  because because because because because because because because
  because because because because because because because because
  because because because because
  https://munet.example/calls/1
  Follow: https://munet.example/calls/1/follow

One more:

* Another
  javascript:alert(1)`
	if text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}
