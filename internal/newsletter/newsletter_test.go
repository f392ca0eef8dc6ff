package newsletter

import (
	"context"
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
)

// silently sends, and loses the answer.
func silently(s *mail.Sender) func(context.Context, mail.Message) (string, error) {
	return func(ctx context.Context, m mail.Message) (string, error) {
		if _, err := s.Send(ctx, m); err != nil {
			return "", err
		}
		return "", errors.New("no answer")
	}
}

func TestLanguageFallback(t *testing.T) {
	for name, c := range map[string]struct {
		main     language.Tag
		subjects map[language.Tag]string
		reader   language.Tag
		want     language.Tag
	}{
		"their own":         {"en", map[language.Tag]string{"en": "x", "el": "y"}, "el", "el"},
		"the main one":      {"el", map[language.Tag]string{"en": "x", "el": "y"}, "fr", "el"},
		"English":           {"fr", map[language.Tag]string{"en": "x", "el": "y"}, "de", "en"},
		"whichever is left": {"fr", map[language.Tag]string{"el": "y"}, "de", "el"},
		"none at all":       {"el", nil, "de", "el"},
	} {
		if got := (Newsletter{Main: c.main, Subjects: c.subjects}).For(c.reader); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestWhoWantsWhat(t *testing.T) {
	for _, c := range []struct {
		preferences                    members.Preferences
		monthly, special, announcement bool
	}{
		{members.Preferences{Newsletter: members.Every}, true, true, false},
		{members.Preferences{Newsletter: members.Monthly}, true, false, false},
		{members.Preferences{Newsletter: members.Never}, false, false, false},
		{members.Preferences{Newsletter: members.Never, Announcements: true}, false, false, true},
		{members.Preferences{}, false, false, false},
	} {
		for kind, want := range map[Kind]bool{Monthly: c.monthly, Special: c.special, Announcement: c.announcement, "other": false} {
			if got := kind.wantedBy(c.preferences); got != want {
				t.Errorf("%s for %+v: %v", kind, c.preferences, got)
			}
		}
	}
}

func TestParseMoment(t *testing.T) {
	now := time.Date(2027, 3, 14, 16, 0, 0, 0, time.UTC) // 17:00 in Brussels
	for name, c := range map[string]struct {
		moment, date, time string
		zone, which        string
		want               string // RFC 3339, or the field and the code that refuses it
	}{
		"now":                       {"now", "", "", "brussels", "", "2027-03-14T16:00:00Z"},
		"later in winter":           {"later", "2027-03-15", "09:00", "brussels", "", "2027-03-15T08:00:00Z"},
		"later in summer":           {"later", "2027-07-01", "09:00", "brussels", "", "2027-07-01T07:00:00Z"},
		"a time that is skipped":    {"later", "2027-03-28", "02:30", "brussels", "", "time no-hour"},
		"that time elsewhere":       {"later", "2027-03-28", "02:30", "athens", "", "2027-03-28T00:30:00Z"},
		"a time that is twice":      {"later", "2027-10-31", "02:30", "brussels", "", "which twice"},
		"the first of both":         {"later", "2027-10-31", "02:30", "brussels", "first", "2027-10-31T00:30:00Z"},
		"the second of both":        {"later", "2027-10-31", "02:30", "brussels", "second", "2027-10-31T01:30:00Z"},
		"twice in Lisbon":           {"later", "2027-10-31", "01:30", "lisbon", "second", "2027-10-31T01:30:00Z"},
		"in Istanbul":               {"later", "2027-07-01", "09:00", "istanbul", "", "2027-07-01T06:00:00Z"},
		"in Tbilisi":                {"later", "2027-07-01", "09:00", "tbilisi", "", "2027-07-01T05:00:00Z"},
		"in Reykjavik":              {"later", "2027-07-01", "09:00", "reykjavik", "", "2027-07-01T09:00:00Z"},
		"nowhere":                   {"later", "2027-07-01", "09:00", "../brussels", "", "zone choice"},
		"no choice":                 {"", "", "", "brussels", "", "moment choice"},
		"no date":                   {"later", "", "09:00", "brussels", "", "date date"},
		"no time":                   {"later", "2027-03-15", "", "brussels", "", "time time"},
		"no such day":               {"later", "2027-02-30", "09:00", "brussels", "", "date date"},
		"a minute ago":              {"later", "2027-03-14", "16:59", "brussels", "", "date past"},
		"in more than a year":       {"later", "2028-06-01", "09:00", "brussels", "", "date far"},
		"a date in another fashion": {"later", "15/3/2027", "9am", "brussels", "", "date date"},
	} {
		at, fields := parseMoment(url.Values{"moment": {c.moment}, "date": {c.date}, "time": {c.time}, "zone": {c.zone}, "which": {c.which}}, now)
		got := at.UTC().Format(time.RFC3339)
		if len(fields) > 0 {
			got = fields[0].Name + " " + fields[0].Code
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
