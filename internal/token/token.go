// Package token makes the secrets that travel in links and mails.
//
// There are three kinds, chosen by who has to handle them:
//
//   - [New] makes a random token for a link or a cookie. Only its [Hash] is
//     stored, so that a copy of the table opens nothing.
//   - [NewCode] makes a short code that a person types from one device into
//     another. It is weak by itself and must be guarded by a small number of
//     attempts and a short life.
//   - [Signer.Sign] makes a token that carries its own content under a
//     signature, for links that must work for years without a row in a table.
//
// No function of this package logs, and no token belongs in a log.
package token

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// Size is the length of a token made by [New].
const Size = 26

// New returns a random token of 130 bits, [Size] letters and digits that need
// no escaping in a URL or a cookie.
func New() string {
	return rand.Text()
}

// Hash returns the SHA-256 of a token in unpadded base64url, 43 characters:
// the form in which a token is stored. A slow hash would add nothing, because
// nobody can try 2^130 tokens.
func Hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
