package fundingimport

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/municipalitiesnet/munet/internal/call"
)

// details reads what the search leaves out of a topic that is not over: its description, conditions
// and links. It is a record of its own, so that one reading cannot undo the other.
func (p *Portal) details(ctx context.Context, r call.Record) (Page, error) {
	var page Page
	status := r.Status(p.Now())
	if r.Source != "portal" || (r.Text != "" && r.Eligibility.Notes != "") || !status.Ahead() {
		return page, nil
	}
	// The file's name is in lower case; in upper case there is none.
	address := p.Topics + "/info/funding-tenders/opportunities/data/topicDetails/" + url.PathEscape(strings.ToLower(r.ID)) + ".json"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return page, err
	}
	var answer struct {
		Topic struct {
			Title       string         `json:"title"`
			Description string         `json:"description"`
			Conditions  string         `json:"conditions"`
			Budget      budgetOverview `json:"budgetOverviewJSONItem"`
			Links       []struct {
				URL   string `json:"url"`
				Title string `json:"type"`
			} `json:"links"`
		} `json:"TopicDetails"`
	}
	err = p.Fetch.do(request, []string{"application/json"}, &page.Cost, func(body io.Reader) error {
		content, err := io.ReadAll(io.LimitReader(body, maxPart+1))
		switch {
		case err != nil:
			return troubled(err)
		case len(content) > maxPart:
			return &Trouble{reasonLarge, false, fmt.Errorf("topic details of more than %d bytes", maxPart)}
		}
		if err := json.Unmarshal(content, &answer); err != nil {
			return &Trouble{reasonShape, false, err}
		}
		return nil
	})
	if err != nil {
		return page, err
	}
	d := call.Record{Source: "portal-details", ID: r.ID, Rank: call.RankPortal + 1, Keys: r.Keys}
	d.Title, d.Kind, d.Language = r.Title, r.Kind, r.Language
	d.Text, d.Eligibility.Notes = together(texts{answer.Topic.Description}), together(texts{answer.Topic.Conditions})
	answer.Topic.Budget.of(r.Reference, &d.Content)
	d.Links = r.Links
	for _, l := range answer.Topic.Links {
		d.Links = append(d.Links, call.Link{URL: l.URL, Title: l.Title})
	}
	summarise(&d, "")
	conditions(&d)
	classify(&d)
	page.add(d)
	return page, nil
}
