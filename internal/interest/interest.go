// Package interest holds what members look for in calls for funding, and finds the calls that fit.
//
// Two domains use it: the pages where members save and preview their interests, and the alerts that
// match them. Only this package knows how the interests table is laid out; docs/access-patterns.md
// shows it.
package interest

import (
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Interest is what an organisation looks for. Each of its people decides whether to get mail about it.
type Interest struct {
	ID           string `json:"id"`
	Organisation string `json:"organisation"`
	// By is the person who saved it. While it is not Shared, nobody else sees it.
	By     members.Ref `json:"by"`
	Shared bool        `json:"shared"`
	Name   string      `json:"name"`
	Criteria
	Subscribers []Subscriber `json:"subscribers"`
	CreatedAt   time.Time    `json:"createdAt"`
	UpdatedAt   time.Time    `json:"updatedAt"`
	// Version counts changes, so that two who edit at once notice each other.
	Version int `json:"version"`
}

// Subscriber is a person of the organisation who wants mail about an interest.
type Subscriber struct {
	Person    members.Ref `json:"person"`
	Frequency Frequency   `json:"frequency"`
	Paused    bool        `json:"paused"`
}

// Frequency is how often an interest causes mail.
type Frequency string

// The frequencies. Daily and weekly mail is written at seven in the morning, Brussels time; weekly
// mail on Mondays.
const (
	AtOnce Frequency = "atOnce"
	Daily  Frequency = "daily"
	Weekly Frequency = "weekly"
)

// Frequencies are all of them in the order that forms show them.
var Frequencies = []Frequency{AtOnce, Daily, Weekly}

// Criteria are what a call must have to fit. Whatever is empty fits every call.
type Criteria struct {
	Programmes []string        `json:"programmes"`
	Topics     []members.Topic `json:"topics"`
	// Words are as [search.ParseWords] reads them: words of which any may occur, "phrases", -exclusions.
	Words string `json:"words"`
	// Language is that in which the words were typed.
	Language language.Tag `json:"language"`
	// Kinds and Countries are who would apply.
	Kinds     []members.Kind `json:"kinds"`
	Countries []string       `json:"countries"` // ISO 3166-1 alpha-2
	// Least and Most bound one grant, in euro; 0 is no bound.
	Least int64 `json:"least"`
	Most  int64 `json:"most"`
	// Partners wants only calls for which several organisations apply together, or look for each other.
	Partners bool `json:"partners"`
	// Languages are those in which calls can be read.
	Languages []string `json:"languages"`
}
