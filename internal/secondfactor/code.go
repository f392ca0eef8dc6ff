package secondfactor

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"github.com/municipalitiesnet/munet/internal/token"
)

// What every authenticator app understands: RFC 6238 with SHA-1, six digits, 30 seconds. A code is good
// one step before and after its own, for clocks that differ.
const (
	stepSeconds = 30
	skew        = 1
	digits      = otp.DigitsSix
)

// newSecret returns a random secret of 160 bits (RFC 4226, 4) in base32, as apps take it.
func newSecret() string {
	var secret [20]byte
	rand.Read(secret[:]) // never fails: crypto/rand stops the program instead
	return base32.StdEncoding.EncodeToString(secret[:])
}

// stepOf returns the time step whose code it is, around now.
func stepOf(secret, code string, now time.Time) (step int64, ok bool, err error) {
	for step := now.Unix()/stepSeconds - skew; step <= now.Unix()/stepSeconds+skew; step++ {
		right, err := hotp.GenerateCodeCustom(secret, uint64(step), hotp.ValidateOpts{Digits: digits, Algorithm: otp.AlgorithmSHA1}) //nolint:gosec // after 1970
		if err != nil {
			return 0, false, fmt.Errorf("secondfactor: code: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(right), []byte(code)) == 1 {
			return step, true, nil
		}
	}
	return 0, false, nil
}

// A typed code is of an app or for recovery.
type typedCode struct{ app, recovery string }

// parseCode tells what a person typed: six digits are the app's code, eight letters and digits a
// recovery code. Spaces and hyphens do not count.
func parseCode(typed string) (c typedCode, ok bool) {
	if len(typed) > 64 {
		return c, false
	}
	plain := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) {
			return -1
		}
		return r
	}, typed)
	if len(plain) == int(digits) && strings.Trim(plain, "0123456789") == "" {
		return typedCode{app: plain}, true
	}
	c.recovery, ok = token.ParseCode(plain)
	return c, ok
}

// recoveryHash is what is stored of a recovery code. It is keyed, because 40 bits are soon tried out by
// someone who has a copy of the table.
func (s *Service) recoveryHash(person, code string) string {
	return s.Signer.KeyedHash("recovery code", person+" "+code)
}

// seal encrypts a person's secret (AES-256-GCM), so that a copy of the table gives no code. It opens for
// this person only.
func (s *Service) seal(person, secret string) ([]byte, error) {
	sealer, err := s.sealer()
	if err != nil {
		return nil, err
	}
	return sealer.Seal(nil, nil, []byte(secret), []byte(person)), nil //nolint:gosec // it makes a random nonce itself
}

// unseal is the reverse of seal.
func (s *Service) unseal(person string, sealed []byte) (string, error) {
	sealer, err := s.sealer()
	if err != nil {
		return "", err
	}
	secret, err := sealer.Open(nil, nil, sealed, []byte(person))
	if err != nil {
		return "", fmt.Errorf("secondfactor: secret: %w", err)
	}
	return string(secret), nil
}

func (s *Service) sealer() (cipher.AEAD, error) {
	block, err := aes.NewCipher(s.Signer.Key("authenticator secret"))
	if err != nil {
		return nil, fmt.Errorf("secondfactor: key: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}
