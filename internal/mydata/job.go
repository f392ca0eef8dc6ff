package mydata

import (
	"slices"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Kind is what a request wants.
type Kind string

// The kinds of requests.
const (
	Erasure Kind = "erasure"
	Export  Kind = "export"
)

// State is how far a request is.
type State string

// The states of a request.
const (
	Open State = "open"
	Done State = "done"
)

// Job is a request and how far it is. It goes through all tables, a page of a table at a time; one that
// erases does so until a pass finds nothing.
type Job struct {
	ID    string    `json:"id"`
	Kind  Kind      `json:"kind"`
	State State     `json:"state"`
	Asked time.Time `json:"asked"`
	// By is the coordinator who asked in the person's name, or "". Once the job is done it is all that is
	// left of anybody.
	By       string    `json:"by"`
	Finished time.Time `json:"finished"`
	*Subject
	// Language is that of the last mail. Mail says that there is to be one; Mailed that it was tried.
	Language language.Tag `json:"language"`
	Mail     bool         `json:"mail"`
	Mailed   bool         `json:"mailed"`

	// Pass counts the passes, from 1; Began is when this one did. Table and Cursor are where it stands,
	// Changed how many items it changed so far.
	Pass    int               `json:"pass"`
	Began   time.Time         `json:"began"`
	Table   int               `json:"table"`
	Cursor  map[string]string `json:"cursor"`
	Changed int               `json:"changed"`
	// Next is when to go on, after a pass that found nothing too early.
	Next time.Time `json:"next"`
	// Items counts what was erased or collected, by [Holding].Stored.
	Items map[string]int `json:"items"`
	// Parts is how many parts an export has.
	Parts   int `json:"parts"`
	Version int `json:"version"`
}

// is reports whether a reference is the person's.
func (j *Job) is(ref string) bool { return slices.Contains(j.Refs, ref) }

// How long things take and stay.
const (
	// rest is how long after the first transaction the last pass begins: longer than Lambda lets any
	// function run, so that nobody who read the person before can still write something of them back.
	rest = 15 * time.Minute
	// stands is when somebody has to look why a job is not done.
	stands = 2 * time.Hour
	// keptExport is how long an export can be downloaded, keptErasure how long the desk sees that there
	// was an erasure.
	keptExport  = 7 * 24 * time.Hour
	keptErasure = 400 * 24 * time.Hour
)

// newErasure begins the erasure of somebody.
func newErasure(s *Subject, tag language.Tag, mail bool, by string, now time.Time) Job {
	return Job{ID: members.NewID(), Kind: Erasure, State: Open, Asked: now.UTC(), By: by, Subject: s, Language: tag, Mail: mail}
}

// newExport begins the export of what there is about somebody: one at a time.
func newExport(s *Subject, now time.Time) Job {
	return Job{ID: s.Refs[0], Kind: Export, State: Open, Asked: now.UTC(), Subject: s}
}

// begin starts a pass.
func (j *Job) begin(now time.Time) {
	j.Pass, j.Began, j.Table, j.Cursor, j.Changed = j.Pass+1, now.UTC(), 0, nil, 0
}

// forget leaves of a finished erasure that there was one.
func (j *Job) forget(now time.Time) {
	j.State, j.Finished, j.Cursor = Done, now.UTC(), nil
	j.Subject, j.Language = &Subject{}, ""
}
