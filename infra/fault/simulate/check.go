package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/municipalitiesnet/munet/infra/fault/memory"
	"github.com/municipalitiesnet/munet/internal/dissemination"
)

// window is how many mails one sender has in hand at most.
const window = 20

// check holds the ledger against what the mail service accepted.
func (w *world) check() error {
	r, err := w.store.Report(context.Background(), campaign, 0)
	if err != nil {
		return err
	}
	w.unknown = r.Unknown
	switch {
	case r.Ready != 0 || r.Claimed != 0:
		return fmt.Errorf("READY or CLAIMED in the end: %+v", r.Counts)
	case r.Closed() != r.Recipients:
		return fmt.Errorf("%d accounted for, of %d", r.Closed(), r.Recipients)
	case w.stops == 0 && r.Recipients != w.kind.size:
		return fmt.Errorf("%d recipients, want %d", r.Recipients, w.kind.size)
	case r.Unknown > w.lost+window*(w.kills+w.freezes):
		return fmt.Errorf("%d UNKNOWN after %d lost answers, %d kills and %d freezes", r.Unknown, w.lost, w.kills, w.freezes)
	}
	bounced, complained := 0, 0
	for _, proofs := range w.proved {
		if proofs[dissemination.Bounced] {
			bounced++
		}
		if proofs[dissemination.Complained] {
			complained++
		}
	}
	if r.Bounced != bounced || r.Complained != complained {
		return fmt.Errorf("%d bounced and %d complained, want %d and %d", r.Bounced, r.Complained, bounced, complained)
	}
	counted := w.table.Item(campaign, "feedback")
	if memory.Number(counted["bounced"]) != int64(bounced) || memory.Number(counted["complained"]) != int64(complained) {
		return fmt.Errorf("the campaign counted %s bounces and %s complaints, want %d and %d",
			memory.Text(counted["bounced"]), memory.Text(counted["complained"]), bounced, complained)
	}
	return w.compare(r)
}

// compare looks at every single delivery.
func (w *world) compare(r dissemination.Report) error {
	index := 0
	shards := map[int]int{}
	for _, sh := range r.Shards {
		shards[sh.Number] = sh.Closed()
	}
	number := 1
	for d, err := range w.store.Deliveries(context.Background(), campaign) {
		if err != nil {
			return err
		}
		for index == shards[number] {
			number, index = number+1, 0
		}
		tag := fmt.Sprintf("%s_%d_%d", campaign, number, index)
		index++
		if err := w.compareOne(tag, d); err != nil {
			return fmt.Errorf("delivery %s to %s: %w", tag, d.Recipient, err)
		}
	}
	return nil
}

func (w *world) compareOne(tag string, d dissemination.Delivery) error {
	copies, proofs := w.post.sent[tag], w.proved[tag]
	again := w.secondTries > 0
	switch {
	case copies > 1 && !again || copies > 2:
		return fmt.Errorf("%d copies", copies)
	case d.Outcome == dissemination.Sent && copies == 0:
		return fmt.Errorf("SENT, and nothing was accepted")
	case d.Outcome == dissemination.Suppressed && copies > 0 && !again:
		return fmt.Errorf("SUPPRESSED (%s), and accepted", d.Reason)
	case d.Outcome == dissemination.Failed && copies > 0 && !again && !proofs[dissemination.Refused]:
		return fmt.Errorf("FAILED (%s), and accepted", d.Reason)
	case d.Outcome == dissemination.Failed && strings.EqualFold(d.Reason, "rejected") != proofs[dissemination.Refused]:
		return fmt.Errorf("FAILED (%s), proofs %v", d.Reason, proofs)
	case d.Outcome == dissemination.Unknown && len(proofs) > 0:
		return fmt.Errorf("UNKNOWN, with the proofs %v", proofs)
	case d.Bounced != proofs[dissemination.Bounced] || d.Returned != proofs[dissemination.Returned]:
		return fmt.Errorf("bounced is %v and returned %v, proofs %v", d.Bounced, d.Returned, proofs)
	}
	return nil
}
