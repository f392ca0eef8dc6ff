package e2e

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	dom "golang.org/x/net/html"
)

// form returns what a browser would send of the forms of the page, but for their buttons.
func (v *visitor) form() url.Values {
	v.t.Helper()
	root, err := dom.Parse(strings.NewReader(v.page))
	if err != nil {
		v.t.Fatal(err)
	}
	fields := url.Values{}
	for n := range root.Descendants() {
		if n.Type == dom.ElementNode {
			addField(fields, n)
		}
	}
	return fields
}

// addField adds what a browser sends of a control.
func addField(fields url.Values, n *dom.Node) {
	name, _ := attribute(n, "name")
	value, _ := attribute(n, "value")
	kind, _ := attribute(n, "type")
	_, checked := attribute(n, "checked")
	switch {
	case name == "":
	case n.Data == "input" && (checked || !slices.Contains([]string{"checkbox", "radio", "file"}, kind)):
		fields.Add(name, value)
	case n.Data == "textarea":
		fields.Add(name, strings.ReplaceAll(textOf(n), "\n", "\r\n"))
	case n.Data == "select":
		fields.Add(name, selected(n))
	}
}

func attribute(n *dom.Node, key string) (value string, there bool) {
	i := slices.IndexFunc(n.Attr, func(a dom.Attribute) bool { return a.Key == key })
	if i < 0 {
		return "", false
	}
	return n.Attr[i].Val, true
}

func textOf(n *dom.Node) string {
	var text strings.Builder
	for child := range n.Descendants() {
		if child.Type == dom.TextNode {
			text.WriteString(child.Data)
		}
	}
	return text.String()
}

// selected is the value of the option that is selected or, if none is, of the first one.
func selected(n *dom.Node) string {
	first, found := "", false
	for option := range n.Descendants() {
		if option.Data != "option" {
			continue
		}
		value, _ := attribute(option, "value")
		if _, chosen := attribute(option, "selected"); chosen {
			return value
		}
		if !found {
			first, found = value, true
		}
	}
	return first
}

// fill returns what the page's forms would send with what is typed in place of what they have.
func (v *visitor) fill(typed url.Values) url.Values {
	v.t.Helper()
	fields := v.form()
	maps.Copy(fields, typed)
	return fields
}
