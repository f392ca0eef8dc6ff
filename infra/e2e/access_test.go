package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/municipalitiesnet/munet/infra/contract"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
	"github.com/municipalitiesnet/munet/internal/web"
)

// A caller is a row of the matrix: somebody, and the widest access that they have.
type caller struct {
	name   string
	access web.Access
	person members.Person
	factor time.Duration // since the session passed the second factor; 0 if it did not
}

// gate calls routes as the callers, each time in a session of its own.
type gate struct {
	*site
	people   *members.Store
	sessions map[time.Duration]*session.Store // by how long ago they say it is
	callers  []caller
}

// TestAccess calls every route of the template as every kind of caller, in the compiled functions, and
// expects what the handlers declare: docs/access.md lists it.
func TestAccess(t *testing.T) {
	t.Parallel()
	g := newGate(t, startAlone(t))
	last := map[string][]string{} // what ends the caller's membership comes when the others are done
	group, ctx := errgroup.WithContext(t.Context())
	group.SetLimit(4)
	cells := 0
	for _, f := range g.Template.Functions {
		var routes []string
		for _, r := range f.Routes {
			switch r.Path {
			case "": // whatever is not found
			case "/leave", "/my-data/erasure":
				last[r.Path] = append(last[r.Path], r.Method+" "+r.Path)
			default:
				routes = append(routes, r.Method+" "+r.Path)
			}
		}
		cells += len(routes) * len(g.callers)
		group.Go(func() error { return g.tryAll(ctx, t, routes) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, routes := range last {
		if err := g.tryAll(t.Context(), t, routes); err != nil {
			t.Fatal(err)
		}
		g = newGate(t, g.site) // of people who have come back
	}
	if cells < 1000 {
		t.Errorf("the matrix has %d cells only", cells)
	}
}

func newGate(t *testing.T, s *site) *gate {
	t.Helper()
	g := &gate{site: s, sessions: map[time.Duration]*session.Store{}}
	g.people = members.NewStore(s.DynamoDB(), s.Tables["MembersTable"], time.Now)
	for _, ago := range []time.Duration{0, time.Minute, web.StepUpAge + time.Minute} {
		g.sessions[ago] = session.NewStore(s.DynamoDB(), s.Tables["SessionsTable"], g.people, func() time.Time { return time.Now().Add(-ago) })
	}
	waiting, member := g.waits(t, "Waiting"), g.waits(t, "Member")
	_, approved, err := g.people.Decide(t.Context(), member.Organisation, members.Decision{Action: members.Approve, By: "Test"})
	if err != nil {
		t.Fatal(err)
	}
	coordinator := func(name string) members.Person { return s.coordinator(t, name+"@munet.example.org", "en") }
	g.callers = []caller{
		{"nobody", web.Everyone, members.Person{}, 0},
		{"awaits approval", web.SignedIn, waiting, 0},
		{"member", web.Members, approved[0], 0},
		{"coordinator before the second factor", web.BeforeFactor, coordinator("before"), 0},
		{"coordinator, passed it before", web.Coordinators, coordinator("stale"), web.StepUpAge + time.Minute},
		{"coordinator, passed it just now", web.SteppedUp, coordinator("fresh"), time.Minute},
	}
	return g
}

// waits returns somebody who has registered and waits for approval.
func (g *gate) waits(t *testing.T, name string) members.Person {
	t.Helper()
	a, err := g.people.Apply(t.Context(), members.Application{
		Profile: members.Profile{Kind: "ngo", Name: name, Country: "CY"},
		Contact: members.Contact{Name: name, Address: strings.ToLower(name) + "@matrix.example", Language: "en"},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, p, err := g.people.Confirm(t.Context(), a, "test")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// tryAll calls routes as everybody, whoever may do least first.
func (g *gate) tryAll(ctx context.Context, t *testing.T, routes []string) error {
	for _, c := range g.callers {
		for _, route := range routes {
			want := refusal(contract.Access(route), c.access)
			if route == "POST /my-data/erasure" && c.access >= web.BeforeFactor { // of a coordinator it asks more than of others
				want = refusal(web.SteppedUp, c.access)
			}
			got, err := g.try(ctx, route, c)
			if err != nil {
				return fmt.Errorf("%s as %s: %w", route, c.name, err)
			}
			if got != want {
				t.Errorf("%s as %s: refused with %q, want %q", route, c.name, got, want)
			}
		}
	}
	return nil
}

// refusal is the code that a caller is refused with, or "".
func refusal(route, has web.Access) string {
	switch {
	case has >= route:
		return ""
	case has == web.Everyone:
		return "sign-in-required"
	case has < web.BeforeFactor:
		return fault.Forbidden().Code
	case has == web.BeforeFactor:
		return web.FactorRequired
	}
	return web.StepUpRequired
}

var parameter = regexp.MustCompile(`\{[a-z]+\}`)

// try calls a route as somebody and returns the code that they are refused with, or "". What a form asks
// for cannot be read, and what a path names is not there.
func (g *gate) try(ctx context.Context, route string, c caller) (string, error) {
	method, path, _ := strings.Cut(route, " ")
	path = parameter.ReplaceAllString(path, "none")
	if path == "/preferences" { // for everyone by a mailed link, for members without one
		path += "?token=forged"
	}
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader("%zz")
	}
	r, err := http.NewRequestWithContext(ctx, method, g.URL+path, body)
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if c.access > web.Everyone {
		id, err := g.signIn(ctx, c)
		if err != nil {
			return "", err
		}
		r.AddCookie(&http.Cookie{Name: session.Cookie, Value: id})
	}
	w, err := g.client.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = w.Body.Close() }()
	code := w.Header.Get("Error-Code")
	switch {
	case w.StatusCode >= http.StatusInternalServerError:
		return "", fmt.Errorf("status %d", w.StatusCode)
	case w.StatusCode == http.StatusSeeOther && strings.HasPrefix(w.Header.Get("Location"), "/sign-in?next="):
		return "sign-in-required", nil
	case code == "sign-in-required" && w.StatusCode == http.StatusUnauthorized,
		w.StatusCode == http.StatusForbidden && (code == "forbidden" || code == web.FactorRequired || code == web.StepUpRequired):
		return code, nil
	}
	return "", nil
}

// signIn begins a session of the caller and returns its id.
func (g *gate) signIn(ctx context.Context, c caller) (string, error) {
	id, begin, err := g.sessions[0].Begin(c.person, "Matrix", "")
	if err != nil {
		return "", err
	}
	if err := g.write(ctx, begin); err != nil || c.factor == 0 {
		return id, err
	}
	id, confirm, err := g.sessions[c.factor].Confirm(ctx, token.Hash(id))
	if err != nil {
		return "", err
	}
	return id, g.write(ctx, confirm...)
}

func (g *gate) write(ctx context.Context, writes ...types.TransactWriteItem) error {
	_, err := g.DynamoDB().TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	return err
}
