package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/municipalitiesnet/munet/infra/bench/process"
	"github.com/municipalitiesnet/munet/infra/fault/town"
	"github.com/municipalitiesnet/munet/infra/local/ses"
	"github.com/municipalitiesnet/munet/internal/dissemination"
)

const function = "DisseminationFunction"

// measureCloud sends one newsletter through the local cloud, from the schedule to the report.
func measureCloud(ctx context.Context, o *options) (text string, err error) {
	t, err := town.Build(ctx, town.Options{Recipients: o.recipients, Body: "Good news for all who read on."})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	// Without events neither the sender nor the bare loop has to share the machine with feedback.
	rate, quota := 100_000.0, 10_000_000
	f := ses.Faults{MaxRate: &rate, Quota: &quota}
	if !o.events {
		f.LoseEvents.Probability = 1
	}
	t.SetFaults(f)
	campaign, err := t.Schedule(ctx, "To everybody")
	if err != nil {
		return "", err
	}
	message, err := t.Mail(ctx, campaign)
	if err != nil {
		return "", err
	}
	before, err := measureBare(ctx, t, message)
	if err != nil {
		return "", err
	}
	began, accepted := time.Now(), t.CountAccepted()
	used, err := sendAll(ctx, t, campaign)
	if err != nil {
		return "", err
	}
	took := time.Since(began)
	accepted = t.CountAccepted() - accepted
	after, err := measureBare(ctx, t, message)
	if err != nil {
		return "", err
	}
	report, err := t.Ledger.Report(ctx, campaign, 0)
	if err != nil {
		return "", err
	}
	if report.Closed() != report.Recipients || report.Sent != accepted || report.Ready+report.Claimed != 0 {
		return "", fmt.Errorf("the report does not add up: %+v of %d, and SES accepted %d", report.Counts, report.Recipients, accepted)
	}
	perThousand := used.Processor.Seconds() / float64(report.Sent) * 1000
	return fmt.Sprintf(`### The sending function in the local cloud, %d recipients, messages of %.1f KB

| what | measured | promised |
|---|---|---|
| recipients, sent, accepted by SES | %d, %d, %d | equal |
| processor time for 1,000 messages | %.2f s | 0.29 to 0.39 s |
| of a bare loop of SendRawEmail, %d at once, before and after | %.2f s, %.2f s | |
| times that loop | %.2f | at most 1.2 |
| of a bare loop, one after the other, before and after | %.2f s, %.2f s | |
| most memory | %d MB | 128 MB |
| from start to finish, with the stand-ins on the same machine | %s, %.0f a second | |

`, o.recipients, float64(len(message))/1000, report.Recipients, report.Sent, accepted, perThousand,
		window, before.together, after.together, perThousand/((before.together+after.together)/2), before.single, after.single,
		used.Peak, took.Round(time.Second), float64(report.Sent)/took.Seconds()), nil
}

// window is how many messages the sender has in hand at once.
const window = 20

// bareCost is the processor time for 1,000 messages of bare loops, in seconds.
type bareCost struct{ together, single float64 }

func measureBare(ctx context.Context, t *town.Town, message []byte) (bareCost, error) {
	var c bareCost
	for atOnce, seconds := range map[int]*float64{window: &c.together, 1: &c.single} {
		out, err := runSelf(ctx, message, "-bare", t.MailURL, "-at-once", strconv.Itoa(atOnce))
		if err != nil {
			return c, fmt.Errorf("the bare loop: %w", err)
		}
		if *seconds, err = strconv.ParseFloat(out, 64); err != nil {
			return c, err
		}
	}
	return c, nil
}

// sendAll runs the sender until the newsletter is sent, and returns what its process used for it.
func sendAll(ctx context.Context, t *town.Town, campaign string) (process.Usage, error) {
	// The first run starts the process; it finds the newsletter due.
	for {
		if _, err := t.Invoke(ctx, function, nil); err != nil {
			return process.Usage{}, err
		}
		c, err := t.Ledger.Campaign(ctx, campaign)
		if err != nil {
			return process.Usage{}, err
		}
		if c.State == dissemination.Done {
			return process.Function(function)
		}
	}
}
