package submission

import (
	"html"
	"net/url"
	"regexp"
	"strings"
)

var (
	inputTag    = regexp.MustCompile(`<input([^>]*)>`)
	textareaTag = regexp.MustCompile(`(?s)<textarea[^>]*? name="([^"]*)"[^>]*>\n?(.*?)</textarea>`)
	selectTag   = regexp.MustCompile(`(?s)<select[^>]*? name="([^"]*)"[^>]*>(.*?)</select>`)
	chosenTag   = regexp.MustCompile(`<option value="([^"]*)" selected>`)
	attributes  = regexp.MustCompile(` ([a-z]+)(?:="([^"]*)")?`)
)

// fields reads what the forms of a page would send, but for its buttons.
func fields(page string) url.Values {
	v := url.Values{}
	for _, m := range inputTag.FindAllStringSubmatch(page, -1) {
		a := map[string]string{}
		for _, found := range attributes.FindAllStringSubmatch(m[1], -1) {
			a[found[1]] = html.UnescapeString(found[2])
		}
		_, checked := a["checked"]
		if a["name"] != "" && (checked || a["type"] != "checkbox" && a["type"] != "radio") {
			v.Add(a["name"], a["value"])
		}
	}
	for _, m := range textareaTag.FindAllStringSubmatch(page, -1) {
		v.Add(m[1], strings.ReplaceAll(html.UnescapeString(m[2]), "\n", "\r\n"))
	}
	for _, m := range selectTag.FindAllStringSubmatch(page, -1) {
		value := ""
		if chosen := chosenTag.FindStringSubmatch(m[2]); chosen != nil {
			value = html.UnescapeString(chosen[1])
		}
		v.Add(m[1], value)
	}
	return v
}
