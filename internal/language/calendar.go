package language

import (
	"log/slog"
	"strconv"
	"sync"
	"time"
	_ "time/tzdata" // the operating system of a function may have no time zones
)

// brussels is the zone that the network writes all its times in.
var brussels = sync.OnceValue(func() *time.Location {
	zone, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		slog.Error("the time zone of Brussels is missing", "error", err)
		return time.UTC
	}
	return zone
})

// Date writes the day that t is in Brussels, such as "14 March 2027".
func (p *Printer) Date(t time.Time) string {
	t = t.In(brussels())
	return p.Text("date.day",
		"Day", strconv.Itoa(t.Day()),
		"Month", p.Text("month."+strconv.Itoa(int(t.Month()))),
		"Year", strconv.Itoa(t.Year()))
}

// DateTime writes the day and minute that t is in Brussels, such as
// "14 March 2027, 17:00 Brussels time".
func (p *Printer) DateTime(t time.Time) string {
	return p.Text("date.minute", "Day", p.Date(t), "Time", t.In(brussels()).Format("15:04"))
}
