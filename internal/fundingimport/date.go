package fundingimport

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/municipalitiesnet/munet/internal/call"
)

var errDate = errors.New("fundingimport: not a date")

// day reads a day however a source writes it. The portal writes "2027-04-08T00:00:00.000+0000", whose
// time and zone are artefacts: the day as it is written is the day in Brussels. Others write
// "08/04/2027" or "8.4.2027" (the day first, as all of Europe does), "20270408", or seconds or
// milliseconds since 1970.
func day(s string) (call.Date, error) {
	s = strings.TrimSpace(s)
	if len(s) >= 10 && s[4] == '-' && s[7] == '-' {
		if len(s) > 10 && s[10] != 'T' && s[10] != ' ' {
			return "", errDate
		}
		return call.ParseDate(s[:10])
	}
	for _, layout := range []string{"2/1/2006", "2.1.2006", "2-1-2006", "20060102"} {
		if t, err := time.Parse(layout, s); err == nil {
			return call.ParseDate(t.Format(time.DateOnly))
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil || n < 1e9:
		return "", errDate
	case n < 1e11:
		return call.ParseDate(string(call.DateOf(time.Unix(n, 0))))
	case n < 1e14:
		return call.ParseDate(string(call.DateOf(time.UnixMilli(n))))
	}
	return "", errDate
}

// deadlines reads days that have the same cut-off. One that cannot be read makes all of them doubtful.
func deadlines(days []string, cutOff string) ([]call.Deadline, error) {
	var all []call.Deadline
	for _, s := range days {
		if strings.TrimSpace(s) == "" {
			continue
		}
		d, err := day(s)
		if err != nil {
			return nil, err
		}
		all = append(all, call.Deadline{Day: d, CutOff: cutOff})
	}
	return all, nil
}

// amount reads an amount in whole units, "24000000", "24 000 000", "24,000,000" or "24000000.00"; 0 if
// it is none.
func amount(s string) int64 {
	s = strings.TrimSpace(s)
	for _, point := range []string{".", ","} {
		if i := strings.LastIndex(s, point); i >= 0 && len(s)-i-1 <= 2 && strings.Count(s, point) == 1 {
			s = s[:i]
		}
	}
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" ,.'\u00a0\u202f", r) {
			return -1
		}
		return r
	}, s)
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || n > maxAmount {
		return 0
	}
	return n
}

// maxAmount is more than any call has: the Union's budget of some years.
const maxAmount = 1_000_000_000_000
