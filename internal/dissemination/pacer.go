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
}

// window returns how many deliveries to take in hand, or 0 if the account's quota is used up. The
// quota is asked for once, by the first window of a run.
func (p *pacer) window(ctx context.Context, ask func(context.Context) (mail.Quota, error)) (int, error) {
	if !p.asked {
		quota, err := ask(ctx)
		if err != nil {
			return 0, err
		}
		if quota.PerSecond <= 0 {
			return 0, errors.New("dissemination: SES allows no messages a second")
		}
		p.quota, p.asked, p.size = quota, true, 1
	}
	// A window is sent at once, so it holds what the rate allows in half a second.
	size := min(p.size, maxWindow, int(math.Ceil(p.quota.PerSecond*share/2)))
	if p.quota.Left >= 0 {
		kept := int(float64(p.quota.Max) * (1 - share))
		size = min(size, max(p.quota.Left-kept, 0))
	}
	return size, nil
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
