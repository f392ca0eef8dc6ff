package language

import (
	_ "embed"
	"log/slog"
	"strconv"
	"sync"
	"time"
)

// brusselsZone is the entry Europe/Brussels of the IANA time zone database. The system of a function
// may have no database, and package time/tzdata brings the whole world's.
//
//go:embed brussels.tzif
var brusselsZone []byte

// Brussels is the zone of the network: every time that people read or type is in it.
var Brussels = sync.OnceValue(func() *time.Location {
	zone, err := time.LoadLocationFromTZData("Europe/Brussels", brusselsZone)
	if err != nil {
		slog.Error("the time zone of Brussels cannot be read", "error", err)
		return time.UTC
	}
	return zone
})

// Date writes the day that t is in Brussels, such as "14 March 2027".
func (p *Printer) Date(t time.Time) string {
	t = t.In(Brussels())
	return p.Text("date.day",
		"Day", strconv.Itoa(t.Day()),
		"Month", p.Text("month."+strconv.Itoa(int(t.Month()))),
		"Year", strconv.Itoa(t.Year()))
}

// DateTime writes the day and minute that t is in Brussels, such as
// "14 March 2027, 17:00 Brussels time".
func (p *Printer) DateTime(t time.Time) string {
	return p.Text("date.minute", "Day", p.Date(t), "Time", t.In(Brussels()).Format("15:04"))
}
