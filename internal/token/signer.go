package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"
)

// ErrForged reports a token that was not signed by this network for this
// purpose, or that was damaged on its way.
var ErrForged = errors.New("token: not signed by us for this purpose")

// ErrExpired reports a genuine token that is older than the caller accepts.
var ErrExpired = errors.New("token: expired")

const (
	// minKey is the least length of the network's key in characters. A
	// generated secret of 32 letters and digits has more than 128 bits.
	minKey = 32
	// macSize is the length of a signature in bytes, 128 bits.
	macSize = 16
	// maxToken bounds the work that a stranger can cause, in characters.
	maxToken = 1024
)

// A Signer signs tokens that carry their own content. The content can be read
// by anyone who holds the token, so it names things by identifier only. A
// Signer is safe for concurrent use.
type Signer struct {
	key []byte
}

// NewSigner returns a Signer for the network's secret key, at least 32
// characters of random text.
func NewSigner(key string) (*Signer, error) {
	if len(key) < minKey {
		return nil, errors.New("token: the network's key is shorter than 32 characters")
	}
	return &Signer{key: []byte(key)}, nil
}

// Sign returns a token that [Signer.Verify] accepts for the same purpose, in
// characters that need no escaping in a URL. The issue time counts in whole
// seconds; the zero time makes a token that only a Verify without a maximum
// age accepts. The same arguments always give the same token.
func (s *Signer) Sign(purpose string, issued time.Time, parts ...string) string {
	var seconds uint64
	if !issued.IsZero() {
		seconds = uint64(max(issued.Unix(), 0))
	}
	payload := binary.AppendUvarint(nil, seconds)
	for _, part := range parts {
		payload = binary.AppendUvarint(payload, uint64(len(part)))
		payload = append(payload, part...)
	}
	mac := s.mac("sign "+purpose, payload)
	return base64.RawURLEncoding.EncodeToString(append(payload, mac[:macSize]...))
}

// Verify returns the parts that [Signer.Sign] was given. It fails with
// [ErrForged] if the token is not genuine, and with [ErrExpired] if it was
// issued more than maxAge before now; the parts are returned even then, so
// that a page can offer a new link. A maxAge of 0 accepts any age.
func (s *Signer) Verify(purpose, token string, maxAge time.Duration, now time.Time) ([]string, error) {
	if len(token) > maxToken {
		return nil, ErrForged
	}
	signed, err := base64.RawURLEncoding.DecodeString(token)
	// The decoder skips line breaks and ignores spare bits: comparing with the
	// encoding leaves exactly one spelling of each token.
	if err != nil || len(signed) < macSize || base64.RawURLEncoding.EncodeToString(signed) != token {
		return nil, ErrForged
	}
	payload, mac := signed[:len(signed)-macSize], signed[len(signed)-macSize:]
	if !hmac.Equal(mac, s.mac("sign "+purpose, payload)[:macSize]) {
		return nil, ErrForged
	}
	issued, parts, ok := parse(payload)
	if !ok {
		return nil, ErrForged
	}
	if maxAge > 0 && now.Sub(issued) > maxAge {
		return parts, ErrExpired
	}
	return parts, nil
}

// KeyedHash returns a value's HMAC-SHA256 under a key of its own for each
// purpose, in unpadded base64url, 43 characters. It lets an address be
// recognised after the address itself was erased, and only by this network.
func (s *Signer) KeyedHash(purpose, value string) string {
	return base64.RawURLEncoding.EncodeToString(s.mac("hash "+purpose, []byte(value)))
}

// Key returns 32 bytes that are secret, the same each time, and of use for this purpose only, such as
// a key of AES-256.
func (s *Signer) Key(purpose string) []byte { return s.mac("key "+purpose, nil) }

// mac returns the HMAC-SHA256 of data under a key derived for the purpose, so
// that a token for one purpose is worthless for every other.
func (s *Signer) mac(purpose string, data []byte) []byte {
	derive := hmac.New(sha256.New, s.key)
	derive.Write([]byte(purpose))
	sign := hmac.New(sha256.New, derive.Sum(nil))
	sign.Write(data)
	return sign.Sum(nil)
}

// parse takes a payload apart: the issue time in seconds, then each part with
// its length before it.
func parse(payload []byte) (issued time.Time, parts []string, ok bool) {
	seconds, n := binary.Uvarint(payload)
	if n <= 0 || seconds > 1<<40 {
		return time.Time{}, nil, false
	}
	payload = payload[n:]
	for len(payload) > 0 {
		length, n := binary.Uvarint(payload)
		if n <= 0 || length > maxToken {
			return time.Time{}, nil, false
		}
		size := int(length)
		payload = payload[n:]
		if size > len(payload) {
			return time.Time{}, nil, false
		}
		parts = append(parts, string(payload[:size]))
		payload = payload[size:]
	}
	return time.Unix(int64(seconds), 0), parts, true
}
