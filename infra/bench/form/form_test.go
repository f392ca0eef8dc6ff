package form

import (
	"reflect"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestForm(t *testing.T) {
	page, err := html.Parse(strings.NewReader(`<a href="/a">a</a><a href="/b?x=1">b</a>
<form method="get"><input name="words"></form>
<form method="post" action="/save?lang=el">
<input name="version" type="hidden" value="7"><input name="name" value="Anna &amp; Eva"><textarea name="note">
two
lines</textarea><textarea name="empty"></textarea>
<input type="radio" name="kind" value="a"><input type="radio" name="kind" value="b" checked>
<input type="checkbox" name="topics" value="x" checked><input type="checkbox" name="topics" value="y"><input type="checkbox" name="topics" value="z" checked>
<select name="country"><option value="CY">Cyprus<option value="MT" selected>Malta</select><select name="cost"><option value="">?<option value="1">1</select>
<button name="act" value="next">Next</button></form>`))
	if err != nil {
		t.Fatal(err)
	}
	f, ok := Of(page, "/save")
	want := map[string][]string{
		"version": {"7"}, "name": {"Anna & Eva"}, "note": {"two\nlines"}, "empty": {""}, "kind": {"b"}, "topics": {"x", "z"},
		"country": {"MT"}, "cost": {""},
	}
	if !ok || f.Action != "/save?lang=el" || !reflect.DeepEqual(map[string][]string(f.Values), want) {
		t.Errorf("%v %+v", ok, f)
	}
	if _, ok := Of(page, ""); ok {
		t.Error("a form that is sent by GET was found")
	}
	if link, ok := Link(page, "/b"); !ok || link != "/b?x=1" {
		t.Errorf("%q, %v", link, ok)
	}
	if version, ok := Attribute(page, "action"); !ok || version != "/save?lang=el" {
		t.Errorf("%q, %v", version, ok)
	}
	if _, ok := Link(page, "/c"); ok {
		t.Error("a link was found that is not there")
	}
}
