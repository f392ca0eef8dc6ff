package fundingimport

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed"

	"github.com/municipalitiesnet/munet/internal/call"
)

// Feeds reads the RSS and Atom feeds that coordinators add.
type Feeds struct{ Fetch *Fetcher }

// Limits of a feed.
const (
	maxFeed    = 5 << 20 // bytes
	maxTags    = 100_000 // each takes up to 2 KB of memory when it is parsed
	maxEntries = 500
)

// Adapter returns the feeds' adapter.
func (f *Feeds) Adapter() Adapter { return Adapter{Page: f.page} }

// page reads the whole feed: it has no pages.
func (f *Feeds) page(ctx context.Context, source call.Source, _ string) (Page, error) {
	page := Page{Total: -1}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, source.URL, http.NoBody)
	if err != nil {
		return page, &Trouble{reasonAddress, false, err}
	}
	r.Header.Set("Accept", "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8")
	types := []string{"application/atom+xml", "application/rss+xml", "application/rdf+xml", "application/xml", "text/xml"}
	var content []byte
	err = f.Fetch.do(r, types, &page.Cost, func(body io.Reader) (err error) {
		if content, err = io.ReadAll(io.LimitReader(body, maxFeed+1)); err == nil && len(content) > maxFeed {
			err = &Trouble{reasonLarge, false, fmt.Errorf("a feed of more than %d bytes", maxFeed)}
		}
		return err
	})
	if err != nil {
		return page, err
	}
	return page, page.takeFeed(source, content)
}

// takeFeed reads the entries. A document type is refused, and with it every entity that a feed could
// define to grow without end.
func (page *Page) takeFeed(source call.Source, content []byte) error {
	if bytes.Contains(bytes.ToUpper(content), []byte("<!ENTITY")) {
		return &Trouble{reasonShape, false, fmt.Errorf("%w: it defines entities", errShape)}
	}
	if n := tags(content); n > maxTags {
		return &Trouble{reasonLarge, false, fmt.Errorf("a feed of %d tags", n)}
	}
	parser := gofeed.NewParser()
	feed, err := parser.Parse(bytes.NewReader(content))
	if err != nil {
		return &Trouble{reasonShape, true, err}
	}
	for i, item := range feed.Items {
		if i == maxEntries {
			break // the newest are first
		}
		page.takeEntry(source, feed, item)
	}
	return nil
}

// tags counts the tags of a document, those of markup that it quotes left out.
func tags(content []byte) int {
	n := 0
	for len(content) > 0 {
		outside, quoted, _ := bytes.Cut(content, []byte("<![CDATA["))
		n += bytes.Count(outside, []byte("<"))
		_, content, _ = bytes.Cut(quoted, []byte("]]>"))
	}
	return n
}

func (page *Page) takeEntry(source call.Source, feed *gofeed.Feed, item *gofeed.Item) {
	id := item.GUID
	if id == "" {
		id = item.Link
	}
	r := call.Record{Source: source.ID, ID: call.Cut(strings.TrimSpace(id), 200), Rank: call.RankFeed}
	r.Kind, r.Programme, r.Language, r.Topics = call.National, source.Programme, source.Language, source.Topics
	if slices.Contains(call.Programmes, source.Programme) {
		r.Kind = call.Grant
	}
	if r.Language == "" {
		r.Language, _, _ = strings.Cut(strings.ToLower(feed.Language), "-")
	}
	r.Eligibility.Countries = source.Countries
	r.Title = string(plain(item.Title))
	r.Text = plain(item.Content)
	if r.Text == "" {
		r.Text = plain(item.Description)
	}
	r.Summary = call.Cut(strings.Join(strings.Fields(string(plain(item.Description))), " "), maxDerived)
	if r.Summary == "" {
		summarise(&r, "")
	}
	r.Links = []call.Link{{URL: item.Link}}
	if identifier := topicIn(item.Link); identifier != "" {
		r.Keys = []string{call.TopicKey(identifier)}
	}
	classify(&r, item.Categories...)
	page.add(r)
}

// topicIn returns the identifier of the topic whose page on the portal an address is, or "".
func topicIn(address string) string {
	u, err := url.Parse(address)
	if err != nil || !strings.EqualFold(u.Host, "ec.europa.eu") {
		return ""
	}
	for _, before := range []string{"/topic-details/", "/topicDetails/"} {
		if _, rest, found := strings.Cut(u.Path, before); found {
			identifier, _, _ := strings.Cut(rest, "/")
			return strings.TrimSuffix(identifier, ".json")
		}
	}
	return ""
}
