package fundingimport

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
)

// Portal is the EU Funding & Tenders Portal: its search API, which needs no key of ours, and the
// details of its topics. What it shows is © European Union, CC BY 4.0.
type Portal struct {
	// Search is the address of the search API's host, Topics that of the topic details'.
	Search, Topics string
	Fetch          *Fetcher
	Now            func() time.Time
	// Since is how long after its last deadline a call is still asked for; 0 asks for all.
	Since time.Duration
}

// pageSize is how many results a page has: the most that the sources give, 100, and one fewer with each
// pass. When pages shift while they are read, the calls that get lost are those between two pages; the
// next pass has its pages elsewhere.
func pageSize(source call.Source) int { return 101 - max(source.Reading.Pass, 1) }

// portalType is one type of result. Each is a source of its own because each has its own identity:
// reading all of one in the order of its key shows whether any is missing.
type portalType struct {
	source, code, key string
	kind              call.Kind
	record            func(metadata) (call.Record, error)
}

func portalTypes() []portalType {
	return []portalType{
		{"portal", "1", "identifier", call.Grant, topic},
		{"portal-external", "2", "callIdentifier", call.External, external},
		{"portal-cascade", "8", "callccm2Id", call.Cascade, cascade},
	}
}

// PortalSources are the portal's sources as they are when nobody has changed them.
func PortalSources() []call.Source {
	return []call.Source{
		{ID: "portal", Kind: call.Portal, Name: "EU Funding & Tenders Portal", Hours: 6},
		{ID: "portal-external", Kind: call.Portal, Name: "EU Funding & Tenders Portal: external action", Hours: 12},
		{ID: "portal-cascade", Kind: call.Portal, Name: "EU Funding & Tenders Portal: cascade funding", Hours: 12},
	}
}

// Adapter returns the portal's adapter.
func (p *Portal) Adapter() Adapter { return Adapter{Page: p.page, Details: p.details} }

// page reads the page whose number the cursor is, from 1.
func (p *Portal) page(ctx context.Context, source call.Source, cursor string) (Page, error) {
	i := slices.IndexFunc(portalTypes(), func(t portalType) bool { return t.source == source.ID })
	if i < 0 {
		return Page{}, fmt.Errorf("fundingimport: the portal has no part %q", source.ID)
	}
	number := 1
	if cursor != "" {
		n, err := strconv.Atoi(cursor)
		if err != nil || n < 1 {
			return Page{}, fmt.Errorf("fundingimport: %q is no page", cursor)
		}
		number = n
	}
	page, size := Page{Total: -1}, pageSize(source)
	request, err := p.request(ctx, portalTypes()[i], size, number)
	if err != nil {
		return page, err
	}
	results := 0
	err = p.Fetch.do(request, []string{"application/json"}, &page.Cost, func(body io.Reader) error {
		return stream(body, "results", func(name string, value json.RawMessage) error {
			if name != "totalResults" {
				return nil
			}
			if err := json.Unmarshal(value, &page.Total); err != nil {
				return &Trouble{reasonShape, true, err}
			}
			return nil
		}, func(result json.RawMessage) error {
			if results++; results > size {
				return &Trouble{reasonLarge, false, fmt.Errorf("more than %d results on a page", size)}
			}
			page.take(source.ID, portalTypes()[i], result, (number-1)*size+results)
			return nil
		})
	})
	switch {
	case err != nil:
		return page, err
	case page.Total < 0:
		return page, &Trouble{reasonShape, true, fmt.Errorf("%w: no total", errShape)}
	case results == 0 && (number == 1 || number <= (page.Total+size-1)/size):
		// The portal answers like this now and then; it is never without calls.
		return page, &Trouble{reasonEmpty, true, fmt.Errorf("page %d of %d results is empty", number, page.Total)}
	case number*size < page.Total:
		page.Next = strconv.Itoa(number + 1)
	}
	return page, nil
}

// request asks for a page. Each part of the form needs its own type, or the API fails; a query in
// the address would be ignored without a word.
func (p *Portal) request(ctx context.Context, t portalType, size, number int) (*http.Request, error) {
	must := []any{
		map[string]any{"terms": map[string]any{"type": []string{t.code}}},
		map[string]any{"terms": map[string]any{"DATASOURCE": []string{"SEDIA"}}}, // the others are old copies
	}
	if p.Since > 0 {
		since := p.Now().Add(-p.Since).UTC().Format("2006-01-02T00:00:00.000+0000")
		must = append(must, map[string]any{"range": map[string]any{"deadlineDate": map[string]any{"gte": since}}})
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, part := range []struct {
		name  string
		value any
	}{
		{"query", map[string]any{"bool": map[string]any{"must": must}}},
		{"languages", []string{"en"}}, // or a call comes once for each translation
		{"sort", map[string]string{"field": t.key, "order": "ASC"}},
	} {
		header := textproto.MIMEHeader{
			"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename="%s.json"`, part.name, part.name)},
			"Content-Type":        {"application/json"},
		}
		w, err := form.CreatePart(header)
		if err == nil {
			err = json.NewEncoder(w).Encode(part.value)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := form.Close(); err != nil {
		return nil, err
	}
	address := p.Search + "/search-api/prod/rest/search?" + url.Values{
		"apiKey": {"SEDIA"}, "text": {"***"}, "pageSize": {strconv.Itoa(size)}, "pageNumber": {strconv.Itoa(number)},
	}.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, &body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	return r, nil
}

// metadata is what the portal says of a result.
type metadata map[string]texts

// take adds a result to the page: as a record, or as a refusal under its identity or its place.
func (page *Page) take(source string, t portalType, result json.RawMessage, place int) {
	refuse := func(id, reason string) {
		page.Refusals = append(page.Refusals, call.Refusal{ID: id, Reason: reason})
	}
	var r struct {
		Language string   `json:"language"`
		Metadata metadata `json:"metadata"`
	}
	if err := json.Unmarshal(result, &r); err != nil || r.Metadata == nil {
		refuse("#"+strconv.Itoa(place), "shape")
		return
	}
	id := strings.TrimSpace(r.Metadata[t.key].first())
	if id == "" {
		refuse("#"+strconv.Itoa(place), "identity")
		return
	}
	switch {
	case len(r.Metadata["DATASOURCE"]) > 0 && !slices.Contains(r.Metadata["DATASOURCE"], "SEDIA"):
		refuse(id, "stale-copy")
		return
	case !slices.Contains(r.Metadata["type"], t.code):
		refuse(id, "kind")
		return
	case r.Language != "" && r.Language != "en":
		refuse(id, "translation")
		return
	}
	record, err := t.record(r.Metadata)
	if err != nil {
		refuse(id, "date")
		return
	}
	record.Source, record.ID, record.Rank, record.Kind, record.Language = source, id, call.RankPortal, t.kind, "en"
	classify(&record, slices.Concat(r.Metadata["keywords"], r.Metadata["tags"])...)
	page.add(record)
}

// add adds a record to the page if it is valid, else a refusal that names what is wrong.
func (page *Page) add(r call.Record) {
	r = r.Clean()
	if refused := r.Validate(); len(refused) > 0 {
		page.Refusals = append(page.Refusals, call.Refusal{ID: r.ID, Reason: "field-" + refused[0].Name})
		return
	}
	page.Records = append(page.Records, r)
}
