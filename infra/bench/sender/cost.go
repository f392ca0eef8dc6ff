package main

import (
	"context"
	"fmt"
	"strings"
)

// List prices in USD, region us-east-1, as known in November 2026; Frankfurt is the same or up to
// a quarter more. Free allowances are left out.
const (
	mailPrice    = 0.10 / 1000         // SES, a message; https://aws.amazon.com/ses/pricing/
	publishPrice = 0.50 / 1e6          // SNS, a message published; to Lambda it is delivered for nothing; https://aws.amazon.com/sns/pricing/
	invokePrice  = 0.20 / 1e6          // Lambda, a run; https://aws.amazon.com/lambda/pricing/
	secondPrice  = 0.0000133334 * 0.25 // Lambda, a second of an arm64 function with 256 MB
	writePrice   = 0.625 / 1e6         // DynamoDB on demand, a write unit; https://aws.amazon.com/dynamodb/pricing/on-demand/
	readPrice    = 0.125 / 1e6         // DynamoDB on demand, a read unit
)

// What is assumed of a million recipients.
const (
	million = 1e6
	// events are those of a mail: its delivery, and for few a delay, a bounce or a complaint as well.
	events = 1.02
	// feedbackSeconds is how long the feedback function takes for an event: two small reads.
	feedbackSeconds = 0.010
	// feedbackReads are the shard and the address's soft bounces, as they were a moment ago.
	feedbackReads = 0.5 + 0.5
	// senderReads are the person and the address's suppression, as they are now, and some for lists.
	senderReads = 1 + 1 + 0.1
	// perSecond is an account's rate that goes with a million a day: SES grants 14 with 50,000.
	perSecond = 280
	// senders is how many runs wait for places in that rate at the same time.
	senders = 4
)

// computeCost is the table of what a million mails cost, from the write units that were measured.
func computeCost(_ context.Context, o *options) (string, error) {
	parts := []struct {
		name    string
		dollars float64
	}{
		{"SNS: publishing the events", million * events * publishPrice},
		{"Lambda: runs of the feedback function", million * events * invokePrice},
		{"Lambda: their time", million * events * feedbackSeconds * secondPrice},
		{"DynamoDB: their reads", million * events * feedbackReads * readPrice},
		{"DynamoDB: the sender's reads", million * senderReads * readPrice},
		{fmt.Sprintf("DynamoDB: the ledger, %.2f write units each", o.writeUnits), million * o.writeUnits * writePrice},
		{fmt.Sprintf("Lambda: %d senders at %d a second", senders, perSecond), million / (0.9 * perSecond) * senders * secondPrice},
	}
	var out strings.Builder
	out.WriteString("### Computed cost of a million mails\n\n| what | USD |\n|---|---|\n")
	sum := 0.0
	for _, p := range parts {
		sum += p.dollars
		fmt.Fprintf(&out, "| %s | %.3f |\n", p.name, p.dollars)
	}
	price := million * mailPrice
	fmt.Fprintf(&out, "| all of this | %.2f |\n| SES: the mail itself | %.2f |\n\nThat is %.2f %% of the price of the mail.\n\n", sum, price, 100*sum/price)
	return out.String(), nil
}
