package mail

import (
	"errors"
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// maxAddress is the length of the longest address that SMTP can carry, in
// bytes (RFC 5321, section 4.5.3.1.3, less the angle brackets).
const maxAddress = 254

// maxLocalPart is the most bytes before the @ (RFC 5321, section 4.5.3.1.1).
const maxLocalPart = 64

// ErrAddress reports text that is not one plain mail address. It never names
// the text.
var ErrAddress = errors.New("mail: not one plain address such as name@example.org")

// An Address is where a mail comes from or goes to.
type Address struct {
	Name  string // for people, may be empty
	Email string // as returned by ParseAddress
}

// domains turns a domain name into its ASCII form as browsers do (UTS #46,
// non-transitional) and holds it to the lengths of the DNS.
var domains = idna.New(
	idna.MapForLookup(),
	idna.BidiRule(),
	idna.StrictDomainName(true),
	idna.Transitional(false),
	idna.VerifyDNSLength(true),
)

// ParseAddress reads one address as a person types it into a form, or fails
// with [ErrAddress]. It takes the plain form only, the one that every mail
// server accepts: no display name, no quoted local part, no comment, no
// address literal, and nothing outside ASCII before the @ (SES cannot carry
// it). An internationalised domain is returned in its ASCII form and every
// domain in lower case; the local part stays as typed. Spaces around the
// address are ignored.
func ParseAddress(typed string) (string, error) {
	if len(typed) > maxAddress || !utf8.ValidString(typed) {
		return "", ErrAddress
	}
	local, domain, found := strings.Cut(strings.Trim(typed, " \t\u00a0"), "@")
	if !found || !isDotAtom(local) || len(local) > maxLocalPart {
		return "", ErrAddress
	}
	domain, err := domains.ToASCII(domain)
	if err != nil || !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".") {
		return "", ErrAddress
	}
	if _, err := netip.ParseAddr(domain); err == nil {
		return "", ErrAddress
	}
	if len(local)+1+len(domain) > maxAddress {
		return "", ErrAddress
	}
	return local + "@" + domain, nil
}

// Key returns the form in which two spellings of one address are equal, for
// uniqueness and for keyed hashes. Servers may in theory tell Maria@ from
// maria@; none that people use does.
func Key(email string) string {
	return strings.ToLower(email)
}

// isDotAtom reports whether s is a dot-atom of ASCII (RFC 5322, section 3.2.3).
func isDotAtom(s string) bool {
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" || strings.ContainsFunc(atom, func(r rune) bool { return !isAtext(r) }) {
			return false
		}
	}
	return true
}

func isAtext(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return true
	default:
		return strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
	}
}
