package e2e

import (
	"fmt"
	netmail "net/mail"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/mailbox"
)

// class is what kind of mail a message is by the address that it comes from.
type class string

const (
	transactional class = "notices@"    // the answer to something that its reader did
	bulk          class = "newsletter@" // to many at once
)

// rule is one thing that must be true of every mail of some classes.
type rule struct {
	name    string
	classes []class // nil for all
	holds   func(mailbox.Message) bool
}

func has(name string) func(mailbox.Message) bool {
	return func(m mailbox.Message) bool { return m.Headers[name] != "" }
}

func not(f func(mailbox.Message) bool) func(mailbox.Message) bool {
	return func(m mailbox.Message) bool { return !f(m) }
}

func header(name, pattern string) func(mailbox.Message) bool {
	re := regexp.MustCompile("^" + pattern + "$")
	return func(m mailbox.Message) bool { return re.MatchString(m.Headers[name]) }
}

func html(pattern string) func(mailbox.Message) bool {
	re := regexp.MustCompile(pattern)
	return func(m mailbox.Message) bool { return re.MatchString(m.HTML) }
}

// every wants something in each tag of a name.
func every(name, want string) func(mailbox.Message) bool {
	tags := regexp.MustCompile("<" + name + `\b[^>]*>`)
	return func(m mailbox.Message) bool {
		return !slices.ContainsFunc(tags.FindAllString(m.HTML, -1), func(tag string) bool { return !strings.Contains(tag, want) })
	}
}

// rules are those of Gmail and Yahoo for senders, RFC 5322, 8058, 2919 and 3834, and of our own design.
var rules = []rule{
	{"one sender", nil, func(m mailbox.Message) bool {
		all, err := netmail.ParseAddressList(m.Headers["From"])
		return err == nil && len(all) == 1
	}},
	{"one reader", nil, func(m mailbox.Message) bool { return len(m.To) == 1 }},
	{"a subject on one line", nil, func(m mailbox.Message) bool {
		return strings.TrimSpace(m.Subject) != "" && !strings.ContainsAny(m.Subject, "\r\n")
	}},
	{"a date", nil, func(m mailbox.Message) bool {
		at, err := netmail.ParseDate(m.Headers["Date"])
		return err == nil && time.Since(at).Abs() < time.Hour
	}},
	{"one Message-ID", nil, header("Message-Id", `<[^<>@\s]+@[^<>@\s]+>`)},
	{"MIME 1.0", nil, header("Mime-Version", `1\.0`)},
	{"text and HTML as alternatives", nil, header("Content-Type", `(?s)multipart/alternative;.*`)},
	{"a language", nil, header("Content-Language", `[a-z]{2,3}(-[A-Za-z0-9]+)*`)},
	{"headers of ASCII", nil, func(m mailbox.Message) bool {
		for _, value := range m.Headers {
			if strings.ContainsFunc(value, func(r rune) bool { return r > '~' || r < ' ' && r != '\t' }) {
				return false
			}
		}
		return true
	}},
	{"a plain text that was written", nil, func(m mailbox.Message) bool {
		return len(m.Text) > 40 && !regexp.MustCompile(`(?i)</?(p|a|td|table|div|br|span)\b`).MatchString(m.Text)
	}},
	{"HTML in its language", nil, func(m mailbox.Message) bool {
		return strings.Contains(m.HTML, `<html lang="`+m.Headers["Content-Language"]+`"`)
	}},
	{"600 pixels that shrink", nil, html(`<table class="sheet"[^>]*width="600"[^>]*max-width:100%`)},
	{"dark mode", nil, html(`(?s)color-scheme: light dark.*@media \(prefers-color-scheme: dark\)`)},
	{"tables for the layout that say so", nil, func(m mailbox.Message) bool {
		for _, table := range strings.Split(m.HTML, "<table")[1:] {
			tag, content, _ := strings.Cut(table, ">")
			if !strings.Contains(tag, `role="presentation"`) && !strings.Contains(content, `scope="`) {
				return false
			}
		}
		return true
	}},
	{"nothing that runs, loads or watches", nil, not(html(`(?i)<(script|link|iframe|object|form|video)\b|\son\w+=|url\(|<img[^>]*(width="1"|height="1")`))},
	{"a text for every image", nil, every("img", `alt="`)},
	{"less than 100 KB", nil, func(m mailbox.Message) bool { return len(m.HTML) < 100_000 }},

	{"generated automatically", []class{transactional}, header("Auto-Submitted", "auto-generated")},
	{"no list", []class{transactional}, func(m mailbox.Message) bool {
		return !has("List-Id")(m) && !has("List-Unsubscribe")(m) && !has("List-Unsubscribe-Post")(m)
	}},

	{"a list", []class{bulk}, header("List-Id", `<[a-z]+\.[a-z0-9.-]+>`)},
	{"an address to leave by", []class{bulk}, header("List-Unsubscribe", `<https?://[^<>\s,]+>`)},
	{"one click to leave", []class{bulk}, header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")},
	{"no answer to an action", []class{bulk}, not(has("Auto-Submitted"))},
	{"the same way out in both parts", []class{bulk}, func(m mailbox.Message) bool {
		out := strings.Trim(m.Headers["List-Unsubscribe"], "<>")
		return out != "" && strings.Contains(m.Text, out) && strings.Contains(m.HTML, strings.ReplaceAll(out, "&", "&amp;"))
	}},
	{"a way to choose in both parts", []class{bulk}, func(m mailbox.Message) bool {
		return strings.Contains(m.Text, "/preferences?") && strings.Contains(m.HTML, "/preferences?")
	}},
	{"tags for the events", []class{bulk}, func(m mailbox.Message) bool {
		return m.Tags["campaign"] != "" && m.Tags["delivery"] != ""
	}},
}

// lint returns the names of the rules that a mail breaks.
func lint(m mailbox.Message) []string {
	var broken []string
	kind := transactional
	if strings.Contains(m.Headers["From"], string(bulk)) {
		kind = bulk
	}
	for _, r := range rules {
		if (r.classes == nil || slices.Contains(r.classes, kind)) && !r.holds(m) {
			broken = append(broken, r.name)
		}
	}
	return broken
}

// lintAll looks at every mail that the tests of this package made the site send.
func (s *site) lintAll() error {
	all, err := s.Mail()
	if err != nil {
		return err
	}
	for _, m := range all {
		if broken := lint(m); len(broken) > 0 {
			return fmt.Errorf("the mail %q from %s breaks: %s", m.Subject, m.From, strings.Join(broken, "; "))
		}
	}
	return nil
}

// Every rule must be able to fail.
func TestLintFindsFaults(t *testing.T) {
	found := lint(mailbox.Message{
		To: []string{"a@x.example", "b@x.example"}, Subject: "a\r\nb", Text: "<p>stripped</p>",
		HTML:    `<table><img width="1"><script></script>` + strings.Repeat("x", 100_000),
		Headers: map[string]string{"From": "x <newsletter@x.example>, y@x.example", "Auto-Submitted": "auto-generated", "X-Name": "Δ"},
	})
	found = append(found, lint(mailbox.Message{Headers: map[string]string{"From": "notices@x.example", "List-Id": "<a.b>"}})...)
	for _, r := range rules {
		if !slices.Contains(found, r.name) {
			t.Errorf("nothing breaks the rule %q", r.name)
		}
	}
}
