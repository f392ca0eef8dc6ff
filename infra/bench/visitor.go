package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"github.com/municipalitiesnet/munet/infra/bench/form"
)

// maxRedirects is how many times in a row a visitor is sent on.
const maxRedirects = 5

// A visitor is a browser without scripts: it keeps cookies, follows redirects and fills in forms.
// Its cookies travel over plain HTTP to localhost, as browsers allow there.
type visitor struct {
	site    string
	cookies map[string]string
	page    *html.Node // that is shown
	path    string     // of the page, with its query
}

func newVisitor(site string) *visitor { return &visitor{site: site, cookies: map[string]string{}} }

// open shows the page at the path, or at an address of the site.
func (v *visitor) open(ctx context.Context, path string) error {
	return v.request(ctx, http.MethodGet, strings.TrimPrefix(path, v.site), nil)
}

// submit sends the form of the page whose action is this path ("" for the page's own) with what it
// has filled in already, and these values.
func (v *visitor) submit(ctx context.Context, action string, values url.Values) error {
	form, ok := form.Of(v.page, action)
	if !ok {
		return fmt.Errorf("%s has no form for %q", v.path, action)
	}
	for name, value := range values {
		form.Values[name] = value
	}
	target := form.Action
	if target == "" {
		target = v.path
	}
	return v.request(ctx, http.MethodPost, target, form.Values)
}

// link returns the first address on the page whose path begins so.
func (v *visitor) link(prefix string) (string, error) {
	link, ok := form.Link(v.page, prefix)
	if !ok {
		return "", fmt.Errorf("%s has no link to %s", v.path, prefix)
	}
	return link, nil
}

func (v *visitor) request(ctx context.Context, method, path string, form url.Values) error {
	for range maxRedirects {
		response, err := v.send(ctx, method, path, form)
		if err != nil {
			return err
		}
		if location := response.Header.Get("Location"); location != "" {
			_ = response.Body.Close()
			method, path, form = http.MethodGet, strings.TrimPrefix(location, v.site), nil
			continue
		}
		v.path = path
		v.page, err = html.Parse(response.Body)
		_ = response.Body.Close()
		if err == nil && response.StatusCode >= http.StatusBadRequest {
			err = fmt.Errorf("%s %s: %s", method, path, response.Status)
		}
		return err
	}
	return errors.New("sent on too often from " + path)
}

func (v *visitor) send(ctx context.Context, method, path string, form url.Values) (*http.Response, error) {
	var body io.Reader = http.NoBody
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(ctx, method, v.site+path, body)
	if err != nil {
		return nil, err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value}) //nolint:gosec // it is sent, not set
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	for _, c := range response.Cookies() {
		v.cookies[c.Name] = c.Value
	}
	return response, nil
}
