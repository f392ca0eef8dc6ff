package newsletter

import (
	"embed"
	"net/url"
	"slices"
	"time"

	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
)

// Zone is a time zone in which a coordinator may say when to send. One stands for all places whose
// clocks show the same.
type Zone string

// Brussels is the network's own zone, in which all pages show times.
const Brussels Zone = "brussels"

// zones are those of Europe from west to east.
var zones = []Zone{"reykjavik", "lisbon", Brussels, "athens", "istanbul", "tbilisi"}

// zoneFiles are the zones' entries of the IANA time zone database, whose rules for summer time may
// change: the system of a function may have no database.
//
//go:embed zones/*.tzif
var zoneFiles embed.FS

func (z Zone) location() (*time.Location, error) {
	if z == Brussels {
		return language.Brussels(), nil
	}
	data, err := zoneFiles.ReadFile("zones/" + string(z) + ".tzif")
	if err != nil {
		return nil, err
	}
	return time.LoadLocationFromTZData(string(z), data)
}

// farthest is how far ahead a newsletter may be scheduled.
const farthest = 366 * 24 * time.Hour

// parseMoment reads when to send: now, or a day and a time in a zone.
func parseMoment(v url.Values, now time.Time) (time.Time, []fault.Field) {
	switch v.Get("moment") {
	case "now":
		return now, nil
	case "later":
	default:
		return now, []fault.Field{{Name: "moment", Code: "choice"}}
	}
	var fields []fault.Field
	if _, err := time.Parse(time.DateOnly, v.Get("date")); err != nil {
		fields = append(fields, fault.Field{Name: "date", Code: "date"})
	}
	if _, err := time.Parse("15:04", v.Get("time")); err != nil {
		fields = append(fields, fault.Field{Name: "time", Code: "time"})
	}
	zone := Zone(v.Get("zone"))
	location, err := zone.location()
	if err != nil || !slices.Contains(zones, zone) {
		fields = append(fields, fault.Field{Name: "zone", Code: "choice"})
	}
	if len(fields) > 0 {
		return now, fields
	}
	at, refused := clock(v.Get("date")+" "+v.Get("time"), location, v.Get("which"))
	switch {
	case refused != nil:
		return now, []fault.Field{*refused}
	case at.Before(now):
		return now, []fault.Field{{Name: "date", Code: "past"}}
	case at.Sub(now) > farthest:
		return now, []fault.Field{{Name: "date", Code: "far"}}
	}
	return at, nil
}

// clock returns the moment at which the clocks of a place show a day and a time. When summer time
// begins an hour never is; when it ends one is twice, and which says whether the first or the second
// is meant.
func clock(shown string, place *time.Location, which string) (time.Time, *fault.Field) {
	const layout = "2006-01-02 15:04"
	at, err := time.ParseInLocation(layout, shown, place)
	if err != nil {
		return at, &fault.Field{Name: "date", Code: "date"}
	}
	if at.Format(layout) != shown {
		return at, &fault.Field{Name: "time", Code: "no-hour"}
	}
	first, second := at, at
	if earlier := at.Add(-time.Hour); earlier.Format(layout) == shown {
		first = earlier
	}
	if later := at.Add(time.Hour); later.Format(layout) == shown {
		second = later
	}
	switch {
	case first.Equal(second), which == "first":
		return first, nil
	case which == "second":
		return second, nil
	}
	return at, &fault.Field{Name: "which", Code: "twice"}
}
