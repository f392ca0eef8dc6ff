package session

import "strings"

// A Browser says in two names which program on which system a session is in,
// enough for a person to recognise their own. Each is empty if unknown.
type Browser struct {
	Name   string
	System string
}

// sign is a part of a User-Agent header and the name that it gives away.
type sign struct{ part, name string }

// Names come first that pretend to be the later ones.
var (
	programs = []sign{
		{"Edg/", "Edge"}, {"EdgA/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"},
		{"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"},
		{"Safari/", "Safari"},
	}
	systems = []sign{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"},
		{"CrOS", "ChromeOS"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"},
	}
)

// ParseBrowser reads a User-Agent header. Nothing else of the header is kept.
func ParseBrowser(userAgent string) Browser {
	return Browser{Name: first(programs, userAgent), System: first(systems, userAgent)}
}

func first(signs []sign, userAgent string) string {
	for _, s := range signs {
		if strings.Contains(userAgent, s.part) {
			return s.name
		}
	}
	return ""
}
