// Command website is the Lambda function for the pages that need no data, and static files.
package main

import (
	"os"

	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
	"github.com/municipalitiesnet/munet/internal/website"
)

func main() {
	contact := website.Contact{Address: environment.Setting("COORDINATOR_ADDRESS"), Postal: environment.Setting("POSTAL_ADDRESS")}
	m := web.NewMux(web.Options{
		Fail: page.Fail, Log: environment.Log(), Origins: environment.Must(web.ParseOrigins(os.Getenv("ALLOWED_ORIGINS"))),
	})
	website.Register(m, environment.Setting("SITE_URL"), contact)
	web.Start(m)
}
