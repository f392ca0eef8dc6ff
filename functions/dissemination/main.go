// Command dissemination is the Lambda function that sends what is due of all bulk mail: newsletters,
// alerts about funding, news of practices, reminders and invitations.
package main

import (
	"context"
	"runtime/debug"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/feedback"
	"github.com/municipalitiesnet/munet/internal/fundingalerts"
	"github.com/municipalitiesnet/munet/internal/invitation"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/newsletter"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/practicenews"
	"github.com/municipalitiesnet/munet/internal/token"
)

func main() {
	// Little of what a message needs outlives it: collecting at eight times the memory in use takes a
	// third off the processor time, and stays far below the function's memory.
	debug.SetGCPercent(800)
	log := environment.Log()
	signer := environment.Must(token.NewSigner(environment.Setting("NETWORK_KEY")))
	db := cloud.DynamoDB()
	people := members.NewStore(db, environment.Setting("MEMBERS_TABLE"), time.Now)
	suppressions := members.NewSuppressions(people, signer)
	links := maillink.Links{Site: environment.Setting("SITE_URL"), Signer: signer}
	practices := practice.NewStore(db, environment.Setting("PRACTICES_TABLE"), time.Now)
	readers := practicenews.Readers{Members: people, Suppressions: suppressions}
	site := mail.Site{Name: "MuNet", URL: links.Site, PostalAddress: environment.Setting("POSTAL_ADDRESS")}
	sender := mail.NewSender(cloud.SES(), environment.Setting("CONFIGURATION_SET"))
	warning := feedback.Warning{
		Post:    mail.Post{Sender: sender, Site: site, From: mail.Address{Name: "MuNet", Email: environment.Setting("NOTICES_FROM")}},
		Members: people, To: environment.Setting("COORDINATOR_ADDRESS"),
		Page: func(c dissemination.Campaign) string {
			if c.Kind == newsletter.CampaignKind {
				return newsletter.ProgressPath(c.Subject)
			}
			return newsletter.MailingPath(c.ID)
		},
	}
	engine := &dissemination.Engine{
		Store: dissemination.NewStore(db, environment.Setting("DELIVERIES_TABLE"), time.Now),
		Kinds: map[string]dissemination.Kind{
			newsletter.CampaignKind: (&newsletter.Bulk{
				Newsletters: newsletter.NewStore(db, environment.Setting("NEWSLETTERS_TABLE"), time.Now),
				Members:     people, Suppressions: suppressions,
				Layout: newsletter.Layout{
					Site: site, From: mail.Address{Name: "MuNet", Email: environment.Setting("NEWSLETTER_FROM")}, Links: links,
				},
			}).Kind(),
			fundingalerts.CampaignKind: (&fundingalerts.Post{
				Alerts:  fundingalerts.NewStore(db, environment.Setting("ALERTS_TABLE"), time.Now),
				Calls:   call.NewStore(db, environment.Setting("CALLS_TABLE"), time.Now),
				Members: people, Suppressions: suppressions, Links: links,
				Site: site, From: mail.Address{Name: "MuNet", Email: environment.Setting("NEWSLETTER_FROM")},
			}).Kind(),
			practicenews.DigestKind: (&practicenews.Digests{
				Readers: readers, Practices: practices, Links: links,
				Store: practicenews.NewStore(db, environment.Setting("PRACTICES_TABLE")),
				Site:  site, From: mail.Address{Name: "MuNet", Email: environment.Setting("NEWSLETTER_FROM")},
			}).Kind(),
			practicenews.ReminderKind: (&practicenews.Reminders{
				Readers: readers, Practices: practices,
				Site: site, From: mail.Address{Name: "MuNet", Email: environment.Setting("NOTICES_FROM")},
			}).Kind(),
			invitation.Name: (&invitation.Invitations{
				Members: people, Suppressions: suppressions, Links: links,
				Site: site, From: mail.Address{Name: "MuNet", Email: environment.Setting("NOTICES_FROM")}, Now: time.Now,
			}).Kind(),
		},
		Send: sender.Send, Quota: sender.Quota, Warn: warning.Send,
		Count: environment.Metric, Log: log,
	}
	environment.Start(func(ctx context.Context) error {
		counts, err := engine.Run(ctx)
		if counts != (dissemination.Counts{}) {
			log.Info("run", "sent", counts.Sent, "failed", counts.Failed, "suppressed", counts.Suppressed, "unknown", counts.Unknown)
		}
		return err
	})
}
