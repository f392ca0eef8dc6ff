// Command website is the Lambda function for the pages that need no data, and static files.
//
// It uses no AWS client, and so reads its settings without package cloud, which brings the SDK.
package main

import (
	"log/slog"
	"os"

	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
	"github.com/municipalitiesnet/munet/internal/website"
)

func main() {
	contact := website.Contact{Address: os.Getenv("COORDINATOR_ADDRESS"), Postal: os.Getenv("POSTAL_ADDRESS")}
	if contact.Address == "" || contact.Postal == "" {
		slog.Error("settings are missing from the environment: COORDINATOR_ADDRESS and POSTAL_ADDRESS")
		os.Exit(1)
	}
	m := web.NewMux(web.Options{Fail: page.Fail})
	website.Register(m, contact)
	web.Start(m)
}
