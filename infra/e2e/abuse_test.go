package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/infra/stranger"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/limit"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/token"
)

// abused is a site that strangers ask and write to.
type abused struct {
	*site
	*testing.T
	crowd   *stranger.Crowd
	limits  *limit.Store
	links   maillink.Links
	contact string // the path of the form to write to a contact person
}

// TestStrangers is what strangers can cause and learn. The limits are reached one after the other, the one
// of all last.
func TestStrangers(t *testing.T) {
	t.Parallel()
	a := startAbused(t)
	for _, step := range []struct {
		name string
		test func(*abused, *testing.T)
	}{
		{"learn nothing", (*abused).strangersLearnNothing}, {"identifiers tell nothing", (*abused).identifiersTellNothing},
		{"one click is never refused", (*abused).oneClickIsNeverRefused}, {"their mail is bounded", (*abused).strangersMailIsBounded},
		{"one network is bounded", (*abused).oneNetworkIsBounded}, {"all their mail is bounded", (*abused).allMailIsBounded},
	} {
		t.Run(step.name, func(t *testing.T) {
			b := *a
			b.T = t
			step.test(&b, t)
		})
	}
}

func startAbused(t *testing.T) *abused {
	t.Helper()
	a := &abused{site: startAlone(t), T: t}
	a.crowd = &stranger.Crowd{URL: a.URL}
	signer, err := stranger.Signer(a.Cloud)
	if err != nil {
		t.Fatal(err)
	}
	a.links = maillink.Links{Site: a.URL, Signer: signer}
	a.limits = limit.NewStore(a.DynamoDB(), a.Tables["LimitsTable"], signer, time.Now, func(string, float64) {})
	_, id := a.published(t, "MT", practice.Author{Ref: a.person(a.member(t, "Eleni", "en", larnaca)).Ref, Name: "Eleni", OrganisationName: "Δήμος Στροβόλου"}, time.Now)
	a.contact = "/practices/" + id + "/contact"
	return a
}

func (a *abused) person(address string) members.Person {
	a.Helper()
	p, err := members.NewStore(a.DynamoDB(), a.Tables["MembersTable"], time.Now).PersonByAddress(a.Context(), address)
	if err != nil {
		a.Fatal(err)
	}
	return p
}

func (a *abused) registered(address string) string { return a.links.Again(address, time.Now()) }

// contacted is what messages to the contact person count as.
func (a *abused) contacted() limit.Count {
	return limit.Count{Limit: limit.MessagesTo, What: "practice " + strings.Split(a.contact, "/")[2]}
}

// ask returns the answer to a probe, and how many mails it caused.
func (a *abused) ask(p stranger.Probe, address string) (stranger.Answer, int) {
	a.Helper()
	before := a.CountAccepted()
	got, err := p.Ask(a.Context(), a.crowd, address)
	if err != nil {
		a.Fatal(err)
	}
	return got, a.CountAccepted() - before
}

// exhaust makes a limit one that was reached just now.
func (a *abused) exhaust(c limit.Count) {
	a.Helper()
	table, now := a.Tables["LimitsTable"], time.Now()
	_, err := a.DynamoDB().PutItem(a.Context(), &dynamodb.PutItemInput{TableName: &table, Item: dynamo.Item{
		"pk": dynamo.S(a.limits.Key(c)), "tat": dynamo.N(now.Add(time.Duration(c.Burst) * c.Every).Add(time.Minute).UnixMilli()),
		"latest": dynamo.N(now.UnixMilli()), "holder": dynamo.S("another"), "expires": dynamo.Time(now.Add(time.Hour)),
	}})
	if err != nil {
		a.Fatal(err)
	}
}

// forget makes a limit one that was never used.
func (a *abused) forget(c limit.Count) {
	a.Helper()
	reset := a.limits.Reset(a.limits.Key(c)).Delete
	if _, err := a.DynamoDB().DeleteItem(a.Context(), &dynamodb.DeleteItemInput{TableName: reset.TableName, Key: reset.Key}); err != nil {
		a.Fatal(err)
	}
}

// strangersLearnNothing asks each route that takes an address about addresses in every state. The
// answers are equal to the byte, but for request ids and tokens, whose lengths are equal, and so is the
// number of mails.
func (a *abused) strangersLearnNothing(t *testing.T) {
	probes := stranger.Probes(a.contact, a.registered)
	if err := stranger.Populate(t.Context(), a.Cloud, len(probes), stranger.States...); err != nil {
		t.Fatal(err)
	}
	type view struct {
		first, second, third string // twice at once, and after the limit was forgotten
		mails                [3]int
	}
	look := func(p stranger.Probe, address string) (v view) {
		a.forget(a.contacted())
		if strings.HasSuffix(p.Name, "/again") { // whoever may ask has registered
			if _, err := stranger.Probes("", nil)[1].Ask(t.Context(), a.crowd, address); err != nil {
				t.Fatal(err)
			}
			a.forget(limit.Count{Limit: limit.Registration, What: address})
		}
		for i, shown := range []*string{&v.first, &v.second, &v.third} {
			var got stranger.Answer
			got, v.mails[i] = a.ask(p, address)
			*shown = got.Shape(address)
			if i == 1 {
				a.forget(limit.Count{Limit: limit.Registration, What: address})
				a.forget(limit.Count{Limit: limit.SignIn, What: address})
			}
		}
		return v
	}
	for i, p := range probes {
		want := look(p, stranger.Address(stranger.Nobody, i))
		if want.mails[0] != 1 || want.mails[2] != 1 {
			t.Errorf("%s: %d mails; it is not what it was asked for:\n%s", p.Name, want.mails, want.first)
		}
		for _, state := range stranger.States {
			if state == stranger.Nobody {
				continue
			}
			if got := look(p, stranger.Address(state, i)); got != want {
				t.Errorf("%s tells that an address is %s:\n%v\n%v", p.Name, state, got, want)
			}
		}
	}
}

// identifiersTellNothing asks for what is not public, and for what does not exist.
func (a *abused) identifiersTellNothing(t *testing.T) {
	store, _ := a.inLibrary(t, "LU")
	author := a.person("eleni@larnaca.example")
	signed := func(purpose string, parts ...string) string {
		return a.links.Signer.Sign(purpose, time.Time{}, parts...)
	}
	draft := a.draftOf(store, author.Ref)
	none, nobody := strings.Repeat("A", len(draft)), strings.Repeat("A", len(author.Organisation))+"."+strings.Repeat("A", len(author.Person))
	for path, pair := range map[string][2]string{
		"GET /practices/%s":                             {draft, none},
		"GET /practices/%s/contact":                     {draft, none},
		"POST /practices/%s/contact":                    {draft, none},
		"POST /my-practices/%s/discard":                 {draft, none},
		"GET /api/practices/%s":                         {draft, none},
		"GET /preferences?token=%s":                     {forged(signed("preferences", author.Ref.String())), forged(signed("preferences", nobody))},
		"POST /unsubscribe?token=%s":                    {forged(signed("unsubscribe", author.Ref.String(), "newsletter")), forged(signed("unsubscribe", nobody, "newsletter"))},
		"POST /confirm?token=%s":                        {forged(signed("confirm", "A")), forged(signed("confirm", "B"))},
		"GET /sign-in/link?token=%s":                    {token.New(), token.New()},
		"GET /calendars/" + author.Ref.String() + "/%s": {token.New(), token.New()},
	} {
		method, path, _ := strings.Cut(path, " ")
		var shapes [2]string
		for i, id := range pair {
			got, err := a.crowd.Send(t.Context(), method, fmt.Sprintf(path, id), "application/x-www-form-urlencoded", "")
			if err != nil {
				t.Fatal(err)
			}
			shapes[i] = got.Shape(id)
		}
		if shapes[0] != shapes[1] {
			t.Errorf("%s %s tells what exists:\n%s\n%s", method, path, shapes[0], shapes[1])
		}
	}
}

// forged is a signed token with another signature.
func forged(signed string) string { return signed[:len(signed)-8] + "AAAAAAAA" }

// strangersMailIsBounded hammers every route by which a stranger causes mail, from ever other networks.
func (a *abused) strangersMailIsBounded(t *testing.T) {
	const asked = 40
	a.forget(a.contacted())
	victim := "victim@stranger.example"
	for _, p := range stranger.Probes(a.contact, a.registered) {
		want := 1
		switch p.Name {
		case "POST /api/registrations", "POST /register/again":
			want = 0 // the same mailbox has had its mail about a registration
		case "POST /practices/{practice}/contact":
			want = limit.MessagesTo.Burst
		}
		sent := 0
		for i := range asked {
			_, mails := a.ask(p, strings.Replace(victim, "@", fmt.Sprintf("+%d@", i), 1)) // all the same mailbox
			sent += mails
		}
		if sent != want {
			t.Errorf("%s: %d mails of %d that were asked for, want %d", p.Name, sent, asked, want)
		}
	}
	applied := stranger.Address("applied", 0)
	store := members.NewStore(a.DynamoDB(), a.Tables["MembersTable"], time.Now)
	application, err := store.ApplicationOf(t.Context(), applied)
	if err != nil {
		t.Fatal(err)
	}
	a.forget(limit.Count{Limit: limit.Registration, What: applied})
	link := a.links.Signer.Sign("confirm", time.Now().AddDate(0, 0, -8), application.ID) // has expired
	before := a.CountAccepted()
	for range asked {
		if _, err := a.crowd.Send(t.Context(), "POST", "/confirm/again", "application/x-www-form-urlencoded", url.Values{"token": {link}}.Encode()); err != nil {
			t.Fatal(err)
		}
	}
	if sent := a.CountAccepted() - before; sent != 1 {
		t.Errorf("POST /confirm/again: %d mails of %d, want 1", sent, asked)
	}
}

// oneNetworkIsBounded believes the connection, not what a request says of itself.
func (a *abused) oneNetworkIsBounded(t *testing.T) {
	before, refused := a.CountAccepted(), stranger.Answer{}
	asked := limit.MailFrom.Burst + 30
	for i := range asked {
		address := stranger.Address(stranger.Nobody, 1000+i)
		got, err := a.crowd.SendFromHere(t.Context(), "POST", "/sign-in", "application/x-www-form-urlencoded", url.Values{"address": {address}, "next": {"/calls"}}.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if got.Status == http.StatusTooManyRequests {
			refused = got
			if !strings.Contains(got.Body, `value="`+address+`"`) || !strings.Contains(got.Body, `value="/calls"`) || got.Header.Get("Retry-After") == "" {
				t.Fatalf("what was typed is lost, or not when to come back: %v\n%s", got.Header, got.Body)
			}
		}
	}
	if sent := a.CountAccepted() - before; sent < limit.MailFrom.Burst || sent > limit.MailFrom.Burst+15 || refused.Status == 0 {
		t.Errorf("%d mails of %d, want about %d", sent, asked, limit.MailFrom.Burst)
	}
}

// allMailIsBounded is reached: whoever is signed in or on a browser that we know goes on.
func (a *abused) allMailIsBounded(t *testing.T) {
	v := a.visitor(t)
	v.signIn("eleni@larnaca.example")
	known := a.visitor(t)
	known.cookies["__Host-signin"] = v.cookies["__Host-signin"]
	a.forget(a.contacted())
	a.exhaust(limit.Everybody)
	before := a.CountAccepted()
	for _, p := range stranger.Probes(a.contact, a.registered) {
		got, mails := a.ask(p, stranger.Address(stranger.Nobody, 2000))
		switch {
		case p.Name == "POST /register/again": // nobody of this address has registered
		case got.Status != http.StatusTooManyRequests || got.Header.Get("Retry-After") == "" || mails > 0:
			t.Errorf("%s: %d, %v, %d mails", p.Name, got.Status, got.Header, mails)
		case strings.HasPrefix(p.Name, "POST /api/") && !strings.Contains(got.Body, `"code":"mail-limit"`):
			t.Errorf("%s: %s", p.Name, got.Body)
		case !strings.HasPrefix(p.Name, "POST /api/") && !strings.Contains(got.Body, stranger.Address(stranger.Nobody, 2000)):
			t.Errorf("%s: what was typed is lost:\n%s", p.Name, got.Body)
		}
	}
	v.open("/profile")
	v.sees("eleni@larnaca.example")
	known.send("/sign-in", url.Values{"address": {"eleni@larnaca.example"}})
	known.sees()
	if sent := a.CountAccepted() - before; sent != 1 {
		t.Errorf("%d mails, want the one to the browser that is known", sent)
	}
}

// oneClickIsNeverRefused unsubscribes from a network that has sent far too many forms.
func (a *abused) oneClickIsNeverRefused(t *testing.T) {
	a.exhaust(limit.Count{Limit: limit.Forms, What: "127.0.0.77/32"})
	defer a.forget(limit.Count{Limit: limit.Forms, What: "127.0.0.77/32"})
	ref := a.person("eleni@larnaca.example").Ref
	for path, want := range map[string]int{
		a.links.Unsubscribe(ref, maillink.Newsletter, "en"): http.StatusOK,
		a.links.Preferences(ref, "en"):                      http.StatusTooManyRequests,
	} {
		got, err := a.crowd.SendFromHere(t.Context(), "POST", strings.TrimPrefix(path, a.URL), "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click&newsletter=every")
		if err != nil || got.Status != want {
			t.Errorf("POST %s: %d, %v; want %d", path, got.Status, err, want)
		}
		if want == http.StatusTooManyRequests && !strings.Contains(got.Body, `name="newsletter" value="every"`) {
			t.Errorf("what was typed is lost:\n%s", got.Body)
		}
	}
}

// TestBrowserTooSoon sends a form from a network that has sent too many, and sends it again from the page
// that says so when it may.
func TestBrowserTooSoon(t *testing.T) {
	t.Parallel()
	a := startAbused(t)
	b := a.browser(t)
	b.phone()
	here := limit.Count{Limit: limit.Forms, What: "127.0.0.1/32"}
	for _, language := range []string{"en", "el"} {
		b.open(withLanguage("/sign-in", language))
		b.fill(`[name="address"]`, "patient@larnaca.example")
		a.exhaust(here)
		b.press(`main form .button`)
		b.sees(map[string]string{"en": "Please wait a moment. Nothing is lost", "el": "Τίποτα δεν χάθηκε"}[language])
		b.fits()
	}
	a.forget(here)
	b.press(`main form .button`)
	b.sees("patient@larnaca.example")
	a.mailTo(t, "patient@larnaca.example", "")
}

// draftOf begins a practice, which nobody else may know of.
func (a *abused) draftOf(store *practice.Store, ref members.Ref) string {
	a.Helper()
	p, _, err := store.Create(a.Context(), practice.Author{Ref: ref, Name: "Eleni", OrganisationName: "Larnaca"}, practice.Content{Original: "en"})
	if err != nil {
		a.Fatal(err)
	}
	return p.ID
}
