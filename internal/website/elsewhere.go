package website

import (
	"slices"
	"strings"

	"github.com/municipalitiesnet/munet/internal/web"
)

// tellElsewhere tells the mux of the API's routes, most of which other functions answer: what is asked of them by
// another method comes to us. They are read from the description, where a path is indented by two spaces
// and its methods by four.
func tellElsewhere(m *web.Mux) {
	path := ""
	for line := range strings.Lines(description) {
		name, _, _ := strings.Cut(line, ":")
		method := strings.ToUpper(strings.TrimSpace(name))
		switch {
		case strings.HasPrefix(line, "  /"):
			path = strings.TrimSpace(name)
		case !strings.HasPrefix(line, "  "):
			path = ""
		case path != "" && strings.HasPrefix(line, "    ") && !strings.HasPrefix(line, "     ") && slices.Contains([]string{"GET", "POST", "PUT", "DELETE", "OPTIONS"}, method):
			m.Elsewhere(method + " " + path)
		}
	}
}
