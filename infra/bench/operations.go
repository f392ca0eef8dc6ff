package main

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"

	"github.com/municipalitiesnet/munet/infra/bench/meter"
	"github.com/municipalitiesnet/munet/infra/local/cloud"
	"github.com/municipalitiesnet/munet/infra/local/dynamodblocal"
	"github.com/municipalitiesnet/munet/infra/local/ses"
	"github.com/municipalitiesnet/munet/infra/local/template"
)

// A tour takes people through MuNet in a local cloud and notes what each of their steps asks of
// DynamoDB.
type tour struct {
	cloud *cloud.Cloud
	meter *meter.Meter
	rows  table
}

// measureOperations runs the tour.
func measureOperations(ctx context.Context) (_ table, err error) {
	target, err := dynamodblocal.Shared(ctx)
	if err != nil {
		return nil, err
	}
	m, err := meter.New(ctx, target)
	if err != nil {
		return nil, err
	}
	defer func() { _ = m.Close() }()
	var log bytes.Buffer
	c, err := cloud.Start(ctx, cloud.Options{
		NoSchedules: true,
		Environment: map[string]string{dynamodblocal.EndpointVariable: m.URL},
		// Events of mails would be worked off at the same time as the steps; one is a step of its own.
		Faults: ses.Faults{LoseEvents: ses.Fault{Probability: 1}},
		Log:    &log,
	})
	if err != nil {
		return nil, err
	}
	defer func() {
		closing := c.Close()
		if err != nil {
			err = fmt.Errorf("%w\nThe functions said:\n%s", err, log.String())
		} else {
			err = closing
		}
	}()

	t := &tour{cloud: c, meter: m, rows: table{{"what a person does, or a function by itself", "requests", "read units", "write units"}}}
	stranger, member, coordinator := newVisitor(c.URL), newVisitor(c.URL), newVisitor(c.URL)
	for _, part := range []func(context.Context) error{
		func(ctx context.Context) error { return t.visit(ctx, stranger) },
		func(ctx context.Context) error { return t.join(ctx, stranger) },
		func(ctx context.Context) error { return t.signIn(ctx, coordinator, template.CoordinatorAddress) },
		func(ctx context.Context) error { return t.approve(ctx, coordinator) },
		func(ctx context.Context) error { return t.signIn(ctx, member, memberAddress) },
		func(ctx context.Context) error { return t.manage(ctx, member) },
		func(ctx context.Context) error { return t.importMembers(ctx, coordinator) },
		func(ctx context.Context) error { return t.write(ctx, coordinator) },
		func(ctx context.Context) error { return t.disseminate(ctx, coordinator) },
		func(ctx context.Context) error { return t.stop(ctx, stranger) },
		func(ctx context.Context) error { return t.leave(ctx, member) },
	} {
		if err := part(ctx); err != nil {
			return nil, err
		}
	}
	return t.rows, nil
}

// step does something and notes what it used.
func (t *tour) step(name string, do func() error) error {
	t.meter.Take()
	if err := do(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	t.note(name, t.meter.Take())
	return nil
}

// note adds a row.
func (t *tour) note(name string, used meter.Usage) {
	t.rows = append(t.rows, []string{
		name, fmt.Sprint(used.Requests), fmt.Sprintf("%.1f", used.Reads), fmt.Sprintf("%.1f", used.Writes),
	})
}

// invoke runs a function as a step; a nil event is that of its schedule.
func (t *tour) invoke(ctx context.Context, name, function string, event []byte) error {
	return t.step(name, func() error {
		_, err := t.cloud.Invoke(ctx, function, event)
		return err
	})
}

// page opens a page as a step.
func (t *tour) page(ctx context.Context, v *visitor, name, path string) error {
	return t.step(name, func() error { return v.open(ctx, path) })
}

// form sends a form of the shown page as a step.
func (t *tour) form(ctx context.Context, v *visitor, name, action string, values url.Values) error {
	return t.step(name, func() error { return v.submit(ctx, action, values) })
}

// mailed returns the newest link of this path that was mailed to the address.
func (t *tour) mailed(address, path string) (string, error) {
	messages, err := t.cloud.Mail()
	if err != nil {
		return "", err
	}
	pattern := regexp.MustCompile(regexp.QuoteMeta(t.cloud.URL+path) + `\?\S+`)
	for _, m := range slices.Backward(messages) {
		if link := pattern.FindString(m.Text); link != "" && slices.Contains(m.To, address) {
			return link, nil
		}
	}
	return "", fmt.Errorf("no link to %s was mailed to %s", path, address)
}
