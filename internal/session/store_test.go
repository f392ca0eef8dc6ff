package session_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/session"
	"github.com/municipalitiesnet/munet/internal/token"
)

const firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"

// bench is a store with a member and a clock that tests move by hand.
type bench struct {
	*session.Store
	members *members.Store
	client  *dynamodb.Client
	table   string
	clock   atomic.Int64
	person  members.Person
}

func newBench(t *testing.T) *bench {
	t.Helper()
	client, tables := emulator.Tables(t, "MembersTable", "SessionsTable")
	b := &bench{client: client, table: tables["SessionsTable"]}
	b.clock.Store(time.Date(2027, 3, 14, 12, 0, 0, 0, time.UTC).Unix())
	b.members = members.NewStore(client, tables["MembersTable"], b.now)
	b.Store = session.NewStore(client, b.table, b.members, b.now)
	application, err := b.members.Apply(t.Context(), members.Application{
		Profile: members.Profile{Kind: "localAuthority", Name: "Larnaca", Country: "CY"},
		Contact: members.Contact{Name: "Maria", Address: "maria@larnaca.example", Language: "el"},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, b.person, err = b.members.Confirm(t.Context(), application, "test")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) now() time.Time          { return time.Unix(b.clock.Load(), 0).UTC() }
func (b *bench) advance(d time.Duration) { b.clock.Add(int64(d.Seconds())) }

func (b *bench) member() string { return b.person.String() }

// decide moves the member's organisation and with it the member.
func (b *bench) decide(t *testing.T, action members.Action) {
	t.Helper()
	if _, _, err := b.members.Decide(t.Context(), b.person.Organisation, members.Decision{Action: action, By: "Test"}); err != nil {
		t.Fatal(err)
	}
}

// begin signs the member in and returns the session's id.
func (b *bench) begin(t *testing.T, p members.Person) string {
	t.Helper()
	id, write, err := b.Begin(p, "Larnaca", firefox)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{write}})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func with(ctx context.Context, id string) *http.Request {
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	r.Header.Set("Cookie", session.Cookie+"="+id)
	return r
}

func (b *bench) alive(t *testing.T, id string) bool {
	t.Helper()
	who, err := b.Identify(with(t.Context(), id))
	if err != nil {
		t.Fatal(err)
	}
	return who != nil
}

func TestIdentify(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.begin(t, b.person)
	who, err := b.Identify(with(t.Context(), id))
	if err != nil || who == nil {
		t.Fatalf("Identify = %v, %v", who, err)
	}
	if who.Member != b.person.String() || who.Name != "Maria" || who.Address != "maria@larnaca.example" ||
		who.Organisation != "Larnaca" || who.Language != "el" || who.Session != token.Hash(id) {
		t.Errorf("Identify = %+v", who)
	}
	if who.Approved || who.Coordinator {
		t.Errorf("someone who awaits approval is %+v", who)
	}
	for name, other := range map[string]string{"unknown": token.New(), "empty": "", "long": id + "A", "the hash": token.Hash(id)} {
		if b.alive(t, other) {
			t.Errorf("a session id that is %s was accepted", name)
		}
	}
	if who, err := b.Identify(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)); who != nil || err != nil {
		t.Errorf("without a cookie: %v, %v", who, err)
	}
}

func TestRolesAndSuspensionCountAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.begin(t, b.person)
	look := func() (signedIn, approved, coordinator bool) {
		who, err := b.Identify(with(t.Context(), id))
		if err != nil {
			t.Fatal(err)
		}
		if who == nil {
			return false, false, false
		}
		return true, who.Approved, who.Coordinator
	}
	check := func(step string, wantSignedIn, wantApproved, wantCoordinator bool) {
		t.Helper()
		if s, a, c := look(); s != wantSignedIn || a != wantApproved || c != wantCoordinator {
			t.Errorf("%s: signed in %v, approved %v, coordinator %v", step, s, a, c)
		}
	}
	b.decide(t, members.Approve)
	check("approved", true, true, false)
	if _, err := b.members.ChangeRole(t.Context(), b.person.Ref, true); err != nil {
		t.Fatal(err)
	}
	check("made coordinator", true, true, true)
	b.decide(t, members.Suspend)
	check("suspended", false, false, false)
	b.decide(t, members.Reinstate)
	b.decide(t, members.Leave)
	check("left", false, false, false)
}

func TestLifetimes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		coordinator bool
		idle, total time.Duration
	}{
		{"member", false, 7 * 24 * time.Hour, 30 * 24 * time.Hour},
		{"coordinator", true, 12 * time.Hour, 7 * 24 * time.Hour},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.decide(t, members.Approve)
			if _, err := b.members.ChangeRole(t.Context(), b.person.Ref, test.coordinator); err != nil {
				t.Fatal(err)
			}
			idle := b.begin(t, b.person)
			b.advance(test.idle)
			if b.alive(t, idle) {
				t.Errorf("a session lives after %s without a request", test.idle)
			}
			used := b.begin(t, b.person)
			for spent := time.Duration(0); spent < test.total; spent += test.idle - time.Minute {
				if !b.alive(t, used) {
					t.Fatalf("a session in use ended after %s", spent)
				}
				b.advance(test.idle - time.Minute)
			}
			if b.alive(t, used) {
				t.Errorf("a session in use lives after %s", test.total)
			}
		})
	}
}

func TestTheTimeOfLastUseIsWrittenSeldom(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.begin(t, b.person)
	began := b.now()
	seen := func() time.Time {
		sessions, err := b.Of(t.Context(), b.member())
		if err != nil || len(sessions) != 1 {
			t.Fatalf("Of = %v, %v", sessions, err)
		}
		return sessions[0].SeenAt
	}
	b.advance(4 * time.Minute)
	b.alive(t, id)
	if !seen().Equal(began) {
		t.Errorf("written after four minutes")
	}
	b.advance(time.Minute)
	b.alive(t, id)
	if !seen().Equal(b.now()) {
		t.Errorf("not written after five minutes: %s, want %s", seen(), b.now())
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	first, second, third := b.begin(t, b.person), b.begin(t, b.person), b.begin(t, b.person)
	sessions, err := b.Of(ctx, b.member())
	if err != nil || len(sessions) != 3 || sessions[0].Browser != (session.Browser{Name: "Firefox", System: "Windows"}) {
		t.Fatalf("Of = %+v, %v", sessions, err)
	}
	if err := b.Revoke(ctx, "A.B", token.Hash(first)); err != nil || !b.alive(t, first) {
		t.Errorf("somebody else revoked a session: %v", err)
	}
	if err := b.Revoke(ctx, b.member(), token.Hash(first)); err != nil || b.alive(t, first) {
		t.Errorf("a revoked session lives: %v", err)
	}
	if err := b.Revoke(ctx, b.member(), token.Hash(first)); err != nil {
		t.Errorf("revoking again: %v", err)
	}
	if err := b.RevokeOthers(ctx, b.member(), token.Hash(third)); err != nil || b.alive(t, second) || !b.alive(t, third) {
		t.Errorf("RevokeOthers: %v, second %v, third %v", err, b.alive(t, second), b.alive(t, third))
	}
	if err := b.RevokeAll(ctx, b.member()); err != nil || b.alive(t, third) {
		t.Errorf("RevokeAll: %v", err)
	}
}

func TestEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.begin(t, b.person)
	if err := b.End(with(t.Context(), id)); err != nil || b.alive(t, id) {
		t.Errorf("End: %v", err)
	}
}

func TestParseBrowser(t *testing.T) {
	tests := map[string]session.Browser{
		firefox: {Name: "Firefox", System: "Windows"},
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                                      {Name: "Chrome", System: "Linux"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0":                  {Name: "Edge", System: "Windows"},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":                      {Name: "Safari", System: "macOS"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1":     {Name: "Chrome", System: "iPhone"},
		"Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36": {Name: "Samsung Internet", System: "Android"},
		"curl/8.0": {},
		"":         {},
	}
	for header, want := range tests {
		if got := session.ParseBrowser(header); got != want {
			t.Errorf("ParseBrowser(%q) = %+v, want %+v", header, got, want)
		}
	}
}

func TestCookies(t *testing.T) {
	w := httptest.NewRecorder()
	session.SetCookie(w, "ID", true)
	session.ClearCookie(w)
	want := []string{
		"__Host-session=ID; Path=/; Max-Age=604800; HttpOnly; Secure; SameSite=Lax",
		"__Host-session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
	}
	for i, got := range w.Header().Values("Set-Cookie") {
		if got != want[i] {
			t.Errorf("Set-Cookie: %s, want %s", got, want[i])
		}
	}
}

func TestConfirm(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	old := b.begin(t, b.person)
	who, err := b.Identify(with(t.Context(), old))
	if err != nil || !who.Factor.IsZero() {
		t.Fatalf("a new session has passed: %+v, %v", who, err)
	}
	b.advance(time.Hour)
	id, writes, err := b.Confirm(t.Context(), who.Session)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: writes}); err != nil {
		t.Fatal(err)
	}
	if b.alive(t, old) {
		t.Error("the session's former id still opens it")
	}
	who, err = b.Identify(with(t.Context(), id))
	if err != nil || who == nil || !who.Factor.Equal(b.now()) || who.Organisation != "Larnaca" {
		t.Errorf("Identify = %+v, %v", who, err)
	}
	all, err := b.Of(t.Context(), b.member())
	if err != nil || len(all) != 1 || !all[0].Factor.Equal(b.now()) || !all[0].CreatedAt.Equal(b.now().Add(-time.Hour)) {
		t.Errorf("the list has %+v, %v", all, err)
	}
	if _, _, err := b.Confirm(t.Context(), token.Hash(old)); !errors.Is(err, session.ErrEnded) {
		t.Errorf("the former id: %v, want ErrEnded", err)
	}
}
