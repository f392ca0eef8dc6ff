// Command memberimport works off the coordinators' imports of members, on a schedule.
package main

import (
	"context"
	"time"

	"github.com/municipalitiesnet/munet/internal/cloud"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/environment"
	"github.com/municipalitiesnet/munet/internal/invitation"
	"github.com/municipalitiesnet/munet/internal/memberimport"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/token"
)

func main() {
	log := environment.Log()
	db := cloud.DynamoDB()
	table := environment.Setting("MEMBERS_TABLE")
	people := members.NewStore(db, table, time.Now)
	campaigns := dissemination.NewStore(db, environment.Setting("DELIVERIES_TABLE"), time.Now)
	signer := environment.Must(token.NewSigner(environment.Setting("NETWORK_KEY")))
	worker := &memberimport.Worker{
		Jobs: memberimport.NewStore(db, table, time.Now), Members: people,
		Suppressions: members.NewSuppressions(people, signer),
		Invite: func(ctx context.Context, campaign string, applications []string) error {
			return campaigns.Start(ctx, dissemination.Campaign{
				ID: campaign, Kind: invitation.Name, Subject: campaign, Due: time.Now(),
			}, applications)
		},
		Log: log,
	}
	environment.Start(worker.Run)
}
