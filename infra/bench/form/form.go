// Package form reads the forms and links of a page as a browser without scripts does.
package form

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// A Form is one that is sent by POST.
type Form struct {
	// Action is where it is sent, "" for the page's own address.
	Action string
	// Values are what it sends if nobody changes it.
	Values url.Values
}

// Of returns the form of a page whose action has this path ("" for the page's own), and whether there is
// one.
func Of(page *html.Node, action string) (Form, bool) {
	found := find(page, func(n *html.Node) bool {
		path, _, _ := strings.Cut(attribute(n, "action"), "?")
		return n.Data == "form" && attribute(n, "method") == "post" && path == action
	})
	if found == nil {
		return Form{}, false
	}
	return Form{attribute(found, "action"), values(found)}, true
}

// Link returns the first address on a page that begins so, and whether there is one.
func Link(page *html.Node, prefix string) (string, bool) {
	a := find(page, func(n *html.Node) bool {
		return n.Data == "a" && strings.HasPrefix(attribute(n, "href"), prefix)
	})
	if a == nil {
		return "", false
	}
	return attribute(a, "href"), true
}

// Attribute returns the value of the first attribute of this name on a page, and whether there is one.
func Attribute(page *html.Node, name string) (string, bool) {
	n := find(page, func(n *html.Node) bool { return has(n, name) })
	if n == nil {
		return "", false
	}
	return attribute(n, name), true
}

// values are what a form sends if nobody changes it. The first option of a select is chosen if no other is.
func values(form *html.Node) url.Values {
	values := url.Values{}
	for n := range form.Descendants() {
		name := attribute(n, "name")
		switch kind := attribute(n, "type"); {
		case name == "" || n.Data != "input" && n.Data != "textarea" && n.Data != "select":
		case n.Data == "textarea" && n.FirstChild == nil:
			values.Add(name, "")
		case n.Data == "textarea":
			values.Add(name, n.FirstChild.Data)
		case n.Data == "select":
			chosen := find(n, func(o *html.Node) bool { return o.Data == "option" && has(o, "selected") })
			if chosen == nil {
				chosen = find(n, func(o *html.Node) bool { return o.Data == "option" })
			}
			if chosen != nil {
				values.Add(name, attribute(chosen, "value"))
			}
		case (kind == "radio" || kind == "checkbox") && !has(n, "checked"):
		default:
			values.Add(name, attribute(n, "value"))
		}
	}
	return values
}

func find(root *html.Node, matches func(*html.Node) bool) *html.Node {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && matches(n) {
			return n
		}
	}
	return nil
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
