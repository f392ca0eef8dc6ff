package call

import (
	"errors"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
)

// Date is a day in Brussels, such as "2027-04-08". The order of texts is the order of days.
type Date string

// dateLayout is that of ISO 8601.
const dateLayout = "2006-01-02"

// ErrDate is the error for what is not a day.
var ErrDate = errors.New("call: not a date")

// ParseDate reads a day as ISO 8601 writes it. A day that no call can mean, decades away, is refused
// as well: it is an error in typing.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(dateLayout, s)
	if err != nil || t.Year() < 2000 || t.Year() > 2099 {
		return "", ErrDate
	}
	return Date(s), nil
}

// DateOf is the day that t is in Brussels.
func DateOf(t time.Time) Date { return Date(t.In(language.Brussels()).Format(dateLayout)) }

// Time is the beginning of the day in Brussels, zero for no date.
func (d Date) Time() time.Time {
	t, err := time.ParseInLocation(dateLayout, string(d), language.Brussels())
	if err != nil {
		return time.Time{}
	}
	return t
}

// Deadline is until when applications, or those of one stage, must be in.
type Deadline struct {
	Day Date `json:"day"`
	// CutOff is the time of that day in Brussels, such as "17:00". Where the source does not say it,
	// it is empty, and the whole day counts.
	CutOff string `json:"cutOff"`
}

// cutOffLayout is hours and minutes.
const cutOffLayout = "15:04"

// At is the moment from which it is too late. Of the hour that the clock has twice at the end of
// summer time it is the first: who comes by that one is in time by either.
func (d Deadline) At() time.Time {
	day := d.Day.Time()
	if day.IsZero() {
		return day
	}
	if d.CutOff == "" {
		return day.AddDate(0, 0, 1)
	}
	clock, err := time.Parse(cutOffLayout, d.CutOff)
	if err != nil {
		return day.AddDate(0, 0, 1)
	}
	at := time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, day.Location())
	if first := at.Add(-time.Hour); first.Hour() == at.Hour() && first.Day() == at.Day() {
		return first
	}
	return at
}

// String writes the deadline for a key or a comparison, such as "2027-04-08 17:00".
func (d Deadline) String() string {
	if d.CutOff == "" {
		return string(d.Day)
	}
	return string(d.Day) + " " + d.CutOff
}

func (d Deadline) valid() bool {
	if _, err := ParseDate(string(d.Day)); err != nil {
		return false
	}
	if d.CutOff == "" {
		return true
	}
	_, err := time.Parse(cutOffLayout, d.CutOff)
	return err == nil
}
