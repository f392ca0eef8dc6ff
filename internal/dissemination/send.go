package dissemination

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"
)

// patience is how long the known outcomes of a window wait to be written together with the claims
// of the next one.
const patience = 50 * time.Millisecond

// sendShard takes a shard and works it off, window by window.
func (r *run) sendShard(ctx context.Context, w work) (bool, error) {
	sh, ok, err := r.store.takeShard(ctx, w)
	if err != nil || !ok {
		return false, err
	}
	var before Counts
	sh.count(&before)
	err = r.sendWindows(ctx, sh)
	if err != nil {
		err = errors.Join(err, r.rescue(ctx, sh))
	}
	r.done.addChange(before, sh)
	return true, err
}

// rescue saves what is known about a shard that cannot be worked off now.
func (r *run) rescue(ctx context.Context, sh *shard) error {
	ctx = context.WithoutCancel(ctx)
	proved := sh.proved
	sh.unclaimAll()
	err := r.store.release(ctx, sh, r.store.now().Add(lease))
	if err != nil && len(proved) > 0 {
		// Whoever holds the shard now thinks that these are UNKNOWN.
		return r.store.settle(ctx, sh.campaign, sh.number, proved, WentOut)
	}
	if errors.Is(err, errFenced) {
		return nil
	}
	return err
}

// glance is how long a look at recipients is good for: their next window is claimed within it, or
// they are looked at again.
const glance = 300 * time.Millisecond

// sendWindows works a shard off, one look at the campaign and at some recipients after the other.
func (r *run) sendWindows(ctx context.Context, sh *shard) error {
	recipients, err := r.store.Recipients(ctx, sh.campaign, sh.number)
	if err != nil {
		return err
	}
	for !r.ending(ctx) {
		c, err := r.store.Campaign(ctx, sh.campaign)
		if err != nil {
			return err
		}
		if c.State == Cancelled {
			sh.close(cancelled)
		}
		if len(sh.ready(1)) == 0 {
			return r.store.finish(ctx, sh)
		}
		if !c.sends() {
			if rests, err := r.store.rest(ctx, sh); rests || err != nil {
				return err
			}
			continue // it goes on meanwhile
		}
		if c.Parked.After(r.store.now()) {
			return r.store.release(ctx, sh, c.Parked)
		}
		size, err := r.pacer.stretch(ctx, r.Quota)
		if err != nil {
			return err
		}
		if size == 0 {
			return r.park(ctx, sh)
		}
		if err := r.sendStretch(ctx, c, sh, sh.ready(size), recipients); err != nil {
			return err
		}
	}
	return r.store.release(context.WithoutCancel(ctx), sh, r.store.now())
}

// sendStretch looks at recipients together and sends to them, window by window, until what it saw
// of them is too old.
func (r *run) sendStretch(ctx context.Context, c Campaign, sh *shard, indexes []int, recipients []string) error {
	// Places in the rate come first, though not everybody may turn out to want the mail: what is
	// known of the recipients must not grow old while it waits for a place.
	at, err := r.store.reserve(ctx, len(indexes), r.pacer.quota.PerSecond)
	if err != nil {
		return err
	}
	if err := r.await(ctx, sh, at); err != nil {
		return err
	}
	looked := r.store.now()
	prospects, err := r.look(ctx, c, indexes, recipients)
	if err != nil {
		return err
	}
	for rest := prospects; ; {
		window := rest[:min(r.pacer.window(), len(rest))]
		if goOn, err := r.sendWindow(ctx, c, sh, window); !goOn || err != nil {
			return err
		}
		rest = rest[len(window):]
		if len(rest) > 0 {
			at = at.Add(span(len(window), r.pacer.quota.PerSecond))
			if err := r.await(ctx, sh, at); err != nil {
				return err
			}
		}
		if len(rest) == 0 || r.store.now().Sub(looked) > glance || r.ending(ctx) {
			r.pacer.reached(len(prospects)-len(rest), len(rest))
			return nil
		}
	}
}

// await waits for a time. If that takes long, it first writes down what is known.
func (r *run) await(ctx context.Context, sh *shard, at time.Time) error {
	wait := at.Sub(r.store.now())
	if wait <= 0 {
		return nil
	}
	if wait > patience && sh.unsaved {
		if err := r.store.save(ctx, sh); err != nil {
			return err
		}
	}
	return r.store.sleep(ctx, wait)
}

// prospect is a delivery that may be made now.
type prospect struct {
	index int
	Draft
}

// look looks at recipients as they are now.
func (r *run) look(ctx context.Context, c Campaign, indexes []int, recipients []string) ([]prospect, error) {
	content, err := r.open(ctx, c)
	if err != nil {
		return nil, err
	}
	wanted := make([]string, len(indexes))
	for i, index := range indexes {
		wanted[i] = recipients[index]
	}
	drafts, err := content.Compose(ctx, wanted)
	if err != nil {
		return nil, fmt.Errorf("dissemination: composing %s %s: %w", c.Kind, c.ID, err)
	}
	prospects := make([]prospect, len(indexes))
	for i, index := range indexes {
		prospects[i] = prospect{index, drafts[i]}
	}
	return prospects, nil
}

// sendWindow claims deliveries and sends them, and reports whether to go on at the same pace.
func (r *run) sendWindow(ctx context.Context, c Campaign, sh *shard, window []prospect) (goOn bool, err error) {
	batch := claim(c, sh, window)
	if len(batch) == 0 {
		return len(window) > 0, nil
	}
	if err := r.store.save(ctx, sh); err != nil {
		return false, err
	}
	results := r.sendAll(ctx, batch)
	t := tally{}
	for i, p := range batch {
		t.mark(sh, p.index, results[i])
	}
	wait := r.pacer.learn(t)
	if r.pacer.failing() {
		r.halted = true
		return false, fmt.Errorf("dissemination: SES takes nothing: %w", t.cause)
	}
	if wait > 0 {
		if err := r.store.save(ctx, sh); err != nil {
			return false, err
		}
		return false, r.store.sleep(ctx, wait)
	}
	return true, nil
}

// claim takes those deliveries in hand that are still wanted, and returns them.
func claim(c Campaign, sh *shard, window []prospect) []prospect {
	var batch []prospect
	for _, p := range window {
		if p.Reason != "" {
			sh.suppress(p.index, p.Reason)
			continue
		}
		if !sh.claim(p.index) {
			continue // an event has settled it since the look
		}
		tags := map[string]string{campaignTag: c.ID, DeliveryTag: delivery{c.ID, sh.number, p.index}.String()}
		maps.Copy(tags, p.Message.Tags)
		p.Message.Tags = tags
		batch = append(batch, p)
	}
	return batch
}

// sendAll sends a batch at once and returns the error of each. What has begun is brought to its
// end even if the run is stopped: a call that is broken off leaves an UNKNOWN.
func (r *run) sendAll(ctx context.Context, batch []prospect) []error {
	ctx = context.WithoutCancel(ctx)
	results := make([]error, len(batch))
	var group sync.WaitGroup
	for i, p := range batch {
		group.Add(1)
		r.sends <- func() {
			defer group.Done()
			_, results[i] = r.Send(ctx, p.Message)
		}
	}
	group.Wait()
	return results
}

// startSenders starts the goroutines of a run that send. The SDK's calls are deep: a goroutine that
// makes many grows its stack once. The function ends them.
func (r *run) startSenders() (end func()) {
	r.sends = make(chan func())
	for range maxWindow {
		go func() {
			for send := range r.sends {
				send()
			}
		}()
	}
	return func() { close(r.sends) }
}

// park gives a shard and its campaign up until the account may send again. One look at the quota,
// which sends nothing, decides then.
func (r *run) park(ctx context.Context, sh *shard) error {
	r.halted = true
	until := r.store.now().Add(parkedFor)
	if err := r.store.park(ctx, sh.campaign, until); err != nil {
		return err
	}
	r.Log.WarnContext(ctx, "the daily quota of SES is used up", "campaign", sh.campaign, "until", until)
	return r.store.release(ctx, sh, until)
}
