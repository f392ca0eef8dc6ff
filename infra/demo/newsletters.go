package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/maillink"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/newsletter"
	"github.com/municipalitiesnet/munet/internal/token"
)

// editor is who wrote the newsletters.
const editor = "Eleni Savva"

// draft writes a newsletter.
func (n *network) draft(ctx context.Context, texts map[language.Tag]newsletter.Text) (newsletter.Newsletter, error) {
	draft, err := n.newsletters.Create(ctx, newsletter.Monthly, language.Default, editor)
	if err != nil {
		return draft, err
	}
	for tag, text := range texts {
		if err := n.newsletters.SaveText(ctx, draft.ID, tag, text.Clean(), editor); err != nil {
			return draft, err
		}
	}
	draft, _, err = n.newsletters.Newsletter(ctx, draft.ID)
	return draft, err
}

// send takes a newsletter through the ledger as if it had been sent. No mail goes out.
func (n *network) send(ctx context.Context, issue newsletter.Newsletter) error {
	issue.Due, issue.Attempt, issue.UpdatedBy = n.clock.now(), 1, editor
	writes, err := n.ledger.Writes(dissemination.Campaign{
		ID: issue.ID, Kind: newsletter.CampaignKind, Subject: issue.ID, Due: issue.Due,
	}, nil)
	if err != nil {
		return err
	}
	if err := n.newsletters.Schedule(ctx, issue, writes...); err != nil {
		return err
	}
	signer, err := token.NewSigner(strings.Repeat("0", 64)) // signs what nobody gets
	if err != nil {
		return err
	}
	engine := dissemination.Engine{
		Store: n.ledger,
		Kinds: map[string]dissemination.Kind{newsletter.CampaignKind: (&newsletter.Bulk{
			Newsletters: n.newsletters, Members: n.members, Suppressions: members.NewSuppressions(n.members, signer),
			Layout: newsletter.Layout{
				Site: mail.Site{Name: "MuNet", URL: "https://munet.example"}, From: mail.Address{Email: "newsletter@munet.example"},
				Links: maillink.Links{Site: "https://munet.example", Signer: signer},
			},
		}).Kind()},
		Send:  pretend,
		Quota: func(context.Context) (mail.Quota, error) { return mail.Quota{PerSecond: 1000, Left: -1}, nil },
		Log:   slog.New(slog.DiscardHandler),
	}
	if _, err := engine.Run(ctx); err != nil {
		return fmt.Errorf("demo: newsletter: %w", err)
	}
	return nil
}

// pretend accepts a message that it throws away. Of two it says something else, so that the report
// has all sorts of outcomes.
func pretend(_ context.Context, m mail.Message) (string, error) {
	switch m.To.Email {
	case "contact@livadeia.example":
		return "", &mail.Refused{Code: "MessageRejected", Permanent: true}
	case "contact@heraklion.example":
		return "", errors.New("the answer was lost")
	}
	return "demonstration", nil
}

// clock is the time at which something of the demonstration happened. It moves when somebody waits.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func (c *clock) sleep(_ context.Context, d time.Duration) error {
	c.at = c.at.Add(d)
	return nil
}
