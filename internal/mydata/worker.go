package mydata

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
)

// Worker does what is asked for, on a schedule.
//
// It scans: what is said of a person lies in many tables under keys that do not lead to them, and one way
// through all of it can be shown to be complete. A gigabyte of tables costs about 0.03 USD a pass.
type Worker struct {
	Jobs *Store
	// Tables are the tables' names by logical id.
	Tables map[string]string
	// Scan reads a page of a table.
	Scan   func(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
	Client *dynamo.Client
	// Imports deals with the files of imports.
	Imports Imports
	// Settle forgets that people of an organisation are owed a mail, if nobody is any more.
	Settle func(ctx context.Context, organisation string) error
	Post   mail.Post
	Now    func() time.Time
	Log    *slog.Logger
}

const (
	// reserve is what a run leaves of its time to end properly.
	reserve = 10 * time.Second
	// soon is how many passes follow each other at once; then there is a pause.
	soon  = 4
	pause = 5 * time.Minute
	// atOnce is how many requests of a kind one run looks at.
	atOnce = 10
)

// Run works on the open requests, oldest first, until they are done or the context is about to end. The
// next run goes on where it stopped. An erasure that stands still is an error, so that somebody looks.
func (w *Worker) Run(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-reserve))
		defer cancel()
	}
	var failed error
	for _, kind := range []Kind{Erasure, Export} {
		jobs, err := w.Jobs.Jobs(ctx, kind, Open, atOnce)
		failed = errors.Join(failed, err)
		for _, j := range jobs {
			err := w.work(ctx, kind, j.ID)
			switch {
			case errors.Is(ctx.Err(), context.DeadlineExceeded):
				return failed // not a failure: the next run goes on
			case errors.Is(err, errMoved):
				w.Log.Info("another run works on the request", "kind", kind)
			case err != nil:
				failed = errors.Join(failed, fmt.Errorf("mydata: %s: %w", kind, err))
			case kind == Erasure && w.Now().Sub(j.Asked) > stands:
				failed = errors.Join(failed, fmt.Errorf("mydata: erasure %s is not done since %s", j.ID, j.Asked))
			}
		}
	}
	return failed
}

// work takes one request as far as it goes.
func (w *Worker) work(ctx context.Context, kind Kind, id string) error {
	j, err := w.Jobs.job(ctx, kind, id) // the index lags behind
	if err != nil || j.State != Open || w.Now().Before(j.Next) {
		return unlessNone(err)
	}
	for j.State == Open && !w.Now().Before(j.Next) {
		if j.Pass == 0 {
			j.begin(w.Now())
		}
		if j.Table < len(Tables) {
			err = w.page(ctx, &j)
		} else {
			err = w.passed(ctx, &j)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func unlessNone(err error) error {
	if errors.Is(err, errNone) {
		return nil
	}
	return err
}

// page deals with one page of a table. What it finds out about the person is kept before what told it is
// deleted.
func (w *Worker) page(ctx context.Context, j *Job) error {
	table := Tables[j.Table]
	out, err := w.Scan(ctx, &dynamodb.ScanInput{
		TableName: aws.String(w.Tables[table]), ExclusiveStartKey: j.start(), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return fmt.Errorf("reading %s: %w", table, err)
	}
	news := false
	for _, item := range out.Items {
		news = holdingOf(table, item).learn(item, j) || news
	}
	if news {
		j.Changed++ // what was passed before may hold what is known only now
		if err := w.Jobs.save(ctx, j, nil); err != nil {
			return err
		}
	}
	var pieces []Piece
	for _, item := range out.Items {
		if j.own(text(item, "pk")) || expired(item, w.Now()) && j.Kind == Export {
			continue
		}
		found, err := w.item(ctx, table, item, j)
		if err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
		pieces = append(pieces, found...)
	}
	parts := split(pieces)
	for len(parts) > 1 { // a run that dies here finds the page again: better something twice than too little
		if err := w.Jobs.save(ctx, j, parts[0]); err != nil {
			return err
		}
		parts = parts[1:]
	}
	j.Cursor = cursorOf(out.LastEvaluatedKey)
	if len(out.LastEvaluatedKey) == 0 {
		j.Table++
	}
	return w.Jobs.save(ctx, j, parts[0])
}

// maxPart is how much JSON one part of an export may hold, in bytes, so that it fits into an item even if
// it cannot be packed.
const maxPart = 300_000

// split returns what was found in as many parts as it takes, one at least.
func split(pieces []Piece) [][]Piece {
	parts, size := [][]Piece{nil}, 0
	for _, p := range pieces {
		if size += len(p.Data); size > maxPart && parts[len(parts)-1] != nil {
			parts, size = append(parts, nil), len(p.Data)
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], p)
	}
	return parts
}

// start is where the next page begins.
func (j *Job) start() dynamo.Item {
	if len(j.Cursor) == 0 {
		return nil
	}
	key := dynamo.Item{}
	for name, value := range j.Cursor {
		key[name] = dynamo.S(value)
	}
	return key
}

func cursorOf(last dynamo.Item) map[string]string {
	cursor := map[string]string{}
	for name := range last {
		cursor[name] = text(last, name)
	}
	return cursor
}

// passed ends a pass. An erasure is done when a whole pass that began late enough has found nothing.
func (w *Worker) passed(ctx context.Context, j *Job) error {
	settled := j.Asked.Add(rest)
	switch {
	case j.Kind == Export:
		j.State, j.Finished, j.Cursor = Done, w.Now().UTC(), nil
	case j.Changed > 0:
		if j.begin(w.Now()); j.Pass > soon {
			j.Next = w.Now().Add(pause) // an import runs, or somebody is busy
		}
	case j.Began.Before(settled):
		j.begin(w.Now())
		j.Began, j.Next = settled, settled
	default:
		return w.finish(ctx, j)
	}
	return w.Jobs.save(ctx, j, nil)
}

// finish tells the person, by the last mail that goes to the address, and forgets the address.
func (w *Worker) finish(ctx context.Context, j *Job) error {
	if j.Mail && !j.Mailed && len(j.Addresses) > 0 {
		j.Mailed = true // before it is: rather none than two
		if err := w.Jobs.save(ctx, j, nil); err != nil {
			return err
		}
		if err := w.Post.Send(ctx, lastLetter(j), mail.Address{Email: j.Addresses[0]}); err != nil {
			w.Log.Error("the last mail was not sent", "erasure", j.ID, "cause", err)
		}
	}
	for _, ref := range j.Refs {
		organisation, _, _ := strings.Cut(ref, ".")
		if err := w.Settle(ctx, organisation); err != nil {
			return err
		}
	}
	j.forget(w.Now())
	return w.Jobs.save(ctx, j, nil)
}

// lastLetter tells somebody that they are forgotten.
func lastLetter(j *Job) mail.Letter {
	words := language.For(j.Language)
	return mail.Letter{
		Language: words.Tag(),
		Subject:  words.Text("mydata.letter.subject"),
		Heading:  words.Text("mydata.letter.heading"),
		Body:     []string{words.Text("mydata.letter.body"), words.Text("mydata.letter.kept")},
		After:    []string{words.Text("mydata.letter.after")},
		Reason:   words.Text("mydata.letter.reason"),
	}
}
