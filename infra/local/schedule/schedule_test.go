package schedule

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/municipalitiesnet/munet/infra/local/template"
)

func TestNext(t *testing.T) {
	t.Parallel()
	// A Sunday.
	start := time.Date(2027, 3, 14, 12, 0, 30, 0, time.UTC)
	tests := []struct {
		expression, zone string
		want             string // RFC 3339; empty for never again
	}{
		{"rate(1 minute)", "", "2027-03-14T12:01:30Z"},
		{"rate(5 minutes)", "", "2027-03-14T12:05:30Z"},
		{"rate(1 day)", "", "2027-03-15T12:00:30Z"},
		{"cron(0 8 * * ? *)", "", "2027-03-15T08:00:00Z"},
		{"cron(0/15 * * * ? *)", "", "2027-03-14T12:15:00Z"},
		{"cron(0 18 ? * MON-FRI *)", "", "2027-03-15T18:00:00Z"},
		{"cron(0 18 ? * 1 *)", "", "2027-03-14T18:00:00Z"},
		{"cron(0 18 ? * 2-6 *)", "", "2027-03-15T18:00:00Z"},
		{"cron(0 18 ? * 7,3 *)", "", "2027-03-16T18:00:00Z"},
		{"cron(0 8 1 * ? *)", "", "2027-04-01T08:00:00Z"},
		{"cron(0 8 1 JAN ? 2029)", "", "2029-01-01T08:00:00Z"},
		{"cron(0 8 1 1 ? 2026-2027)", "", ""},
		{"cron(0 17 * * ? *)", "Europe/Brussels", "2027-03-14T16:00:00Z"},
		{"cron(30 2 28 3 ? *)", "UTC", "2027-03-28T02:30:00Z"},
		{"at(2027-03-14T17:00:00)", "Europe/Brussels", "2027-03-14T16:00:00Z"},
		{"at(2027-03-14T12:00:00)", "", ""},
	}
	for _, test := range tests {
		schedule, err := parse(test.expression, test.zone, start)
		if err != nil {
			t.Errorf("%s: %v", test.expression, err)
			continue
		}
		got := ""
		if next := schedule.Next(start); !next.IsZero() {
			got = next.UTC().Format(time.RFC3339)
		}
		if got != test.want {
			t.Errorf("%s %s: next is %q, want %q", test.expression, test.zone, got, test.want)
		}
	}
}

func TestRefusedExpressions(t *testing.T) {
	t.Parallel()
	for _, expression := range []string{
		"", "5 minutes", "rate(0 minutes)", "rate(1 minutes)", "rate(5 minute)", "rate(5 seconds)", "rate(1.5 hours)",
		"cron(0 8 * * *)", "cron(0 8 * * * *)", "cron(0 8 ? * ? *)", "cron(0 8 L * ? *)", "cron(0 8 ? * 6#3 *)",
		"cron(0 8 ? * 0 *)", "cron(60 8 * * ? *)", "cron(0 8 * * ? 1969)", "at(2027-03-14)",
	} {
		if _, err := parse(expression, "", time.Time{}); err == nil {
			t.Errorf("%q was accepted", expression)
		}
	}
	if _, err := parse("rate(1 minute)", "Europe/Atlantis", time.Time{}); err == nil {
		t.Error("a time zone that does not exist was accepted")
	}
}

func timetable(t *testing.T, schedules ...template.Schedule) *Timetable {
	t.Helper()
	table, err := New(&template.Template{
		StackName: "munet", Region: "eu-central-1", Account: "000000000000",
		Functions: []template.Function{{LogicalID: "Import", Schedules: schedules}},
	}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		table := timetable(t,
			template.Schedule{Name: "Tick", Expression: "rate(1 minute)", Enabled: true, Scheduler: true},
			template.Schedule{Name: "Off", Expression: "rate(1 minute)"})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute+time.Second)
		defer cancel()
		begun := time.Now()
		var fired []time.Duration
		table.Run(ctx, func(string, []byte) { fired = append(fired, time.Since(begun)) })
		if len(fired) != 3 || fired[0] != time.Minute || fired[2] != 3*time.Minute {
			t.Errorf("fired after %v", fired)
		}
	})
}

func TestEvent(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 3, 14, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name     string
		schedule template.Schedule
		want     map[string]any
	}{
		{
			"scheduler", template.Schedule{Name: "Tick", Expression: "rate(1 minute)", Scheduler: true},
			map[string]any{
				"source": "aws.scheduler", "detail-type": "Scheduled Event", "time": "2027-03-14T12:00:00Z", "detail": "{}",
				"account": "000000000000", "region": "eu-central-1", "version": "0",
			},
		},
		{
			"rule", template.Schedule{Name: "Tick", Expression: "rate(1 minute)"},
			map[string]any{"source": "aws.events", "detail-type": "Scheduled Event", "time": "2027-03-14T12:00:00Z"},
		},
		{
			"input", template.Schedule{Expression: "rate(1 minute)", Scheduler: true, Input: `{"at":"<aws.scheduler.scheduled-time>"}`},
			map[string]any{"at": "2027-03-14T12:00:00Z"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			event, ok := timetable(t, test.schedule).Event("Import", at)
			if !ok {
				t.Fatal("there is no event")
			}
			var got map[string]any
			if err := json.Unmarshal(event, &got); err != nil {
				t.Fatal(err)
			}
			for key, want := range test.want {
				if got[key] != want {
					t.Errorf("%s is %v, want %v", key, got[key], want)
				}
			}
		})
	}
	if _, ok := timetable(t).Event("Import", at); ok {
		t.Error("a function without a schedule has an event")
	}
}

func TestBadSchedule(t *testing.T) {
	t.Parallel()
	_, err := New(&template.Template{Functions: []template.Function{{
		LogicalID: "Import", Schedules: []template.Schedule{{Name: "Tick", Expression: "rate(0 minutes)"}},
	}}}, time.Now())
	if err == nil || !strings.Contains(err.Error(), "Import: schedule Tick") {
		t.Errorf("the error is %v", err)
	}
}
