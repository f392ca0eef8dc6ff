package library

import (
	"net/http"
)

// showData explains what others may take from the library, and how.
func (s *Service) showData(w http.ResponseWriter, r *http.Request) error {
	return pages.Render(w, r, http.StatusOK, "data.html", struct{ Site string }{s.Site})
}
