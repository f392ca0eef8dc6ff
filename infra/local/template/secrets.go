package template

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"regexp"
	"slices"
	"strings"
)

// secrets holds the values of AWS::SecretsManager::Secret resources.
type secrets struct {
	file   string            // where they are kept, "" for nowhere
	values map[string]string // by logical id
}

var dynamicReference = regexp.MustCompile(`\{\{resolve:([^}]*)\}\}`)

// dynamicReferences replaces {{resolve:secretsmanager:ID:SecretString:KEY}}.
func (r *resolver) dynamicReferences(text string) (any, error) {
	var failed error
	text = dynamicReference.ReplaceAllStringFunc(text, func(match string) string {
		value, err := r.dynamicReference(dynamicReference.FindStringSubmatch(match)[1])
		if err != nil && failed == nil {
			failed = err
		}
		return value
	})
	return text, failed
}

func (r *resolver) dynamicReference(reference string) (string, error) {
	secret, ok := strings.CutPrefix(reference, "secretsmanager:")
	if !ok {
		return "", fmt.Errorf("{{resolve:%s}}: only secretsmanager is supported", reference)
	}
	// The id may be an ARN, which has colons of its own.
	id, key, _ := strings.Cut(secret, ":SecretString")
	key, _, _ = strings.Cut(strings.TrimPrefix(key, ":"), ":")
	for logical, res := range r.resources {
		if res.kind != "AWS::SecretsManager::Secret" {
			continue
		}
		name, err := r.name(logical)
		if err != nil {
			return "", err
		}
		if id == name || id == r.resourceARN(logical, name) {
			return r.secret(logical, key)
		}
	}
	return "", fmt.Errorf("{{resolve:%s}}: the template has no such secret", reference)
}

func (r *resolver) secret(id, key string) (string, error) {
	value, err := r.secretString(id)
	if err != nil || key == "" {
		return value, err
	}
	var fields map[string]string
	if err := json.Unmarshal([]byte(value), &fields); err != nil {
		return "", fmt.Errorf("secret %s is not a JSON object of texts: %w", id, err)
	}
	field, ok := fields[key]
	if !ok {
		return "", fmt.Errorf("secret %s has no key %q", id, key)
	}
	return field, nil
}

func (r *resolver) secretString(id string) (string, error) {
	var p struct {
		SecretString         string
		GenerateSecretString *generator
	}
	if err := r.properties(r.resources[id].properties, &p, "SecretString", "GenerateSecretString"); err != nil {
		return "", err
	}
	if p.GenerateSecretString == nil {
		return p.SecretString, nil
	}
	if err := r.secrets.load(); err != nil {
		return "", err
	}
	if value, ok := r.secrets.values[id]; ok {
		return value, nil
	}
	value, err := p.GenerateSecretString.generate()
	if err != nil {
		return "", fmt.Errorf("secret %s: %w", id, err)
	}
	r.secrets.values[id] = value
	return value, r.secrets.save()
}

func (s *secrets) load() error {
	if s.values != nil {
		return nil
	}
	s.values = map[string]string{}
	if s.file == "" {
		return nil
	}
	text, err := os.ReadFile(s.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the secrets: %w", err)
	}
	if err := json.Unmarshal(text, &s.values); err != nil {
		return fmt.Errorf("read the secrets in %s: %w", s.file, err)
	}
	return nil
}

func (s *secrets) save() error {
	if s.file == "" {
		return nil
	}
	text, err := json.MarshalIndent(s.values, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.file, text, 0o600); err != nil {
		return fmt.Errorf("keep the secrets: %w", err)
	}
	return nil
}

// A generator has the properties of GenerateSecretString.
type generator struct {
	PasswordLength          number
	ExcludeCharacters       string
	ExcludeLowercase        bool
	ExcludeUppercase        bool
	ExcludeNumbers          bool
	ExcludePunctuation      bool
	IncludeSpace            bool
	RequireEachIncludedType *bool
	SecretStringTemplate    string
	GenerateStringKey       string
}

const defaultPasswordLength = 32

// generate makes a password by the rules of Secrets Manager, and puts it into
// the template if there is one.
func (g *generator) generate() (string, error) {
	password, err := g.password()
	if err != nil || g.GenerateStringKey == "" {
		return password, err
	}
	fields := map[string]string{}
	if err := json.Unmarshal([]byte(g.SecretStringTemplate), &fields); err != nil {
		return "", fmt.Errorf("SecretStringTemplate: %w", err)
	}
	fields[g.GenerateStringKey] = password
	text, err := json.Marshal(fields)
	return string(text), err
}

func (g *generator) password() (string, error) {
	length := int(g.PasswordLength)
	if length == 0 {
		length = defaultPasswordLength
	}
	types := g.types()
	all := strings.Join(types, "")
	if all == "" {
		return "", errors.New("every character is excluded")
	}
	if g.RequireEachIncludedType != nil && !*g.RequireEachIncludedType {
		types = nil
	}
	password := make([]byte, 0, length)
	for _, characters := range types {
		password = append(password, pick(characters))
	}
	for len(password) < length {
		password = append(password, pick(all))
	}
	password = password[:length]
	for i := range slices.Backward(password) {
		j := random(i + 1)
		password[i], password[j] = password[j], password[i]
	}
	return string(password), nil
}

// types are the characters of each type that are allowed.
func (g *generator) types() []string {
	var types []string
	for _, t := range []struct {
		excluded   bool
		characters string
	}{
		{g.ExcludeLowercase, "abcdefghijklmnopqrstuvwxyz"},
		{g.ExcludeUppercase, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
		{g.ExcludeNumbers, "0123456789"},
		{g.ExcludePunctuation, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"},
		{!g.IncludeSpace, " "},
	} {
		left := strings.Map(func(c rune) rune {
			if strings.ContainsRune(g.ExcludeCharacters, c) {
				return -1
			}
			return c
		}, t.characters)
		if !t.excluded && left != "" {
			types = append(types, left)
		}
	}
	return types
}

func pick(characters string) byte { return characters[random(len(characters))] }

func random(n int) int {
	// rand.Int on the system's source never fails (crypto/rand, Go 1.24).
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		panic(err)
	}
	return int(i.Int64())
}
