package stranger

import (
	"context"
	"fmt"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/token"
)

// Nobody is the state of an address that nobody has.
const Nobody = "nobody"

// States are those that an address can be in.
var States = []string{Nobody, "member", "suspended", "left", "declined", "awaiting approval", "applied", "suppressed"}

// Address returns an address in a state. They are all equally long.
func Address(state string, n int) string {
	for i, s := range States {
		if s == state {
			return fmt.Sprintf("p%d%04d@stranger.example", i, n)
		}
	}
	return ""
}

// Signer is the network's, for links as it mails them.
func Signer(c *cloud.Cloud) (*token.Signer, error) {
	for _, f := range c.Template.Functions {
		if key := f.Environment["NETWORK_KEY"]; key != "" {
			return token.NewSigner(key)
		}
	}
	return nil, fmt.Errorf("no function has the network's key")
}

// Populate brings n addresses into each of these states.
func Populate(ctx context.Context, c *cloud.Cloud, n int, states ...string) error {
	store := members.NewStore(c.DynamoDB(), c.Tables["MembersTable"], time.Now)
	for _, state := range states {
		for i := range n {
			if err := populate(ctx, c, store, state, i); err != nil {
				return fmt.Errorf("%s: %w", state, err)
			}
		}
	}
	return nil
}

// decisions are how a person who awaits approval comes into a state.
var decisions = map[string][]members.Action{
	"member": {members.Approve}, "suspended": {members.Approve, members.Suspend}, "left": {members.Approve, members.Leave},
	"declined": {members.Decline}, "suppressed": {members.Approve},
}

func populate(ctx context.Context, c *cloud.Cloud, store *members.Store, state string, n int) error {
	if state == Nobody {
		return nil
	}
	address := Address(state, n)
	a, err := store.Apply(ctx, members.Application{
		Profile: members.Profile{Kind: "ngo", Name: fmt.Sprintf("Stranger %s %d", state, n), Country: "MT"},
		Contact: members.Contact{Name: "Karm Borg", Address: address, Language: "en"},
	})
	if err != nil || state == "applied" {
		return err
	}
	org, _, err := store.Confirm(ctx, a, "test")
	for _, action := range decisions[state] {
		if err == nil {
			_, _, err = store.Decide(ctx, org.ID, members.Decision{Action: action, By: "Test"})
		}
	}
	if err == nil && state == "suppressed" {
		var signer *token.Signer
		if signer, err = Signer(c); err == nil {
			err = members.NewSuppressions(store, signer).Add(ctx, address, "bounce")
		}
	}
	return err
}
