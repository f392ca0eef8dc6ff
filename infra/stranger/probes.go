package stranger

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// Probe asks the site something about an address.
type Probe struct {
	Name string
	// Ask returns the answer that is compared, and what is to be timed takes.
	Ask func(ctx context.Context, c *Crowd, address string) (Answer, error)
}

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

func (c *Crowd) post(ctx context.Context, path string, form url.Values) (Answer, error) {
	return c.Send(ctx, http.MethodPost, path, formType, form.Encode())
}

// Form registers an address.
func Form(address string) url.Values {
	return url.Values{
		"organisation.name": {"Municipality of Gzira"}, "organisation.kind": {"localAuthority"}, "organisation.country": {"MT"},
		"organisation.place": {"Gzira"}, "organisation.population": {"5to20k"}, "organisation.topics": {"housing"},
		"representative.name": {"Karm Borg"}, "representative.address": {address}, "representative.language": {"en"},
		"mail.newsletter": {"never"}, "consent": {"yes"},
	}
}

// Probes are all routes that take an address from a stranger. contact is the path of the form to write to a
// contact person, and tokens has for each address one that lets it ask for the mail of its registration
// again.
func Probes(contact string, again func(address string) string) []Probe {
	return []Probe{
		{"POST /sign-in", func(ctx context.Context, c *Crowd, address string) (Answer, error) {
			return c.post(ctx, "/sign-in", url.Values{"address": {address}})
		}},
		{"POST /register", func(ctx context.Context, c *Crowd, address string) (Answer, error) {
			return c.post(ctx, "/register", Form(address))
		}},
		{"POST /api/registrations", func(ctx context.Context, c *Crowd, address string) (Answer, error) {
			return c.Send(ctx, http.MethodPost, "/api/registrations", jsonType, fmt.Sprintf(`{"organisation":{"name":"Municipality of Gzira",`+
				`"kind":"localAuthority","country":"MT","place":"Gzira","population":"5to20k","topics":["housing"]},`+
				`"representative":{"name":"Karm Borg","address":%q,"language":"en"},"consent":true}`, address))
		}},
		{"POST /register/again", func(ctx context.Context, c *Crowd, address string) (Answer, error) {
			return c.post(ctx, "/register/again", url.Values{"token": {again(address)}})
		}},
		{"POST /practices/{practice}/contact", func(ctx context.Context, c *Crowd, address string) (Answer, error) {
			return c.post(ctx, contact, url.Values{"name": {"Zoe"}, "address": {address}, "message": {"Hello"}})
		}},
	}
}
