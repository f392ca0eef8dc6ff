package template

import (
	"encoding/json"
	"strconv"
)

// An API is what the template says about its HTTP API, an AWS::Serverless::HttpApi, beside its routes,
// which are the functions'.
type API struct {
	// Throttle is that of the stage, which all routes share that have none of their own.
	Throttle Throttle
	// Routes are the throttles of single routes, by their keys.
	Routes map[string]Throttle
}

// A Throttle is how many requests are let through: Rate a second, and Burst at once after a pause.
type Throttle struct {
	Rate  float64
	Burst int
}

// AccountThrottle is AWS's own for all HTTP APIs of an account in a region, which holds where a template
// says nothing:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
var AccountThrottle = Throttle{Rate: 10_000, Burst: 5_000}

type routeSettings struct {
	ThrottlingRateLimit  *decimal
	ThrottlingBurstLimit *number
}

// within is the throttle of the settings, and of another one what they leave out.
func (s routeSettings) within(t Throttle) Throttle {
	if s.ThrottlingRateLimit != nil {
		t.Rate = float64(*s.ThrottlingRateLimit)
	}
	if s.ThrottlingBurstLimit != nil {
		t.Burst = int(*s.ThrottlingBurstLimit)
	}
	return t
}

func (r *resolver) api(id string) (API, error) {
	var p struct {
		DefaultRouteSettings routeSettings
		RouteSettings        map[string]routeSettings
	}
	if err := r.properties(r.resources[id].properties, &p, "DefaultRouteSettings", "RouteSettings"); err != nil {
		return API{}, err
	}
	a := API{Throttle: p.DefaultRouteSettings.within(AccountThrottle), Routes: map[string]Throttle{}}
	for key, settings := range p.RouteSettings {
		if settings != (routeSettings{}) {
			a.Routes[key] = settings.within(a.Throttle)
		}
	}
	return a, nil
}

// decimal is a number that need not be whole, which a template may also write as a text.
type decimal float64

// UnmarshalJSON reads 0.5 and "0.5".
func (d *decimal) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) != nil {
		s = string(b)
	}
	f, err := strconv.ParseFloat(s, 64)
	*d = decimal(f)
	return err
}
