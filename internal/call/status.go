package call

import "time"

// Status is where a call stands. It follows from its dates and is stored nowhere, because sources
// keep calls open that have long ended.
type Status string

// The statuses.
const (
	Forthcoming Status = "forthcoming"
	Open        Status = "open"
	SecondStage Status = "secondStage" // the first deadline of two has passed: only those invited go on
	Undated     Status = "undated"     // no deadline is known
	Closed      Status = "closed"
	Withdrawn   Status = "withdrawn"
)

// Statuses are all statuses in the order that forms show them.
var Statuses = []Status{Open, Forthcoming, SecondStage, Undated, Closed, Withdrawn}

// Status tells where the call stands at a moment.
func (c *Content) Status(now time.Time) Status {
	next, ahead := c.Next(now)
	switch {
	case c.Withdrawn:
		return Withdrawn
	case len(c.Deadlines) > 0 && !ahead:
		return Closed
	case c.Opens > DateOf(now):
		return Forthcoming
	case len(c.Deadlines) == 0:
		return Undated
	case c.Model == TwoStage && next != c.Deadlines[0]:
		return SecondStage
	}
	return Open
}

// Ahead reports whether a call with this status may still matter to somebody who has not applied.
func (s Status) Ahead() bool { return s == Open || s == Forthcoming || s == Undated }

// Next returns the next deadline after now, or false if all have passed or none is known.
func (c *Content) Next(now time.Time) (Deadline, bool) {
	for _, d := range c.Deadlines {
		if d.At().After(now) {
			return d, true
		}
	}
	return Deadline{}, false
}
