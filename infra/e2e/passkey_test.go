package e2e

import (
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/web"
)

// TestBrowserPasskey makes a passkey and uses it, with the authenticator that Chromium has for tests.
func TestBrowserPasskey(t *testing.T) {
	s := start(t)
	const address = "lydia@munet.example.org"
	s.coordinator(t, address, "en")
	b := s.browser(t)
	device := b.authenticator()
	b.entersByLink(address)
	b.sees("Protect the desk")
	b.press(`a[href^="/second-factor/passkeys"]`)
	b.fill(`[name="name"]`, "Laptop at work")
	b.press(`form[data-passkey] button`)
	b.keepsRecoveryCodes()
	b.is("/desk")
	s.mailTo(t, address, "A passkey was added")

	b.entersByLink(address)
	b.is("/second-factor")
	for name, lie := range map[string]webauthn.SetResponseOverrideBitsParams{
		"it did not look who its owner is": {IsBadUV: new(true)},
		"it did not sign":                  {IsBogusSignature: new(true)},
	} {
		lie.AuthenticatorID = device
		command(b, webauthn.SetResponseOverrideBits, lie)
		b.press(`form[data-passkey] button`)
		if b.path() == "/desk" {
			t.Fatalf("a passkey opens the desk although %s", name)
		}
		b.sees("could not accept that passkey")
	}
	command(b, webauthn.SetResponseOverrideBits, webauthn.SetResponseOverrideBitsParams{AuthenticatorID: device})
	b.press(`form[data-passkey] button`)
	b.is("/desk")
	b.open("/second-factor")
	b.sees("Laptop at work")
}

// TestBrowserSecondFactorByKeyboard sets up an authenticator app and uses its codes on a phone, in both
// languages.
func TestBrowserSecondFactorByKeyboard(t *testing.T) {
	s := start(t)
	const address = "eleni@munet.example.org"
	eleni := s.coordinator(t, address, "el")
	b := s.browser(t)
	b.phone()
	b.entersByLink(address)
	b.sees("Προστατέψτε το γραφείο")
	for _, path := range []string{"/second-factor?next=/desk", "/second-factor/passkeys", "/second-factor/app"} {
		b.looksAt(path)
	}
	b.open("/second-factor?next=/desk")
	b.press(`a[href^="/second-factor/app"]`)
	b.fill(`[name="code"]`, "000000")
	b.enter()
	b.fits()
	key := evaluate[string](b, `document.querySelector(".secret").textContent`)
	b.fill(`[name="code"]`, appCode(t, key, time.Now()))
	b.enter()
	codes := b.keepsRecoveryCodes()
	b.is("/desk")
	for _, path := range []string{"/second-factor", "/second-factor/recovery-codes", "/sessions"} {
		b.looksAt(path)
	}

	b.entersByLink(address)
	b.looksAt("/second-factor?next=/desk")
	b.looksIn("en", "/desk/members")
	b.sees("Confirm that it is you")
	b.press(`main a[href^="/second-factor?"]`)
	b.fill(`[name="code"]`, "111111")
	b.enter()
	b.sees("4 more tries")
	b.fits()
	b.fill(`[name="code"]`, appCode(t, key, time.Now().Add(30*time.Second)))
	b.enter()
	b.is("/desk/members")

	s.factorAges(t, eleni)
	b.open("/second-factor/recovery-codes?lang=en")
	b.press(`main form button`)
	b.sees("Nothing is lost")
	b.fits()
	other := b.tab()
	other.open(evaluate[string](b, `document.querySelector("main a[target]").href`))
	other.sees("more than a quarter of an hour ago")
	other.fill(`[name="code"]`, codes[0])
	other.enter()
	other.sees("go back there and press its button again")
	b.press(`main form button.button:not(.quiet)`)
	b.sees("We cannot show them again")
	s.mailTo(t, address, "Χρησιμοποιήθηκε ένας κωδικός")
}

// TestSecondFactorOfAColleague resets it, and removes a factor of one's own.
func TestSecondFactorOfAColleague(t *testing.T) {
	s := start(t)
	const address = "marios@munet.example.org"
	marios := s.coordinator(t, address, "en")
	v, c := s.visitor(t), s.visitor(t)
	v.signIn(address)
	c.signIn(coordinator)
	path := "/desk/members/" + marios.Organisation
	c.open(path)
	c.sees(path + "/people/" + marios.Ref.Person + "/second-factor")
	c.open(path + "/people/" + marios.Ref.Person + "/second-factor")
	c.sees("by voice or in person")
	c.send(c.path, nil)
	c.sees("The second factor is reset")
	s.mailTo(t, address, "Your second factor was reset")
	v.open("/desk")
	if v.path != "/sign-in?"+(url.Values{"next": {"/desk"}}).Encode() {
		t.Errorf("the colleague is still signed in: %s", v.path)
	}
	v.enter(address)
	v.sees("Protect the desk")
}

// coordinator makes somebody a coordinator.
func (s *site) coordinator(t *testing.T, address string, in language.Tag) members.Person {
	t.Helper()
	p, err := members.NewStore(s.DynamoDB(), s.Tables["MembersTable"], time.Now).EnsureCoordinator(t.Context(), address, in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// factorAges makes a person's sessions ones that have passed the second factor a while ago.
func (s *site) factorAges(t *testing.T, p members.Person) {
	t.Helper()
	table := s.Tables["SessionsTable"]
	all, err := s.DynamoDB().Query(t.Context(), &dynamodb.QueryInput{
		TableName: &table, IndexName: aws.String("person"), KeyConditionExpression: aws.String("person = :person"),
		ExpressionAttributeValues: dynamo.Item{":person": dynamo.S(p.String())},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range all.Items {
		_, err := s.DynamoDB().UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: &table, Key: dynamo.Item{"pk": item["pk"]}, UpdateExpression: aws.String("SET factor = :then"),
			ExpressionAttributeValues: dynamo.Item{":then": dynamo.Time(time.Now().Add(-web.StepUpAge))},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// authenticator gives the window an authenticator with a finger on it.
func (b *browser) authenticator() webauthn.AuthenticatorID {
	b.t.Helper()
	command(b, webauthn.Enable, webauthn.EnableParams{})
	return command(b, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true,
		IsUserVerified: true, AutomaticPresenceSimulation: true,
	}}).AuthenticatorID
}

// keepsRecoveryCodes has recovery codes shown, says that they are kept, and returns them.
func (b *browser) keepsRecoveryCodes() []string {
	b.t.Helper()
	b.is("/second-factor/recovery-codes")
	b.press(`main form button`)
	codes := evaluate[[]string](b, `[...document.querySelectorAll(".codes code")].map(c => c.textContent)`)
	if len(codes) != 10 || !regexp.MustCompile(`^\w{4}-\w{4}$`).MatchString(codes[0]) {
		b.t.Fatalf("codes %q", codes)
	}
	b.tick(`[name="kept"]`)
	b.press(`main form button`)
	return codes
}

// entersByLink signs in by the mailed link, anew.
func (b *browser) entersByLink(address string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.site.URL + "/"))
	if evaluate[bool](b, `document.querySelector('form[action^="/sign-out"]') !== null`) {
		b.press(`form[action^="/sign-out"] button`)
	}
	b.open("/sign-in")
	b.enterByLink(address)
}

// is fails the test unless this is the page at the path.
func (b *browser) is(path string) {
	b.t.Helper()
	if b.path() != path {
		b.t.Fatalf("%s instead of %s:\n%s", b.path(), path, b.words())
	}
}
