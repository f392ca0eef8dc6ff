// Package contract knows the routes of all functions from their handlers. Its tests hold that
// template.yaml, the handlers, the OpenAPI description and the documents say the same.
package contract

import (
	"maps"
	"strings"
	"sync"

	"github.com/municipalitiesnet/munet/internal/desk"
	"github.com/municipalitiesnet/munet/internal/funding"
	"github.com/municipalitiesnet/munet/internal/library"
	"github.com/municipalitiesnet/munet/internal/memberimport"
	"github.com/municipalitiesnet/munet/internal/mydata"
	"github.com/municipalitiesnet/munet/internal/newsletter"
	"github.com/municipalitiesnet/munet/internal/registration"
	"github.com/municipalitiesnet/munet/internal/review"
	"github.com/municipalitiesnet/munet/internal/secondfactor"
	"github.com/municipalitiesnet/munet/internal/signin"
	"github.com/municipalitiesnet/munet/internal/submission"
	"github.com/municipalitiesnet/munet/internal/web"
	"github.com/municipalitiesnet/munet/internal/website"
)

// handlers add the routes that each function answers.
var handlers = map[string]func(*web.Mux){
	"WebsiteFunction":      func(m *web.Mux) { website.Register(m, "", website.Contact{}) },
	"SigninFunction":       (&signin.Service{}).Routes,
	"SecondFactorFunction": (&secondfactor.Service{}).Routes,
	"RegistrationFunction": (&registration.Service{}).Routes,
	"DeskFunction": func(m *web.Mux) {
		(&desk.Service{}).Routes(m)
		(&memberimport.Service{}).Routes(m)
	},
	"PracticesFunction":   (&submission.Service{}).Routes,
	"ReviewsFunction":     (&review.Service{}).Routes,
	"LibraryFunction":     (&library.Service{}).Routes,
	"FundingFunction":     (&funding.Service{}).Routes,
	"NewslettersFunction": (&newsletter.Service{}).Routes,
	"ArchiveFunction":     (&newsletter.Archive{}).Routes,
	"MyDataFunction":      (&mydata.Service{}).Routes,
}

// Routes returns who may call each route of a function. A route is written as the template writes it,
// "GET /desk/members/{organisation}".
func Routes(function string) map[string]web.Access {
	m := web.NewMux(web.Options{})
	handlers[function](m)
	all := map[string]web.Access{}
	for _, r := range m.Routes() {
		all[strings.TrimSuffix(r.Pattern, "{$}")] = r.Access
	}
	return all
}

var allRoutes = sync.OnceValue(func() map[string]web.Access {
	all := map[string]web.Access{}
	for function := range handlers {
		maps.Copy(all, Routes(function))
	}
	return all
})

// Access returns who may call a route of any function. GET answers HEAD.
func Access(route string) web.Access {
	if path, ok := strings.CutPrefix(route, "HEAD "); ok {
		route = "GET " + path
	}
	return allRoutes()[route]
}
