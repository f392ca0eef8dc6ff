package dissemination

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/municipalitiesnet/munet/internal/mail"
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

// claimed is a delivery in hand.
type claimed struct {
	index   int
	message mail.Message
}

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
		waiting := len(sh.ready(maxWindow))
		if waiting == 0 {
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
		size, err := r.pacer.window(ctx, r.Quota)
		if err != nil {
			return err
		}
		if size == 0 {
			return r.park(ctx, sh)
		}
		if err := r.awaitPlaces(ctx, sh, min(size, waiting)); err != nil {
			return err
		}
		if err := r.sendWindow(ctx, c, sh, size, recipients); err != nil {
			return err
		}
	}
	return r.store.release(context.WithoutCancel(ctx), sh, r.store.now())
}

// awaitPlaces waits until n messages fit into the account's rate.
func (r *run) awaitPlaces(ctx context.Context, sh *shard, n int) error {
	at, err := r.store.reserve(ctx, n, r.pacer.quota.PerSecond)
	if err != nil {
		return err
	}
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

// sendWindow claims the next deliveries and sends them.
func (r *run) sendWindow(ctx context.Context, c Campaign, sh *shard, size int, recipients []string) error {
	batch, err := r.claim(ctx, c, sh, sh.ready(size), recipients)
	if err != nil || len(batch) == 0 {
		return err
	}
	if err := r.store.save(ctx, sh); err != nil {
		return err
	}
	results := r.sendAll(ctx, batch)
	t := tally{}
	for i, claim := range batch {
		t.mark(sh, claim.index, results[i])
	}
	wait := r.pacer.learn(t)
	if r.pacer.failing() {
		r.halted = true
		return fmt.Errorf("dissemination: SES takes nothing: %w", t.cause)
	}
	if wait > 0 {
		if err := r.store.save(ctx, sh); err != nil {
			return err
		}
		return r.store.sleep(ctx, wait)
	}
	return nil
}

// claim looks at the recipients as they are now and takes those deliveries in hand that are still
// wanted.
func (r *run) claim(ctx context.Context, c Campaign, sh *shard, indexes []int, recipients []string) ([]claimed, error) {
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
	var batch []claimed
	for i, index := range indexes {
		if drafts[i].Reason != "" {
			sh.suppress(index, drafts[i].Reason)
			continue
		}
		sh.claim(index)
		m := drafts[i].Message
		m.Tags = maps.Clone(m.Tags)
		if m.Tags == nil {
			m.Tags = map[string]string{}
		}
		m.Tags[campaignTag] = c.ID
		m.Tags[DeliveryTag] = delivery{c.ID, sh.number, index}.String()
		batch = append(batch, claimed{index, m})
	}
	return batch, nil
}

// sendAll sends a batch at once and returns the error of each. What has begun is brought to its
// end even if the run is stopped: a call that is broken off leaves an UNKNOWN.
func (r *run) sendAll(ctx context.Context, batch []claimed) []error {
	ctx = context.WithoutCancel(ctx)
	results := make([]error, len(batch))
	var group sync.WaitGroup
	for i, claim := range batch {
		group.Add(1)
		r.sends <- func() {
			defer group.Done()
			_, results[i] = r.Send(ctx, claim.message)
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
