package main

import (
	"context"
	"iter"
	"time"
)

// process is somebody who takes turns with the others. Its fate is set by the world between turns.
type process struct {
	world *world
	name  string
	body  func(*process)
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool

	until   time.Time // it waits, or is frozen
	dead    bool      // nothing gets through any more
	dies    bool      // it dies after its next call
	dying   bool      // it dies in the middle of its next mails
	repeats bool      // the answer to its next call is lost, and the call repeated
	ended   bool
}

func (w *world) start(name string, body func(*process)) {
	p := &process{world: w, name: name, body: body}
	w.procs = append(w.procs, p)
	p.begin()
}

func (p *process) begin() {
	p.next, p.stop = iter.Pull(func(yield func(struct{}) bool) {
		p.yield = yield
		p.body(p)
	})
}

// restart begins a process anew in place of one that has ended.
func (w *world) restart(p *process) {
	p.stop()
	delay := time.Duration(w.random.IntN(60_000)) * time.Millisecond
	*p = process{world: w, name: p.name, body: p.body, until: w.now.Add(delay)}
	p.begin()
}

// goOn lets the process run to its next call.
func (p *process) goOn() {
	if _, more := p.next(); !more {
		p.ended = true
	}
}

func (p *process) end() {
	p.dead = true
	p.stop()
}

// turn hands over to the others; false if the process is dead when its turn comes.
func (p *process) turn() bool {
	if p.dead || !p.yield(struct{}{}) {
		p.dead = true
	}
	return !p.dead
}

// step makes a call to the table. Others may go on before and after it.
func (p *process) step(do func()) error {
	if !p.turn() {
		return errDead
	}
	if p.dies {
		p.world.tell("%s is killed after its call", p.name)
		do()
		p.dead = true
		return errDead
	}
	do()
	if p.repeats {
		p.repeats = false
		p.world.tell("%s repeats its call", p.name)
		do()
	}
	if !p.turn() {
		return errDead
	}
	return nil
}

// sleep waits in the world's time.
func (p *process) sleep(_ context.Context, d time.Duration) error {
	p.until = p.world.now.Add(d)
	if !p.turn() {
		return errDead
	}
	return nil
}
