package token

import (
	"crypto/rand"
	"strings"
	"unicode"
)

// alphabet is Crockford's base 32: no I, L, O or U, so that no two characters
// look alike and few words appear by chance.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// CodeSize is the number of characters of a code, five bits each.
const CodeSize = 8

// NewCode returns a random code of 40 bits in its stored form, [CodeSize]
// characters without a hyphen. [ShowCode] gives the form for people.
func NewCode() string {
	var random [CodeSize]byte
	rand.Read(random[:]) // never fails: crypto/rand stops the program instead
	for i, b := range random {
		random[i] = alphabet[b%byte(len(alphabet))] // 256 is a multiple of 32: no bias
	}
	return string(random[:])
}

// ShowCode returns a code as it is printed in a mail, XXXX-XXXX.
func ShowCode(code string) string {
	if len(code) != CodeSize {
		return code
	}
	return code[:CodeSize/2] + "-" + code[CodeSize/2:]
}

// ParseCode brings what a person typed into the form that [NewCode] returned.
// It ignores case, spaces and hyphens, and reads letters that look like one of
// ours as that one: O as zero, I and L as one, and the Greek and Cyrillic
// capitals of the same shape, which a person gets who forgot to switch the
// keyboard. It reports whether the result is a possible code.
func ParseCode(typed string) (string, bool) {
	if len(typed) > 64 {
		return "", false
	}
	var code strings.Builder
	for _, r := range typed {
		r = unicode.ToUpper(r)
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) {
			continue
		}
		if latin, ok := lookalikes[r]; ok {
			r = latin
		}
		if !strings.ContainsRune(alphabet, r) {
			return "", false
		}
		code.WriteRune(r)
	}
	return code.String(), code.Len() == CodeSize
}

// lookalikes maps capitals to the character of the alphabet that they resemble.
var lookalikes = map[rune]rune{
	'O': '0', 'I': '1', 'L': '1',
	// Greek
	'Α': 'A', 'Β': 'B', 'Ε': 'E', 'Ζ': 'Z', 'Η': 'H', 'Ι': '1', 'Κ': 'K', 'Μ': 'M',
	'Ν': 'N', 'Ο': '0', 'Ρ': 'P', 'Τ': 'T', 'Υ': 'Y', 'Χ': 'X',
	// Cyrillic
	'А': 'A', 'В': 'B', 'Е': 'E', 'К': 'K', 'М': 'M', 'Н': 'H', 'О': '0', 'Р': 'P',
	'С': 'C', 'Т': 'T', 'У': 'Y', 'Х': 'X',
}
