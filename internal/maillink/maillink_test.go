package maillink

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/token"
)

var (
	now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	ref = members.Ref{Organisation: "ORGANISATION", Person: "PERSON"}
)

func links(t *testing.T) Links {
	t.Helper()
	signer, err := token.NewSigner(strings.Repeat("k", 64))
	if err != nil {
		t.Fatal(err)
	}
	return Links{"https://munet.example", signer}
}

// signed returns the token of a link.
func signed(t *testing.T, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("token")
}

func TestEachLinkOpensWhatItIsFor(t *testing.T) {
	l := links(t)
	if got, err := l.Application(signed(t, l.Confirm("A", "el", now)), now); err != nil || got != "A" {
		t.Errorf("application %q, %v", got, err)
	}
	if got, err := l.Reader(signed(t, l.Preferences(ref, "el"))); err != nil || got != ref {
		t.Errorf("reader %v, %v", got, err)
	}
	if got, err := l.Subscription(signed(t, l.Unsubscribe(ref, Newsletter, "el"))); err != nil || got != (Subscription{ref, Newsletter, ""}) {
		t.Errorf("subscription %v, %v", got, err)
	}
	if got, err := l.Subscription(signed(t, l.UnsubscribeFrom("ABC-2", ref, Announcement, "el"))); err != nil || got != (Subscription{ref, Announcement, "ABC-2"}) {
		t.Errorf("subscription of a campaign %v, %v", got, err)
	}
	got, is, err := l.NewAddress(signed(t, l.Address(ref, "new@pafos.example", "el", now)), now)
	if err != nil || got != ref || !is("new@pafos.example") || is("other@pafos.example") {
		t.Errorf("new address of %v, %v", got, err)
	}
}

func TestNoLinkOpensAnythingElse(t *testing.T) {
	l := links(t)
	all := []string{l.Confirm("A", "el", now), l.Preferences(ref, "el"), l.Unsubscribe(ref, Newsletter, "el"), l.Address(ref, "a@b.example", "el", now), l.Site + "/?token=x"}
	for i, link := range all {
		s := signed(t, link)
		var errs [4]error
		_, errs[0] = l.Application(s, now)
		_, errs[1] = l.Reader(s)
		_, errs[2] = l.Subscription(s)
		_, _, errs[3] = l.NewAddress(s, now)
		for j, err := range errs {
			if (err == nil) != (i == j) {
				t.Errorf("%s read as number %d: %v", link, j, err)
			}
		}
	}
}

func TestLinksOpenInTheLanguageOfTheMail(t *testing.T) {
	l := links(t)
	for _, link := range []string{
		l.Confirm("A", "el", now), l.Preferences(ref, "el"), l.Unsubscribe(ref, Newsletter, "el"),
		l.UnsubscribeFrom("ABC-2", ref, Newsletter, "el"), l.Address(ref, "a@b.example", "el", now),
	} {
		if u, err := url.Parse(link); err != nil || u.Query().Get("lang") != "el" {
			t.Errorf("%s is not in the language of its mail (%v)", link, err)
		}
	}
}

func TestConfirmExpiresAndSaysOfWhat(t *testing.T) {
	l := links(t)
	got, err := l.Application(signed(t, l.Confirm("A", "el", now)), now.Add(members.LinkAge+time.Second))
	if !errors.Is(err, token.ErrExpired) || got != "A" {
		t.Errorf("%q, %v; want A and expired", got, err)
	}
}
