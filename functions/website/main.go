// Command website is the Lambda function for the pages that need no data, and static files.
package main

import (
	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
	"github.com/municipalitiesnet/munet/internal/website"
)

func main() {
	m := web.NewMux(web.Options{Fail: page.Fail})
	website.Register(m, website.Contact{
		Address: cloud.Setting("COORDINATOR_ADDRESS"),
		Postal:  cloud.Setting("POSTAL_ADDRESS"),
	})
	web.Start(m)
}
