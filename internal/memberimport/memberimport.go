// Package memberimport brings in many organisations and their representatives from a CSV file.
//
// The life of an import:
//
//  1. [Parse] reads the whole file. If a single row is bad, nothing is kept, and the coordinator
//     sees every bad row with its line, column and reason.
//  2. A good file is kept as a [Job] that is checked, for a day. Its page says what would happen.
//  3. The coordinator confirms, and the job runs: a [Worker], on a schedule, makes an application
//     for each row, then starts one campaign of invitations. A run that dies is taken up where it
//     stopped, and a row that was done is not done twice.
//
// Nobody is a member, and nobody is subscribed to anything, until they follow their invitation.
package memberimport

import (
	"time"

	"github.com/municipalitiesnet/munet/internal/members"
)

// maxRows is how many people one file may name.
const maxRows = 2500

// State is how far an import is.
type State string

// The states of an import.
const (
	Checked State = "checked" // awaits the coordinator's confirmation
	Running State = "running"
	Done    State = "done"
)

// How long an import is kept, with the names and addresses in it.
const (
	keptUnconfirmed = 24 * time.Hour
	kept            = 30 * 24 * time.Hour
)

// Job is one import.
type Job struct {
	ID    string `dynamodbav:"id"`
	State State  `dynamodbav:"state"`
	// By is the coordinator's reference, Name their name.
	By   string `dynamodbav:"by"`
	Name string `dynamodbav:"name"`
	// Encoding is how the file's text was stored.
	Encoding string `dynamodbav:"encoding"`
	// Organisations and People are how many the file names.
	Organisations int       `dynamodbav:"organisations"`
	People        int       `dynamodbav:"people"`
	CreatedAt     time.Time `dynamodbav:"createdAt"`
	ConfirmedAt   time.Time `dynamodbav:"confirmedAt"`
	FinishedAt    time.Time `dynamodbav:"finishedAt"`
	// LeaveKnown leaves out people of organisations that are in the network already.
	LeaveKnown bool `dynamodbav:"leaveKnown"`
	// Done is how many rows are done, Counts how many ended how.
	Done   int             `dynamodbav:"done"`
	Counts map[Outcome]int `dynamodbav:"counts"`
	// Attempts counts the runs since a row was done last.
	Attempts int `dynamodbav:"attempts"`
}

// Shown is how many rows are done as the page counts them: the last one is done when the
// invitations are on their way.
func (j Job) Shown() int {
	if j.State == Running {
		return min(j.Done, j.People-1)
	}
	return j.Done
}

func (j Job) path() string { return "/desk/imports/" + j.ID }

// Outcome is what became of a row.
type Outcome string

// The outcomes.
const (
	Invited    Outcome = "invited"
	IsMember   Outcome = "member"     // the address is a member's
	HasApplied Outcome = "applied"    // the address was invited before or has registered
	IsKnown    Outcome = "known"      // the organisation is in the network; left out by choice
	Suppressed Outcome = "suppressed" // mail to the address bounced or was complained about
	Failed     Outcome = "failed"     // could not be stored, several times
)

// outcomes are all outcomes in the order that pages show them.
var outcomes = []Outcome{Invited, HasApplied, IsMember, IsKnown, Suppressed, Failed}

// Result is what became of one row.
type Result struct {
	Line    int     `dynamodbav:"line"`
	Outcome Outcome `dynamodbav:"outcome"`
	// Application is the identifier of the application that the row made, if it made one.
	Application string `dynamodbav:"application"`
}

// Row is one line of a file: an organisation and a person who represents it.
type Row struct {
	Line    int // in the file, from 1
	Profile members.Profile
	Contact members.Contact
}

// application is what the row asks to be made. Who is invited has not agreed to anything yet, so
// the application holds no consent and no subscription.
func (r Row) application(j Job) members.Application {
	return members.Application{
		Profile: r.Profile, Contact: r.Contact,
		Preferences: members.Preferences{Newsletter: members.Never},
		Asked:       j.ConfirmedAt, InvitedBy: j.Name,
	}
}

func applications(rows []Row, j Job) []members.Application {
	all := make([]members.Application, len(rows))
	for i, r := range rows {
		all[i] = r.application(j)
	}
	return all
}

// countOrganisations returns how many organisations the rows name.
func countOrganisations(rows []Row) int {
	names := map[string]bool{}
	for _, r := range rows {
		names[organisationKey(r.Profile)] = true
	}
	return len(names)
}

func organisationKey(p members.Profile) string { return p.Country + " " + members.Fold(p.Name) }
