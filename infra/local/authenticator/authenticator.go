// Package authenticator stands in for an authenticator app in the local cloud, for people and tests
// who have no phone at hand.
//
//	GET  /_local/authenticator  the accounts with their present codes, and a field for another one
//	POST /_local/authenticator  adds the account whose key, or otpauth link, is in the field "key"
//
// It keeps the keys in a file, unprotected: they open nothing but the local cloud.
package authenticator

import (
	_ "embed"
	"encoding/json"
	"errors"
	"html/template"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// Code returns the code that an app shows at a time for a key in base32, whose spaces do not count.
func Code(secret string, at time.Time) (string, error) {
	return totp.GenerateCode(strings.ReplaceAll(secret, " ", ""), at)
}

// account is one that was added, as the file has it.
type account struct {
	Name   string `json:"name"`
	Secret string `json:"secret"`
}

// parse reads what was typed: a key, or the link that a QR code holds.
func parse(typed string) (account, error) {
	a := account{Name: "Account", Secret: strings.ToUpper(strings.Join(strings.Fields(typed), ""))}
	if strings.HasPrefix(strings.TrimSpace(typed), "otpauth:") {
		k, err := otp.NewKeyFromURL(typed)
		if err != nil {
			return a, err
		}
		a = account{k.AccountName(), k.Secret()}
	}
	if a.Secret == "" {
		return a, errors.New("there is no key")
	}
	_, err := Code(a.Secret, time.Time{}.AddDate(2000, 0, 0))
	return a, err
}

// An App is an [http.Handler] for the paths above.
type App struct {
	file string
	now  func() time.Time
	mu   sync.Mutex
}

// New makes an app that keeps its accounts in a file.
func New(file string, now func() time.Time) *App { return &App{file: file, now: now} }

// ServeHTTP shows the codes, or adds an account and shows them.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	accounts, err := a.accounts()
	problem := ""
	if err == nil && r.Method == http.MethodPost {
		added, wrong := parse(r.PostFormValue("key"))
		if wrong == nil {
			accounts = append([]account{added}, accounts...)
			err = a.keep(accounts)
		} else {
			problem = "This is not a key: " + wrong.Error()
		}
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	a.show(w, accounts, problem)
}

func (a *App) show(w http.ResponseWriter, accounts []account, problem string) {
	type shown struct{ Name, Code string }
	now := a.now()
	data := struct {
		Accounts []shown
		Seconds  int64 // that the codes are shown for
		Problem  string
	}{Seconds: 30 - now.Unix()%30, Problem: problem}
	for _, one := range accounts {
		code, err := Code(one.Secret, now)
		if err != nil {
			code = err.Error()
		}
		data.Accounts = append(data.Accounts, shown{one.Name, code})
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if problem != "" {
		w.WriteHeader(http.StatusUnprocessableEntity)
	}
	_ = page.Execute(w, data) // a client that has left misses nothing
}

func (a *App) accounts() ([]account, error) {
	text, err := os.ReadFile(a.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []account
	return all, json.Unmarshal(text, &all)
}

func (a *App) keep(all []account) error {
	text, err := json.Marshal(all) //nolint:gosec // of the local cloud: the package says so
	if err != nil {
		return err
	}
	return os.WriteFile(a.file, text, 0o600)
}
