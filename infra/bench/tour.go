package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/infra/bench/form"
	"github.com/municipalitiesnet/munet/infra/local/authenticator"
)

// memberAddress is the address of the member on the tour.
const memberAddress = "anna@town.example.org"

func (t *tour) visit(ctx context.Context, v *visitor) error {
	for _, page := range [][2]string{
		{"open the home page", "/"},
		{"open the list of members", "/members"},
		{"ask the API for organisations", "/api/organisations"},
		{"open the library of practices", "/practices"},
		{"search it", "/practices?words=house&theme=housing"},
		{"ask the API for practices", "/api/practices"},
		{"open the figures of the network", "/figures"},
	} {
		if err := t.page(ctx, v, page[0], page[1]); err != nil {
			return err
		}
	}
	return nil
}

func (t *tour) join(ctx context.Context, v *visitor) error {
	if err := t.page(ctx, v, "open the registration form", "/register"); err != nil {
		return err
	}
	err := t.form(ctx, v, "register", "", url.Values{
		"organisation.kind": {"localAuthority"}, "organisation.name": {"Town of Example"},
		"organisation.country": {"CY"}, "organisation.place": {"Example"},
		"organisation.population": {"5to20k"}, "organisation.topics": {"housing", "education"},
		"representative.name": {"Anna Example"}, "representative.address": {memberAddress},
		"representative.language": {"en"}, "mail.newsletter": {"every"}, "consent": {"yes"},
	})
	if err != nil {
		return err
	}
	link, err := t.mailed(memberAddress, "/confirm")
	if err != nil {
		return err
	}
	if err := t.page(ctx, v, "open the link that confirms", link); err != nil {
		return err
	}
	return t.form(ctx, v, "confirm", "", nil)
}

func (t *tour) signIn(ctx context.Context, v *visitor, address string) error {
	who := "member"
	if address != memberAddress {
		who = "coordinator"
	}
	if err := v.open(ctx, "/sign-in"); err != nil {
		return err
	}
	err := t.form(ctx, v, "ask for a link to sign in ("+who+")", "/sign-in", url.Values{"address": {address}})
	if err != nil {
		return err
	}
	link, err := t.mailed(address, "/sign-in/link")
	if err != nil {
		return err
	}
	if err := t.page(ctx, v, "open that link ("+who+")", link); err != nil {
		return err
	}
	if err := t.form(ctx, v, "sign in and see the first page ("+who+")", "/sign-in/link", nil); err != nil || who == "member" {
		return err
	}
	return t.confirm(ctx, v)
}

// confirm sets up the coordinator's second factor, and passes it.
func (t *tour) confirm(ctx context.Context, v *visitor) error {
	if err := t.page(ctx, v, "open the page that sets up an authenticator app", "/second-factor/app?next=/desk"); err != nil {
		return err
	}
	secret, ok := form.Attribute(v.page, "data-copy")
	if !ok {
		return fmt.Errorf("%s shows no key", v.path)
	}
	now := time.Now()
	code, err := authenticator.Code(secret, now)
	if err != nil {
		return err
	}
	if err := t.form(ctx, v, "set it up, and see that recovery codes follow", "/second-factor/app", url.Values{"code": {code}}); err != nil {
		return err
	}
	if err := t.form(ctx, v, "see the recovery codes", "/second-factor/recovery-codes", nil); err != nil {
		return err
	}
	if err := t.form(ctx, v, "keep them and see the desk", "/second-factor/recovery-codes/kept", url.Values{"kept": {"yes"}}); err != nil {
		return err
	}
	code, err = authenticator.Code(secret, now.Add(30*time.Second))
	if err != nil {
		return err
	}
	return t.step("confirm with a code and see the desk", func() error {
		return v.request(ctx, http.MethodPost, "/second-factor/code", url.Values{"code": {code}, "next": {"/desk"}})
	})
}

func (t *tour) manage(ctx context.Context, v *visitor) error {
	if err := t.page(ctx, v, "open the profile", "/profile"); err != nil {
		return err
	}
	if err := t.form(ctx, v, "save the profile and see it", "/profile", nil); err != nil {
		return err
	}
	if err := t.page(ctx, v, "open the mail preferences", "/preferences"); err != nil {
		return err
	}
	err := t.form(ctx, v, "change the mail preferences and see them", "", url.Values{"newsletter": {"monthly"}})
	if err != nil {
		return err
	}
	return t.page(ctx, v, "open the sessions", "/sessions")
}

// stop is the one click of a mail program (RFC 8058) on the newsletter's header.
func (t *tour) stop(ctx context.Context, v *visitor) error {
	link, err := t.mailed(memberAddress, "/unsubscribe")
	if err != nil {
		return err
	}
	if err := t.page(ctx, v, "open the link that ends newsletters", link); err != nil {
		return err
	}
	return t.step("end newsletters with one click", func() error {
		return v.request(ctx, http.MethodPost, strings.TrimPrefix(link, v.site), url.Values{"List-Unsubscribe": {"One-Click"}})
	})
}

func (t *tour) leave(ctx context.Context, v *visitor) error {
	if err := t.page(ctx, v, "open the question whether to leave", "/leave"); err != nil {
		return err
	}
	return t.form(ctx, v, "leave", "", nil)
}
