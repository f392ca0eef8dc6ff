// Package schedule fires the schedules of a template as EventBridge does.
package schedule

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

var (
	expression     = regexp.MustCompile(`^(rate|cron|at)\((.*)\)$`)
	rateExpression = regexp.MustCompile(`^([1-9][0-9]*) (minute|hour|day)(s?)$`)
)

// parse reads a schedule expression: rate(5 minutes), cron(0 8 ? * MON *) or
// at(2027-03-14T17:00:00). Rates count from start. Of cron's wildcards it
// knows , - * ? and /, but not L, W and #.
func parse(text, timezone string, start time.Time) (cron.Schedule, error) {
	zone := time.UTC
	if timezone != "" {
		var err error
		if zone, err = time.LoadLocation(timezone); err != nil {
			return nil, err
		}
	}
	match := expression.FindStringSubmatch(text)
	if match == nil {
		return nil, fmt.Errorf("%q is not a schedule expression", text)
	}
	var schedule cron.Schedule
	var err error
	switch match[1] {
	case "rate":
		schedule, err = parseRate(match[2], start)
	case "cron":
		schedule, err = parseCron(match[2], zone)
	case "at":
		schedule, err = parseAt(match[2], zone)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", text, err)
	}
	return schedule, nil
}

// A rate fires at the same distance again and again.
type rate struct {
	start time.Time
	every time.Duration
}

// Next is the first multiple of the distance after t.
func (r rate) Next(t time.Time) time.Time {
	if t.Before(r.start) {
		return r.start.Add(r.every)
	}
	return r.start.Add((t.Sub(r.start)/r.every + 1) * r.every)
}

func parseRate(text string, start time.Time) (cron.Schedule, error) {
	match := rateExpression.FindStringSubmatch(text)
	if match == nil {
		return nil, errors.New("a rate is a number and minute(s), hour(s) or day(s)")
	}
	n, err := strconv.Atoi(match[1])
	if err != nil {
		return nil, err
	}
	if (n == 1) != (match[3] == "") {
		return nil, errors.New("the unit of 1 is singular, that of more is plural")
	}
	units := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	return rate{start, time.Duration(n) * units[match[2]]}, nil
}

// once fires at one time.
type once struct{ at time.Time }

// Next is the one time, or the zero time after it.
func (o once) Next(t time.Time) time.Time {
	if t.Before(o.at) {
		return o.at
	}
	return time.Time{}
}

func parseAt(text string, zone *time.Location) (cron.Schedule, error) {
	at, err := time.ParseInLocation("2006-01-02T15:04:05", text, zone)
	return once{at}, err
}

// inYears limits a schedule to some years.
type inYears struct {
	cron.Schedule
	years []int
}

// Next is the first time after t in one of the years.
func (s inYears) Next(t time.Time) time.Time {
	for {
		next := s.Schedule.Next(t)
		if next.IsZero() || slices.Contains(s.years, next.Year()) {
			return next
		}
		later := slices.IndexFunc(s.years, func(year int) bool { return year > next.Year() })
		if later < 0 {
			return time.Time{}
		}
		t = time.Date(s.years[later], 1, 1, 0, 0, 0, 0, next.Location()).Add(-time.Second)
	}
}

// parseCron reads the six fields of EventBridge: minutes, hours, day of month,
// month, day of week (1 is Sunday) and year.
func parseCron(text string, zone *time.Location) (cron.Schedule, error) {
	fields := strings.Fields(text)
	if len(fields) != 6 {
		return nil, fmt.Errorf("there are %d fields instead of 6", len(fields))
	}
	if (fields[2] == "?") == (fields[4] == "?") {
		return nil, errors.New("one of the day of month and the day of week is '?'")
	}
	if strings.ContainsAny(fields[2], "LW") || strings.ContainsAny(fields[4], "#") || strings.HasSuffix(fields[4], "L") {
		return nil, errors.New("the wildcards L, W and # are not supported")
	}
	weekday, err := weekdays(fields[4])
	if err != nil {
		return nil, err
	}
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	schedule, err := parser.Parse(strings.Join([]string{fields[0], fields[1], fields[2], fields[3], weekday}, " "))
	if err != nil {
		return nil, err
	}
	if spec, ok := schedule.(*cron.SpecSchedule); ok {
		spec.Location = zone
	}
	if fields[5] == "*" {
		return schedule, nil
	}
	years, err := parseYears(fields[5])
	return inYears{schedule, years}, err
}

var weekday = regexp.MustCompile(`^[0-9]+(-[0-9]+)?`)

// weekdays changes numbers from 1 to 7 into those from 0 to 6.
func weekdays(field string) (string, error) {
	parts := strings.Split(field, ",")
	for i, part := range parts {
		numbers := weekday.FindString(part)
		if numbers == "" {
			continue // a name, * or ?
		}
		days := strings.Split(numbers, "-")
		for j, day := range days {
			n, err := strconv.Atoi(day)
			if err != nil || n < 1 || n > 7 {
				return "", fmt.Errorf("%q is not a day of the week: 1 (Sunday) to 7", day)
			}
			days[j] = strconv.Itoa(n - 1)
		}
		parts[i] = strings.Join(days, "-") + part[len(numbers):]
	}
	return strings.Join(parts, ","), nil
}

func parseYears(field string) ([]int, error) {
	var years []int
	for part := range strings.SplitSeq(field, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, err := strconv.Atoi(first)
		if err != nil {
			return nil, fmt.Errorf("%q is not a year", first)
		}
		to, err := strconv.Atoi(last)
		if err != nil || from < 1970 || to > 2199 {
			return nil, fmt.Errorf("%q is not a year from 1970 to 2199", part)
		}
		for year := from; year <= to; year++ {
			years = append(years, year)
		}
	}
	slices.Sort(years)
	return years, nil
}
