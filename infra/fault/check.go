package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/ses"
	"github.com/municipalitiesnet/munet/internal/dissemination"
)

// errTwice says that somebody got the newsletter more than once.
var errTwice = errors.New("somebody got it twice")

const (
	// settling is how long events may take to arrive after the end.
	settling = time.Minute
	// onTheWay is how long a mail may be between the last look at its reader's wishes and SES.
	onTheWay = time.Second
)

// finding is what became of a newsletter.
type finding struct {
	dissemination.Counts
	recipients, accepted, twice int
	unsettled                   int // UNKNOWN although their events were published
	allowed                     int // as many UNKNOWN as the faults explain
	kills, left                 int
	errs                        []error
}

func (f finding) String() string {
	return fmt.Sprintf("%d recipients, %d accepted by SES, %d twice; %d sent, %d failed, %d suppressed, %d unknown (of at most %d); %d kills, %d left",
		f.recipients, f.accepted, f.twice, f.Sent, f.Failed, f.Suppressed, f.Unknown, f.allowed, f.kills, f.left)
}

func (f *finding) demand(ok bool, format string, args ...any) {
	if !ok {
		f.errs = append(f.errs, fmt.Errorf("  "+format, args...))
	}
}

// settled checks the newsletter as soon as all events have come, or at the end of their time.
func (p *passage) settled(ctx context.Context) (finding, error) {
	for end := time.Now().Add(settling); ; time.Sleep(500 * time.Millisecond) {
		f, err := p.check(ctx)
		if err != nil {
			return f, err
		}
		if f.unsettled == 0 || time.Now().After(end) {
			f.demand(f.unsettled == 0, "%d are UNKNOWN although their events were published", f.unsettled)
			return f, errors.Join(f.errs...)
		}
	}
}

// check holds the ledger against the log of SES.
//
//   - Nobody is written to twice.
//   - Nothing is READY or in hand, and SENT + FAILED + SUPPRESSED + UNKNOWN = recipients.
//   - Every member is a recipient, or unsubscribed before the list was made.
//   - SENT was accepted; FAILED and SUPPRESSED were not.
//   - UNKNOWN is at most what was in the hands of the killed, and what SES did not answer.
//   - What has an event is not UNKNOWN.
//   - Nobody gets anything after they were told that they have unsubscribed.
func (p *passage) check(ctx context.Context) (finding, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := finding{kills: p.kills, left: len(p.left), allowed: p.inFlight}
	accepted, err := p.Accepted()
	if err != nil {
		return f, err
	}
	f.accepted = len(accepted)
	byAddress := p.readLog(accepted, &f)
	report, err := p.Ledger.Report(ctx, p.campaign, 0)
	if err != nil {
		return f, err
	}
	f.Counts, f.recipients = report.Counts, report.Recipients
	f.demand(f.Ready == 0 && f.Claimed == 0, "%d are READY and %d CLAIMED at the end", f.Ready, f.Claimed)
	f.demand(f.Closed() == f.recipients, "%d are accounted for, of %d", f.Closed(), f.recipients)
	f.demand(f.Unknown <= f.allowed, "%d are UNKNOWN, and the faults explain %d", f.Unknown, f.allowed)
	f.demand(f.kills == p.options.kills, "%d kills, want %d", f.kills, p.options.kills)
	return f, p.compare(ctx, byAddress, &f)
}

// readLog checks what SES accepted, and returns it by address.
func (p *passage) readLog(accepted []ses.Message, f *finding) map[string]ses.Message {
	byAddress := make(map[string]ses.Message, len(accepted))
	for _, m := range accepted {
		to := m.To[0]
		if _, again := byAddress[to]; again {
			f.twice++
		}
		byAddress[to] = m
		if m.AnswerLost {
			f.allowed++
		}
		if told, left := p.left[to]; left && m.Time.After(told.Add(onTheWay)) {
			f.demand(false, "%s got it %s after unsubscribing", to, m.Time.Sub(told))
		}
	}
	if f.twice > 0 {
		f.errs = append(f.errs, fmt.Errorf("  %w: %d mails too many", errTwice, f.twice))
	}
	return byAddress
}

// compare holds every single delivery against what SES accepted.
func (p *passage) compare(ctx context.Context, accepted map[string]ses.Message, f *finding) error {
	listed := map[string]bool{}
	for d, err := range p.Ledger.Deliveries(ctx, p.campaign) {
		if err != nil {
			return err
		}
		i, known := p.ByRef[d.Recipient]
		if !known {
			continue // the first coordinator
		}
		address := p.People[i].Address
		m, sent := accepted[address]
		f.demand(!listed[address], "%s is listed twice", address)
		listed[address] = true
		switch d.Outcome {
		case dissemination.Sent:
			f.demand(sent, "%s is SENT, and SES accepted nothing", address)
		case dissemination.Unknown:
			if sent && !m.EventsLost {
				f.unsettled++
			}
		default:
			f.demand(!sent, "%s is %c, and SES accepted it", address, d.Outcome)
		}
	}
	for _, reader := range p.People {
		_, left := p.left[reader.Address]
		f.demand(listed[reader.Address] || left, "%s was forgotten", reader.Address)
	}
	return nil
}
