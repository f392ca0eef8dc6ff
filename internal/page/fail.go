package page

import (
	"log/slog"
	"net/http"
	"net/url"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/web"
)

var own = New(shell)

// failure is the data of the error page.
type failure struct {
	Title string
	Text  string
	// Problems are the refused fields, for a form that could not be shown again.
	Problems []Problem
	SignIn   bool
	// Confirm is where the second factor is passed that the page needs, or "".
	Confirm string
}

// keeping are the pages that keep what was typed, by the status of the fault.
var keeping = map[int]string{http.StatusUnauthorized: "ended.html", http.StatusTooManyRequests: "later.html"}

// Fail answers with the error page: what happened, what to do next, and the request's id. A form that
// came without a session, without the second factor that it needs, or too soon after others, gets a page
// that keeps what was typed. It is made for web.Options.Fail.
func Fail(w http.ResponseWriter, r *http.Request, e *fault.Error) {
	confirm := e.Code == web.FactorRequired || e.Code == web.StepUpRequired
	name := keeping[e.Status]
	if confirm {
		name = "ended.html"
	}
	if name != "" {
		if form, ok := typedIn(r); ok {
			form.Code, form.Confirm = e.Code, confirm
			err := own.Render(w, r, e.Status, name, form)
			if err == nil {
				return
			}
			slog.Error("a form cannot be shown again", "page", name, "error", err)
		}
	}
	p := language.For(web.Language(r.Context()))
	code := e.Code
	if !p.Has("error."+code) || !p.Has("error."+code+".title") {
		slog.Error("an error has no sentence", "code", code)
		code = "internal"
	}
	data := failure{
		Title:    p.TextOf("error."+code+".title", e.Args),
		Text:     p.TextOf("error."+code, e.Args),
		Problems: problems(p, Form{Errors: e.Fields}),
		SignIn:   e.Status == http.StatusUnauthorized,
	}
	if confirm {
		data.Confirm = "/second-factor?" + url.Values{"next": {r.URL.RequestURI()}}.Encode()
	}
	if err := own.Render(w, r, e.Status, "error.html", data); err != nil {
		slog.Error("the error page cannot be shown", "error", err)
		http.Error(w, data.Title+"\n\n"+data.Text, e.Status)
	}
}
