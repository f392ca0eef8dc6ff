package practice

import (
	"time"

	"github.com/municipalitiesnet/munet/internal/members"
)

// Criterion is what a practice is judged by.
type Criterion string

// Criteria are the five that reviewers score.
var Criteria = []Criterion{"need", "engagement", "results", "transferability", "inclusion"}

// Whole stands in place of a section for a comment about all of it.
const Whole Section = "whole"

// MaxScore is the best score of a criterion; 0 means that the reviewer gave none yet.
const MaxScore = 5

// Review is what one coordinator thinks of one version.
type Review struct {
	Practice string      `json:"practice"`
	Version  int         `json:"version"`
	By       members.Ref `json:"by"`
	Name     string      `json:"name"`
	// Scores are 1 to MaxScore for each criterion that was scored.
	Scores map[Criterion]int `json:"scores"`
	// Comments are for the owners, each about a section or about the [Whole].
	Comments map[Section]string `json:"comments"`
	// Advice is what the reviewer would do, or "".
	Advice   Outcome   `json:"advice"`
	Revision int       `json:"revision"`
	At       time.Time `json:"at"`
}

// Outcome is what became of a version that was handed in.
type Outcome string

// The outcomes of a review, and the one that owners choose themselves.
const (
	Publish    Outcome = "publish"
	AskChanges Outcome = "askChanges"
	Decline    Outcome = "decline"
	Withdrawn  Outcome = "withdraw"
)

// Outcomes are those that coordinators decide on, in the order that forms show them.
var Outcomes = []Outcome{Publish, AskChanges, Decline}

// Decision is the outcome of a review, as its owners were told.
type Decision struct {
	Outcome Outcome     `json:"outcome"`
	By      members.Ref `json:"by"`
	Name    string      `json:"name"`
	At      time.Time   `json:"at"`
	Note    string      `json:"note"` // what the mail said besides
	// Comments are those of all reviewers that went to the owners.
	Comments map[Section][]string `json:"comments"`
}
