package secondfactor

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"pgregory.net/rapid"

	"github.com/municipalitiesnet/munet/infra/local/authenticator"
)

func TestAHundredUsesOfOneCodeAreOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	const person = "ORG.MARIA"
	if _, err := o.Store.change(t.Context(), person, func(f *factors) error {
		f.App, f.Recovery = &app{Step: 7}, []string{"first", "second"}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for name, use := range map[string]func(*factors) error{
		"a recovery code":   func(f *factors) error { return f.useRecovery("first") },
		"a code of the app": func(f *factors) error { return f.useStep(8, o.now()) },
	} {
		var uses atomic.Int32
		var wait sync.WaitGroup
		for range 100 {
			wait.Go(func() {
				_, err := o.Store.change(context.WithoutCancel(t.Context()), person, use)
				switch {
				case err == nil:
					uses.Add(1)
				case !errors.Is(err, errWrong) && !errors.Is(err, errChanged):
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if uses.Load() != 1 {
			t.Errorf("%s worked %d times", name, uses.Load())
		}
	}
	if f, err := o.Store.get(t.Context(), person); err != nil || len(f.Recovery) != 1 || f.App.Step != 8 {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestAHundredTriesAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var made atomic.Int32
	var wait sync.WaitGroup
	for range 100 {
		wait.Go(func() {
			left, err := o.Store.countTry(context.WithoutCancel(t.Context()), "ORG.MARIA")
			if err != nil {
				t.Error(err)
			}
			if left >= 0 {
				made.Add(1)
			}
		})
	}
	wait.Wait()
	if made.Load() > triesAtOnce || made.Load() < 1 {
		t.Errorf("%d tries, want at most %d", made.Load(), triesAtOnce)
	}
	if left, err := o.Store.countTry(t.Context(), "ORG.NIKOS"); left != triesAtOnce-1 || err != nil {
		t.Errorf("somebody else has %d tries left, %v", left, err)
	}
}

func TestAChallengeIsAnsweredOnceBySession(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	keep := func() {
		if err := o.Store.keepChallenge(ctx, "one", passing, &webauthn.SessionData{Challenge: "question"}); err != nil {
			t.Fatal(err)
		}
	}
	take := func(session string, c ceremony) error {
		_, err := o.Store.takeChallenge(ctx, session, c)
		return err
	}
	keep()
	if err := take("other", passing); !errors.Is(err, errNoChallenge) {
		t.Errorf("by another session: %v", err)
	}
	if err := take("one", adding); !errors.Is(err, errNoChallenge) {
		t.Errorf("for something else: %v", err)
	}
	if data, err := o.Store.takeChallenge(ctx, "one", passing); err != nil || data.Challenge != "question" {
		t.Errorf("%+v, %v", data, err)
	}
	if err := take("one", passing); !errors.Is(err, errNoChallenge) {
		t.Errorf("twice: %v", err)
	}
	keep()
	o.advance(challengeAge)
	if err := take("one", passing); !errors.Is(err, errNoChallenge) {
		t.Errorf("too late: %v", err)
	}
}

func TestSecretsAreSealedForOnePerson(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	secret := newSecret()
	sealed, err := o.seal("ORG.MARIA", secret)
	if err != nil || strings.Contains(string(sealed), secret) {
		t.Fatalf("sealed as %q, %v", sealed, err)
	}
	if open, err := o.unseal("ORG.MARIA", sealed); open != secret || err != nil {
		t.Errorf("%q, %v", open, err)
	}
	if _, err := o.unseal("ORG.NIKOS", sealed); err == nil {
		t.Error("somebody else's item opens it")
	}
	sealed[len(sealed)-1]++
	if _, err := o.unseal("ORG.MARIA", sealed); err == nil {
		t.Error("a changed secret opens")
	}
}

func TestForgedPasskeys(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	maria := o.maria
	for _, answer := range []string{"", "{}", `{"id":"eA","rawId":"eA","type":"public-key","response":{}}`, strings.Repeat("[", 10_000)} {
		maria.wants(maria.do("POST", "/second-factor/passkeys/challenge"), 200, `"userVerification":"required"`)
		maria.wants(maria.do("POST", "/second-factor/passkeys", "name", "Laptop", "credential", answer), 422, "No passkey was made")
		maria.wants(maria.do("POST", "/second-factor/passkeys", "name", " ", "credential", answer), 422, "This is needed")
		maria.wants(maria.do("POST", "/second-factor/passkey", "credential", answer), 403, "could not accept that passkey")
	}
	maria.wants(maria.do("POST", "/second-factor/passkey/challenge"), 409, "no passkey")
	if maria.passed() {
		t.Error("a forged passkey passes")
	}
}

// What is typed is six digits, eight letters and digits, or refused; and however people group either, it
// is read the same.
func TestParseCode(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]typedCode{
		"123456": {app: "123456"}, "123 456": {app: "123456"}, "123-456": {app: "123456"},
		"7k3m-9xqa": {recovery: "7K3M9XQA"}, "12345678": {recovery: "12345678"},
		"": {}, "12345": {}, "1234567": {}, "7K3M-9XQ!": {}, "١٢٣٤٥٦": {}, strings.Repeat(" ", 80) + "123456": {},
	} {
		got, ok := parseCode(typed)
		if ok != (want != typedCode{}) || ok && got != want {
			t.Errorf("parseCode(%q) = %+v, %t", typed, got, ok)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.String().Draw(t, "typed")
		code, ok := parseCode(typed)
		if ok && (len(code.app) != 6 && len(code.recovery) != 8 || code.app != "" && code.recovery != "") {
			t.Fatalf("parseCode(%q) = %+v", typed, code)
		}
	})
}

// A code is good for its own step and one on each side.
func TestStepOf(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secret := newSecret()
		now := time.Unix(rapid.Int64Range(1<<30, 1<<33).Draw(t, "now"), 0)
		away := rapid.Int64Range(-3, 3).Draw(t, "away")
		code, err := authenticator.Code(secret, now.Add(time.Duration(away*stepSeconds)*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		step, ok, err := stepOf(secret, code, now)
		if err != nil || ok != (away >= -skew && away <= skew) || ok && step != now.Unix()/stepSeconds+away {
			t.Fatalf("%d steps away: %d, %t, %v", away, step, ok, err)
		}
	})
}
