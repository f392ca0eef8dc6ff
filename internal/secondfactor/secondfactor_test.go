package secondfactor

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/web"
)

func TestTheFirstFactor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	maria := o.maria
	maria.wants(maria.do("GET", "/second-factor?next=/desk/members"), 200, "/second-factor/passkeys?next=%2Fdesk%2Fmembers")
	before := maria.cookie
	maria.setUpApp()
	if maria.cookie == before || !maria.passed() {
		t.Error("the session has not passed, or keeps the id that it had before")
	}
	if mails := o.mailed(); len(mails) != 1 || !strings.Contains(mails[0], "authenticator app was set up") {
		t.Errorf("mails %q", mails)
	}
	if codes := maria.recoveryCodes(); len(codes) != recoveryCodes {
		t.Errorf("%d recovery codes", len(codes))
	}
	maria.wants(maria.do("GET", "/second-factor?done=kept"), 200, "You have 10 recovery codes left.")
}

func TestOnlyCoordinatorsHaveOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if _, err := o.Members.ChangeRole(t.Context(), o.maria.Ref, false); err != nil {
		t.Fatal(err)
	}
	for _, r := range o.mux.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		if w := o.maria.do(method, path); w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "Confirm that it is you") {
			t.Errorf("%s for a member: %d", r.Pattern, w.Code)
		}
	}
}

// Whoever has a factor changes nothing with the mailed link alone: not by any of the routes that are open
// before the second factor.
func TestTheLinkAloneChangesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.maria.setUpApp()
	thief := &person{Person: o.maria.Person, o: o}
	thief.signIn()
	before, err := o.Store.get(t.Context(), o.maria.Ref.String())
	if err != nil {
		t.Fatal(err)
	}
	for _, route := range []string{
		"GET /second-factor/app", "GET /second-factor/passkeys", "POST /second-factor/passkeys/challenge",
		"GET /second-factor/recovery-codes", "POST /second-factor/recovery-codes", "POST /second-factor/recovery-codes/kept",
		"GET /second-factor/remove/app", "POST /second-factor/remove/app",
	} {
		method, path, _ := strings.Cut(route, " ")
		thief.wants(thief.do(method, path), http.StatusForbidden, "onfirm that it is you")
	}
	// A setup that was begun while there was no factor cannot be ended once there is one.
	all, err := o.Sessions.Of(t.Context(), o.maria.Ref.String())
	if err != nil {
		t.Fatal(err)
	}
	secret := newSecret()
	for _, s := range all {
		setup := o.Signer.Sign(setupPurpose, o.now(), s.Hash, secret)
		if w := thief.do("POST", "/second-factor/app", "token", setup, "code", thief.code(secret, 0)); w.Code < 400 {
			t.Errorf("another app was set up: %d", w.Code)
		}
	}
	after, err := o.Store.get(t.Context(), o.maria.Ref.String())
	if err != nil || after.Version != before.Version || thief.passed() {
		t.Errorf("factors were changed: version %d, then %d; %v", before.Version, after.Version, err)
	}
}

func TestPassingByTheApp(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	maria := o.maria
	key := maria.setUpApp()
	maria.recoveryCodes()
	for _, tt := range []struct {
		name    string
		advance time.Duration
		steps   int // of the code, from now
		pass    bool
	}{
		{"the code that set it up", 0, 0, false},
		{"the code before", 0, -1, false},
		{"a clock that is a step ahead", 0, 1, true},
		{"that code again", 30 * time.Second, 0, false},
		{"the next code", 30 * time.Second, 0, true},
		{"a clock that is a step behind, after its code was used", 30 * time.Second, -1, false},
		{"a clock that is a step behind", 60 * time.Second, -1, true},
		{"too old a code", 90 * time.Second, -2, false},
		{"a code of the future", 0, 2, false},
	} {
		maria.signIn()
		o.advance(tt.advance)
		w := maria.do("POST", "/second-factor/code", "code", maria.code(key, tt.steps), "next", "/desk/members")
		if tt.pass {
			maria.wants(w, http.StatusSeeOther, "/desk/members")
		} else {
			maria.wants(w, http.StatusUnprocessableEntity, "not right, or it was used before")
		}
		if maria.passed() != tt.pass {
			t.Errorf("%s: passed is %t", tt.name, !tt.pass)
		}
	}
}

func TestWrongCodesAreBounded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	maria := o.maria
	key := maria.setUpApp()
	codes := maria.recoveryCodes()
	thief := &person{Person: maria.Person, o: o}
	thief.signIn()
	o.mailed()
	for i := range triesAtOnce {
		want := http.StatusUnprocessableEntity
		if i == triesAtOnce-1 {
			want = http.StatusTooManyRequests
		}
		thief.wants(thief.do("POST", "/second-factor/code", "code", "000000"), want, "")
	}
	if mails := o.mailed(); len(mails) != 1 || !strings.Contains(mails[0], "Wrong codes") {
		t.Errorf("mails %q", mails)
	}
	o.advance(time.Minute)
	thief.wants(thief.do("POST", "/second-factor/code", "code", thief.code(key, 0)), http.StatusTooManyRequests, "wait a quarter of an hour")
	o.advance(tryEvery)
	thief.wants(thief.do("POST", "/second-factor/code", "code", "000000"), http.StatusTooManyRequests, "")
	o.advance(tryEvery)
	maria.wants(maria.do("POST", "/second-factor/code", "code", strings.ToLower(codes[0]), "next", "/desk"), http.StatusSeeOther, "/desk")
	// Whoever was right may be wrong again.
	maria.wants(maria.do("POST", "/second-factor/code", "code", "000000"), http.StatusUnprocessableEntity, "4 more tries")
	maria.wants(maria.do("POST", "/second-factor/code", "code", codes[0]), http.StatusUnprocessableEntity, "used before")
	maria.wants(maria.do("POST", "/second-factor/code", "code", "nonsense!"), http.StatusUnprocessableEntity, "Type the six digits")
}

func TestStepUp(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	maria := o.maria
	key := maria.setUpApp()
	maria.recoveryCodes()
	maria.wants(maria.do("GET", "/second-factor?next=/desk/members.csv"), http.StatusSeeOther, "/desk/members.csv")
	o.advance(web.StepUpAge)
	maria.wants(maria.do("GET", "/second-factor/app"), http.StatusForbidden, "Please confirm once more")
	maria.wants(maria.do("GET", "/second-factor?next=/desk/members.csv"), 200, "more than a quarter of an hour ago")
	maria.wants(maria.do("POST", "/second-factor/code", "code", maria.code(key, 0), "next", "/desk/members.csv"), http.StatusSeeOther, "/desk/members.csv")
	maria.wants(maria.do("GET", "/second-factor/app"), 200, "stops working once you have set up the new one")
	maria.wants(maria.do("POST", "/second-factor/code", "code", "x", "next", "https://evil.example"), 422, `name="next" value=""`)
}

func TestRemoving(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	maria := o.maria
	maria.setUpApp()
	maria.recoveryCodes()
	maria.wants(maria.do("GET", "/second-factor/remove/app"), http.StatusConflict, "only second factor")
	maria.wants(maria.do("POST", "/second-factor/remove/app"), http.StatusConflict, "only second factor")
	maria.wants(maria.do("POST", "/second-factor/remove/nothing"), http.StatusNotFound, "")
	if _, err := o.Store.change(t.Context(), maria.Ref.String(), func(f *factors) error {
		return f.add(passkey{ID: "LAPTOP", Name: "Laptop", Credential: []byte("{}")})
	}); err != nil {
		t.Fatal(err)
	}
	elsewhere := &person{Person: maria.Person, o: o}
	elsewhere.signIn()
	o.mailed()
	maria.wants(maria.do("GET", "/second-factor/remove/LAPTOP"), 200, "Laptop")
	maria.wants(maria.do("POST", "/second-factor/remove/app"), http.StatusSeeOther, "done=removed")
	maria.wants(maria.do("GET", "/second-factor"), 200, "Laptop")
	if mails := o.mailed(); len(mails) != 1 || !strings.Contains(mails[0], "was removed") {
		t.Errorf("mails %q", mails)
	}
	elsewhere.wants(elsewhere.do("GET", "/second-factor"), http.StatusSeeOther, "/sign-in")
}

func TestReset(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	maria, nikos := o.maria, o.coordinator("nikos@secretariat.example")
	path := "/desk/members/" + nikos.Organisation + "/people/" + nikos.Ref.Person + "/second-factor"
	maria.wants(maria.do("POST", path), http.StatusForbidden, "onfirm that it is you")
	maria.setUpApp()
	nikos.setUpApp()
	maria.wants(maria.do("GET", path), 200, "by voice or in person")
	o.mailed()
	for range 2 { // again is no error
		maria.wants(maria.do("POST", path), http.StatusSeeOther, "/desk/members/"+nikos.Organisation+"?done=second-factor")
	}
	if mails := o.mailed(); !slices.ContainsFunc(mails, func(m string) bool {
		return strings.Contains(m, "nikos@secretariat.example: Your second factor was reset")
	}) {
		t.Errorf("mails %q", mails)
	}
	nikos.wants(nikos.do("GET", "/second-factor"), http.StatusSeeOther, "/sign-in")
	nikos.signIn()
	nikos.wants(nikos.do("GET", "/second-factor"), 200, "Protect the desk")
	nikos.setUpApp()
	own := "/desk/members/" + maria.Organisation + "/people/" + maria.Ref.Person + "/second-factor"
	maria.wants(maria.do("POST", own), http.StatusConflict, "your own")
	maria.wants(maria.do("POST", "/desk/members/NONE/people/NONE/second-factor"), http.StatusNotFound, "")
	table := o.tables["AuditTable"]
	log, err := o.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
	if err != nil || log.Count != 5 { // three apps, two resets
		t.Errorf("%d entries in the audit log, %v", log.Count, err)
	}
}
