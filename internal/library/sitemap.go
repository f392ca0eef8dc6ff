package library

import (
	"encoding/xml"
	"net/http"
	"time"

	"github.com/municipalitiesnet/munet/internal/web"
)

// sitemapLength is how many practices the sitemap names: what fits into one answer of a function.
// The protocol allows 50,000 in a file.
const sitemapLength = 30_000

// A sitemap (sitemaps.org, 0.9).
type (
	sitemap struct {
		XMLName xml.Name      `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		Pages   []sitemapPage `xml:"url"`
	}
	sitemapPage struct {
		Address string `xml:"loc"`
		Changed string `xml:"lastmod,omitempty"`
	}
)

// sitePages are the public pages beside the practices.
var sitePages = []string{"/", root, "/calls", figuresPath, dataPath, "/about", "/members", "/newsletters", "/register", "/privacy", "/accessibility"}

func (s *Service) writeSitemap(w http.ResponseWriter, r *http.Request) error {
	found, err := s.find(r, query{Sort: byNewest}, sitemapLength)
	if err != nil {
		return err
	}
	var m sitemap
	for _, path := range sitePages {
		m.Pages = append(m.Pages, sitemapPage{Address: s.Site + path})
	}
	for _, h := range found.hits {
		m.Pages = append(m.Pages, sitemapPage{s.Site + pathOf(h.ID), h.UpdatedAt.UTC().Format(time.DateOnly)})
	}
	body, err := xml.Marshal(m)
	if err != nil {
		return err
	}
	web.Cached(w.Header(), "application/xml; charset=utf-8")
	_, err = w.Write(append([]byte(xml.Header), body...))
	return err
}
