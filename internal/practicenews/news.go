// Package practicenews tells people of practices by mail: on Mondays those who follow themes, of what
// was published on them; once a week at most the coordinators, of what has waited long for a review.
//
// # What is kept, in the practices table
//
//	news            / head   up to when followers were told, and when the queue is looked at next
//	news#2027-03-15 / week   what was published in the week before, written once
//
// A campaign of the dissemination ledger begins in the transaction that moves the head. So each week is
// told once, whoever runs and wherever it is killed; and what a week told never changes.
package practicenews

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/search"
)

const (
	// morning is the hour in Brussels at which mail is written.
	morning = 7
	// settling is how long after the end of a week it is looked at: the time of a publication is taken
	// a moment before it can be read.
	settling = time.Minute
	// patience is how long a version waits before coordinators are reminded of it.
	patience = 7 * 24 * time.Hour
	// day is the form of a day in the identifiers of campaigns, which name it in Brussels.
	day = "2006-01-02"
)

// Editor finds out what is to be told. Run is called every few minutes.
type Editor struct {
	Store     *Store
	Practices *practice.Store
	Index     *search.Store // the practices'
	Ledger    *dissemination.Store
	Now       func() time.Time
	Log       *slog.Logger
}

// Run does what is due. With nothing due it costs one read.
func (e *Editor) Run(ctx context.Context) error {
	h, err := e.Store.head(ctx)
	if err != nil {
		return err
	}
	if h.Version == 0 { // the first week to be told is the one under way
		h.Told, h.Look = monday(e.Now()), tomorrow(e.Now())
		return e.Store.saveHead(ctx, &h)
	}
	return errors.Join(e.tell(ctx, &h), e.remind(ctx, &h))
}

// tell begins the mail to followers when a week is over in which something was published.
func (e *Editor) tell(ctx context.Context, h *head) error {
	end := monday(e.Now().Add(-settling))
	if !end.After(h.Told) {
		return nil
	}
	w := week{From: h.Told, To: end}
	var err error
	if w.Practices, err = e.published(ctx, w); err != nil {
		return err
	}
	var writes []types.TransactWriteItem
	if len(w.Practices) > 0 {
		put, err := e.Store.putWeek(&w)
		if err != nil {
			return err
		}
		c := dissemination.Campaign{ID: "practices-" + w.id(), Kind: DigestKind, Subject: w.id(), Due: e.Now()}
		if writes, err = e.Ledger.Writes(c, nil); err != nil {
			return err
		}
		writes = append(writes, put)
	}
	e.Log.InfoContext(ctx, "practices of the week", "week", w.id(), "practices", len(w.Practices))
	moved := *h
	moved.Told = end
	return e.move(ctx, h, moved, writes)
}

// published returns what was published or updated in a week, the newest first.
func (e *Editor) published(ctx context.Context, w week) ([]practice.Hit, error) {
	index, err := search.NewReader(e.Index).Index(ctx)
	if err != nil {
		return nil, err
	}
	q := search.Query{
		Language: string(language.Default), Size: 100,
		// What was published in the week may have been updated after it.
		Ranges: map[string]search.Range{practice.NumberUpdated: {Min: w.From.Unix(), Max: math.MaxInt64}},
	}
	var found []practice.Hit
	for {
		page, err := index.Search(q)
		if err != nil {
			return nil, err
		}
		for _, hit := range page.Hits {
			p, err := practice.ReadHit(hit.Show)
			if err != nil {
				return nil, err
			}
			if w.has(p.PublishedAt) || w.has(p.UpdatedAt) {
				found = append(found, p)
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	slices.SortFunc(found, func(a, b practice.Hit) int {
		return cmp.Or(b.UpdatedAt.Compare(a.UpdatedAt), cmp.Compare(a.ID, b.ID))
	})
	return found, nil
}

// remind begins the mail to coordinators when something has waited too long.
func (e *Editor) remind(ctx context.Context, h *head) error {
	now := e.Now()
	if h.Look.After(now) {
		return nil
	}
	waiting, _, err := e.Practices.Waiting(ctx, "")
	if err != nil {
		return err
	}
	moved := *h
	moved.Look = tomorrow(now)
	var writes []types.TransactWriteItem
	if len(waiting) > 0 && late(waiting[0], now) {
		id := "reviews-" + now.In(language.Brussels()).Format(day)
		if writes, err = e.Ledger.Writes(dissemination.Campaign{ID: id, Kind: ReminderKind, Subject: id, Due: now}, nil); err != nil {
			return err
		}
		moved.Look = tomorrow(now.Add(6 * 24 * time.Hour))
	}
	return e.move(ctx, h, moved, writes)
}

// move saves where the news stand. If that fails, the head stays as it was read.
func (e *Editor) move(ctx context.Context, h *head, moved head, also []types.TransactWriteItem) error {
	err := e.Store.saveHead(ctx, &moved, also...)
	if err == nil {
		*h = moved
	}
	return err
}

// late reports whether a version has waited too long.
func late(v practice.WaitingVersion, now time.Time) bool { return now.Sub(v.SubmittedAt) >= patience }

// monday is the last Monday morning up to t.
func monday(t time.Time) time.Time {
	in := t.In(language.Brussels())
	since := (int(in.Weekday()) + 6) % 7
	at := time.Date(in.Year(), in.Month(), in.Day()-since, morning, 0, 0, 0, in.Location())
	if at.After(t) {
		at = time.Date(in.Year(), in.Month(), in.Day()-7, morning, 0, 0, 0, in.Location())
	}
	return at.UTC()
}

// tomorrow is the morning of the next working day after t.
func tomorrow(t time.Time) time.Time {
	in := t.In(language.Brussels())
	for days := 1; ; days++ {
		at := time.Date(in.Year(), in.Month(), in.Day()+days, morning, 0, 0, 0, in.Location())
		if at.Weekday() != time.Saturday && at.Weekday() != time.Sunday {
			return at.UTC()
		}
	}
}
