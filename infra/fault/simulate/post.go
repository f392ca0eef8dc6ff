package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"sync"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/mail"
)

// event is one that is on its way to the feedback function.
type event struct {
	delivery string
	proof    dissemination.Proof
}

// post is a mail service. What it does with a mail depends on the seed, the delivery and how often it
// saw that, so that mails that come at the same time may come in any order.
type post struct {
	world *world
	per   int // messages a second

	mu    sync.Mutex
	sent  map[string]int // by delivery: the oracle
	calls map[string]int
}

var errLost = errors.New("the answer was lost")

func (p *post) quota(context.Context) (mail.Quota, error) {
	q := mail.Quota{PerSecond: float64(p.per), Left: -1}
	if p.world.seed%5 == 0 { // the day's messages are used up now and then
		q.Left, q.Max = p.world.random.IntN(60), 60
	}
	return q, nil
}

func (p *post) send(sender *process, m mail.Message) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if sender.dead {
		return "", errDead
	}
	delivery := m.Tags[dissemination.DeliveryTag]
	p.calls[delivery]++
	chance := p.chance(delivery, "fate")
	if sender.dying {
		sender.dies = true
		if chance < 500 {
			p.accept(delivery)
		}
		return "", errDead
	}
	switch {
	case chance < 30:
		return "", mail.ErrThrottled
	case chance < 40:
		return "", &mail.Refused{Code: "MessageRejected", Permanent: true}
	case chance < 50:
		return "", &mail.Refused{Code: "NoConnection"}
	case chance < 60:
		p.world.lost++
		return "", errLost // and it was not accepted
	case chance < 110:
		p.world.lost++
		p.accept(delivery)
		return "", errLost
	case chance < 112 && p.world.seed%5 == 0:
		return "", mail.ErrQuota
	}
	p.accept(delivery)
	return "id", nil
}

// accept is the moment from which a mail was sent. Its events may get lost, come twice, and in any
// order.
func (p *post) accept(delivery string) {
	p.sent[delivery]++
	p.world.mails++
	proofs := []dissemination.Proof{dissemination.WentOut, dissemination.WentOut}
	switch chance := p.chance(delivery, "proof"); {
	case chance < 40:
		proofs[1] = dissemination.Bounced
	case chance < 50:
		proofs[1] = dissemination.Complained
	case chance < 70:
		proofs[1] = dissemination.Returned
	case chance < 80:
		proofs[1] = dissemination.Refused
	}
	for i, proof := range proofs {
		times := 1
		switch chance := p.chance(delivery, "event"+strconv.Itoa(i)); {
		case chance < 100:
			times = 0
		case chance < 150:
			times = 2
		}
		for range times {
			p.world.events = append(p.world.events, event{delivery, proof})
			p.world.total.events++
		}
	}
}

// chance is a number below 1,000.
func (p *post) chance(delivery, what string) int {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, p.world.seed, delivery, p.calls[delivery], what) // it never fails
	return int(h.Sum64() % 1000)
}

// kind is a kind of mail to people who are numbers. Each page of them is a shard.
type kind struct{ size, page int }

func (k *kind) kind() dissemination.Kind {
	return dissemination.Kind{
		Open: func(context.Context, dissemination.Campaign) (dissemination.Content, error) {
			return dissemination.Content{Recipients: k.recipients, Compose: k.compose}, nil
		},
		Unknown: dissemination.Resend,
	}
}

func (k *kind) recipients(_ context.Context, cursor string, limit int) ([]string, string, error) {
	begin, _ := strconv.Atoi(cursor) // "" is 0
	end := min(begin+min(k.page, limit), k.size)
	var page []string
	for i := begin; i < end; i++ {
		page = append(page, strconv.Itoa(i))
	}
	if end == k.size {
		return page, "", nil
	}
	return page, strconv.Itoa(end), nil
}

// compose leaves one in twenty out.
func (k *kind) compose(_ context.Context, recipients []string) ([]dissemination.Draft, error) {
	drafts := make([]dissemination.Draft, len(recipients))
	for i, r := range recipients {
		if n, _ := strconv.Atoi(r); n%20 == 7 {
			drafts[i].Reason = "unsubscribed"
		}
	}
	return drafts, nil
}
