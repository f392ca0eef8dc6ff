package schedule

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/municipalitiesnet/munet/infra/local/template"
	"github.com/municipalitiesnet/munet/infra/local/uuid"
)

// A Timetable has the schedules of a template.
type Timetable struct {
	entries []entry
	region  string
	account string
	stack   string
}

type entry struct {
	template.Schedule
	function string
	times    cron.Schedule
}

// New reads the schedules of all functions. Rates count from start.
func New(t *template.Template, start time.Time) (*Timetable, error) {
	table := &Timetable{region: t.Region, account: t.Account, stack: t.StackName}
	for _, f := range t.Functions {
		for _, s := range f.Schedules {
			times, err := parse(s.Expression, s.Timezone, start)
			if err != nil {
				return nil, fmt.Errorf("%s: schedule %s: %w", f.LogicalID, s.Name, err)
			}
			table.entries = append(table.entries, entry{s, f.LogicalID, times})
		}
	}
	return table, nil
}

// Run fires the schedules that are enabled until ctx ends. A function whose
// run before still goes on is fired all the same, as by EventBridge. Times at
// which the machine slept are left out.
func (t *Timetable) Run(ctx context.Context, fire func(function string, event []byte)) {
	var group sync.WaitGroup
	for _, e := range t.entries {
		if e.Enabled {
			group.Go(func() { t.run(ctx, e, fire) })
		}
	}
	group.Wait()
}

func (t *Timetable) run(ctx context.Context, e entry, fire func(string, []byte)) {
	for {
		at := e.times.Next(time.Now())
		if at.IsZero() {
			return
		}
		timer := time.NewTimer(time.Until(at))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
			fire(e.function, t.event(e, at))
		}
	}
}

// Event is what the function's first schedule would send at a time. It is
// false if the function has no schedule.
func (t *Timetable) Event(function string, at time.Time) ([]byte, bool) {
	for _, e := range t.entries {
		if e.function == function {
			return t.event(e, at), true
		}
	}
	return nil, false
}

// A notification is what EventBridge sends if the schedule has no input of its
// own.
type notification struct {
	Version    string   `json:"version"`
	ID         string   `json:"id"`
	DetailType string   `json:"detail-type"`
	Source     string   `json:"source"`
	Account    string   `json:"account"`
	Time       string   `json:"time"`
	Region     string   `json:"region"`
	Resources  []string `json:"resources"`
	Detail     any      `json:"detail"`
}

func (t *Timetable) event(e entry, at time.Time) []byte {
	name := t.stack + "-" + e.function + e.Name
	id := uuid.New()
	n := notification{
		Version: "0", ID: id, DetailType: "Scheduled Event", Account: t.account, Region: t.region,
		Time:   at.UTC().Format(time.RFC3339),
		Source: "aws.events", Resources: []string{t.arn("events", "rule/"+name)}, Detail: struct{}{},
	}
	if e.Scheduler {
		// Unlike rules, the Scheduler sends the detail as a text.
		n.Source, n.Resources, n.Detail = "aws.scheduler", []string{t.arn("scheduler", "schedule/default/"+name)}, "{}"
	}
	if e.Input != "" {
		return []byte(strings.NewReplacer(
			"<aws.scheduler.schedule-arn>", n.Resources[0],
			"<aws.scheduler.scheduled-time>", n.Time,
			"<aws.scheduler.execution-id>", id,
			"<aws.scheduler.attempt-number>", "1",
		).Replace(e.Input))
	}
	event, err := json.Marshal(n)
	if err != nil {
		return []byte("{}") // plain texts; they always encode
	}
	return event
}

func (t *Timetable) arn(service, rest string) string {
	return "arn:aws:" + service + ":" + t.region + ":" + t.account + ":" + rest
}
