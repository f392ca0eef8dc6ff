package maillink

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/token"
)

// A link opens what it was made for and nothing else, and whatever is not one of our links opens
// nothing: of all that a stranger can send, only the very tokens that we gave out are accepted.
func FuzzLinks(f *testing.F) {
	signer, err := token.NewSigner(strings.Repeat("k", 32))
	if err != nil {
		f.Fatal(err)
	}
	l := Links{Site: "https://munet.example", Signer: signer}
	now := time.Date(2027, 3, 14, 12, 0, 0, 0, time.UTC)
	ref := members.Ref{Organisation: "ORG", Person: "PERSON"}
	ours := map[string]string{ // a token and what it opens
		secret(f, l.Confirm("application", "en", now)):                  "confirm",
		l.Again("a@example.org", now):                                   "again",
		secret(f, l.Preferences(ref, "en")):                             "preferences",
		secret(f, l.Unsubscribe(ref, Newsletter, "el")):                 "unsubscribe",
		secret(f, l.UnsubscribeFrom("campaign", ref, Funding, "el")):    "unsubscribe",
		secret(f, l.Address(ref, "new@example.org", "en", now)):         "address",
		signer.Sign("unsubscribe", time.Time{}, "no reference", "kind"): "",
		signer.Sign("preferences", time.Time{}, "a.b", "too many"):      "",
	}
	for signed := range ours {
		f.Add(signed)
		f.Add(signed[1:])
		f.Add(signed + "=")
		f.Add(strings.ToLower(signed))
	}
	f.Fuzz(func(t *testing.T, signed string) {
		_, confirms := l.Application(signed, now)
		_, again := l.Registered(signed, now)
		_, reads := l.Reader(signed)
		_, unsubscribes := l.Subscription(signed)
		_, _, addresses := l.NewAddress(signed, now)
		for purpose, err := range map[string]error{
			"confirm": confirms, "again": again, "preferences": reads, "unsubscribe": unsubscribes, "address": addresses,
		} {
			if (err == nil) != (ours[signed] == purpose) {
				t.Errorf("%q opens %s: %v", signed, purpose, err)
			}
		}
	})
}

// secret returns the token of a link.
func secret(f *testing.F, link string) string {
	f.Helper()
	u, err := url.Parse(link)
	if err != nil {
		f.Fatal(err)
	}
	return u.Query().Get("token")
}
