// Package fundingalerts finds out what to write to whom about funding: new calls that fit somebody's
// interests, changes of calls that they were told of, and deadlines that come near.
//
// # A run
//
// One run at a time covers all interests that are due, so that a member gets one mail however many
// interests match. It goes through three states, each of which can be begun again after a crash:
//
//	matching  shard by shard of the interests: one alert per person with something to tell
//	sending   one campaign of the dissemination ledger mails the alerts
//	settling  shard by shard: what reached a person is noted as told; what did not is owed
//
// The cursors by which the run knows what is new move only at its end. A person is told of a version
// of a call once; what is owed is in their next mail.
//
// # What is kept
//
//	alerts        / alerts     cursors, when each frequency is due, the run under way, its holder
//	alert#RUN#NN  / REF        what to tell a person, written once
//	told#NN       / REF        what a person was told, and which deadlines they were reminded of
//	owed#NN       / REF        what a mail that failed should have told
package fundingalerts

import (
	"time"

	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/members"
)

// EntryKind is why a call stands in a mail.
type EntryKind string

// The kinds, in the order of the mail.
const (
	New      EntryKind = "new"
	Changed  EntryKind = "changed"
	Deadline EntryKind = "deadline"
)

// Entry is one call in a person's mail.
type Entry struct {
	Kind EntryKind `json:"kind"`
	Call string    `json:"call"`
	// Version is the one that the person is told of; From is the one that they were told of before.
	Version int `json:"version"`
	From    int `json:"from,omitempty"`
	// Deadline is the value of the deadline that is near, Days the reminder that it is: 30, 14 or 3.
	Deadline string `json:"deadline,omitempty"`
	Days     int    `json:"days,omitempty"`
	// Interests are those that matched, by identifier and name; none for a call that is followed.
	Interests []Named `json:"interests,omitempty"`
	Score     int     `json:"score,omitempty"`
	// Reasons are kept for as many entries as a mail shows in full.
	Reasons []interest.Reason `json:"reasons,omitempty"`
}

// Named is an interest by its identifier and its name at the time.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// alert is all that one mail tells a person.
type alert struct {
	Person  members.Ref `json:"person"`
	Entries []Entry     `json:"entries"`
}

// told is what a person was told.
type told struct {
	Calls map[string]toldCall `json:"calls"`
}

// toldCall is what a person was told of one call.
type toldCall struct {
	Version int       `json:"version"`
	At      time.Time `json:"at"`
	// Interests are those through which the call was told.
	Interests []string `json:"interests,omitempty"`
	// Reminded are the reminders that were sent, as "2027-03-04 17:00|14": a deadline that moves is
	// reminded of again.
	Reminded []string `json:"reminded,omitempty"`
}

// shown is how many entries of a kind a mail shows in full; the others are named by their titles.
const shown = 20
