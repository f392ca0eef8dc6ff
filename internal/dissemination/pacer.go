package dissemination

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/municipalitiesnet/munet/internal/mail"
)

const (
	// maxWindow is how many deliveries are in hand at most, and so how many one crash can make
	// UNKNOWN.
	maxWindow = 20
	// maxStretch is how many recipients are looked at together: what one BatchGetItem reads.
	maxStretch = 100
	// maxFailures is how many windows in a row may fail as a whole before a run gives up.
	maxFailures = 5
	minBackoff  = 500 * time.Millisecond
	maxBackoff  = 20 * time.Second
	// parkedFor is how long a campaign waits when the daily quota is used up. The quota counts the
	// last 24 hours, so some of it comes back every hour.
	parkedFor = time.Hour
)

// pacer decides how many deliveries a run takes in hand at once. It begins with one, so that an
// account that may not send costs one call, doubles while all goes well, and halves when SES
// refuses.
type pacer struct {
	jitter func(time.Duration) time.Duration
	asked  bool
	quota  mail.Quota
	// size is how many to try next, failures how many windows in a row had no answer but no.
	size, failures int
	// reach is how many recipients could be dealt with of late while a look at them was good.
	reach int
}

// stretch returns how many recipients to look at together, or 0 if the account's quota is used up:
// as many as the rate lets go while the look is good. The quota is asked for once in a run.
func (p *pacer) stretch(ctx context.Context, ask func(context.Context) (mail.Quota, error)) (int, error) {
	if !p.asked {
		quota, err := ask(ctx)
		if err != nil {
			return 0, err
		}
		if quota.PerSecond <= 0 {
			return 0, errors.New("dissemination: SES allows no messages a second")
		}
		p.quota, p.asked, p.size, p.reach = quota, true, 1, maxStretch
	}
	return min(max(int(p.quota.PerSecond*share*glance.Seconds()), p.burst()), p.reach, p.left()), nil
}

// reached learns how many of a stretch were dealt with in time, and how many were not.
func (p *pacer) reached(inTime, late int) {
	p.reach = min(2*p.reach, maxStretch)
	if late > 0 {
		p.reach = max(inTime, 1)
	}
}

// window returns how many deliveries to take in hand now.
func (p *pacer) window() int { return min(p.size, maxWindow, p.burst(), p.left()) }

// burst is how many may be sent at once: what the rate allows in half a second.
func (p *pacer) burst() int { return int(math.Ceil(p.quota.PerSecond * share / 2)) }

// left is how many bulk mails the account may send today.
func (p *pacer) left() int {
	if p.quota.Left < 0 {
		return math.MaxInt
	}
	kept := int(float64(p.quota.Max) * (1 - share))
	return max(p.quota.Left-kept, 0)
}

// learn adapts to how a window went and returns how long to wait before the next.
func (p *pacer) learn(t tally) time.Duration {
	if p.quota.Left >= 0 {
		p.quota.Left = max(p.quota.Left-t.sent-t.lost, 0)
	}
	if t.quota {
		p.quota.Left = 0
		return 0
	}
	answered := t.sent+t.failed > 0
	if answered {
		p.failures = 0
	}
	if t.held == 0 && (answered || t.lost == 0) {
		p.size = min(2*p.size, maxWindow)
		return 0
	}
	if !answered {
		p.failures++
	}
	p.size = max(p.size/2, 1)
	return min(p.jitter(minBackoff<<p.failures), maxBackoff)
}

// failing reports whether there is no sense in trying on.
func (p *pacer) failing() bool { return p.failures >= maxFailures }

// tally is how the sends of one window ended.
type tally struct {
	sent   int
	failed int // refused for good
	held   int // refused for now
	lost   int // nobody knows
	quota  bool
	cause  error // the last error
}

// mark records how one send ended.
func (t *tally) mark(sh *shard, index int, err error) {
	refused, isRefused := errors.AsType[*mail.Refused](err)
	if err != nil {
		t.cause = err
	}
	switch {
	case err == nil:
		t.sent++
		sh.sent(index)
	case isRefused && refused.Permanent:
		t.failed++
		sh.fail(index, refused.Code)
	case mail.Uncertain(err):
		t.lost++
		sh.lose(index)
	default:
		t.held++
		t.quota = t.quota || errors.Is(err, mail.ErrQuota)
		sh.unclaim(index)
	}
}
