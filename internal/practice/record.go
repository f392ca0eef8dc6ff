// Package practice holds the network's practices: what a municipality did for the integration of
// migrants, told so that another one can do it too.
//
// Three domains use it: submission writes drafts, review decides, the library shows what is
// published. Only this package knows how the practices table is laid out;
// docs/access-patterns.md shows it.
package practice

import (
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Content is all that a practice tells: facts once, words in each of its languages.
type Content struct {
	Facts
	// Original is the language in which it was written; Texts has it, the others are translations.
	Original language.Tag          `json:"original"`
	Texts    map[language.Tag]Text `json:"texts"`
}

// Facts are what can be compared, counted and filtered.
type Facts struct {
	Kind       Kind            `json:"kind"`
	Themes     []members.Topic `json:"themes"`
	Principles []Principle     `json:"principles"`
	Targets    []Target        `json:"targets"`

	Country      string             `json:"country"` // ISO 3166-1 alpha-2
	Municipality string             `json:"municipality"`
	Population   members.Population `json:"population"`

	Status Status `json:"status"`
	Begin  string `json:"begin"` // a month, "2024-03"
	End    string `json:"end"`   // a month, or "" while it runs

	Cost     Cost      `json:"cost"`
	Funding  []Funding `json:"funding"`
	Evidence Evidence  `json:"evidence"`

	// Source is where it was first described, a web address, or "".
	Source string `json:"source"`
	// Links lead to more about it, and to its documents.
	Links   []Link  `json:"links"`
	Licence Licence `json:"licence"`
	// Mentoring says that its owners would help others to do the same.
	Mentoring bool `json:"mentoring"`
}

// Link is a web address with the words that are shown for it.
type Link struct {
	Label string `json:"label"`
	URL   string `json:"url"`
}

// Text is a practice in one language. Title and Summary are one line of plain text each; the rest
// is Markdown.
type Text struct {
	Title           string `json:"title"`
	Summary         string `json:"summary"`
	Challenge       string `json:"challenge"`
	Goal            string `json:"goal"`
	Beneficiaries   string `json:"beneficiaries"`
	HowItWorks      string `json:"howItWorks"`
	Partners        string `json:"partners"`
	Resources       string `json:"resources"`
	Results         string `json:"results"`
	Lessons         string `json:"lessons"`
	Transferability string `json:"transferability"`
}

// Section names a part of a [Text].
type Section string

// Sections are the parts of a text in the order in which forms and pages show them.
var Sections = []Section{
	"title", "summary", "challenge", "goal", "beneficiaries", "howItWorks",
	"partners", "resources", "results", "lessons", "transferability",
}

// At returns the words of a section, to read or to write; nil for a section that does not exist.
func (t *Text) At(s Section) *string {
	switch s {
	case "title":
		return &t.Title
	case "summary":
		return &t.Summary
	case "challenge":
		return &t.Challenge
	case "goal":
		return &t.Goal
	case "beneficiaries":
		return &t.Beneficiaries
	case "howItWorks":
		return &t.HowItWorks
	case "partners":
		return &t.Partners
	case "resources":
		return &t.Resources
	case "results":
		return &t.Results
	case "lessons":
		return &t.Lessons
	case "transferability":
		return &t.Transferability
	}
	return nil
}

// In returns the text in the first of the wanted languages that there is, else the original, and
// the language it is in.
func (c Content) In(wanted ...language.Tag) (Text, language.Tag) {
	for _, tag := range wanted {
		if t, ok := c.Texts[tag]; ok {
			return t, tag
		}
	}
	return c.Texts[c.Original], c.Original
}

// Practice is what the network knows of a practice beside its content.
type Practice struct {
	ID string `json:"id"`
	// Organisation owns it: all its people may edit it.
	Organisation     string `json:"organisation"`
	OrganisationName string `json:"organisationName"`
	State            State  `json:"state"`
	// Submitted is the number of the version that was handed in last, 0 before the first one.
	Submitted int `json:"submitted"`
	// Published is the number of the version that the public sees, 0 while it sees none.
	Published int `json:"published"`
	// Contact is the person who gets what readers write, and agreed to it; the zero Ref if nobody.
	Contact members.Ref `json:"contact"`
	// Title is the one of the draft in its original language, for lists.
	Title     string    `json:"title"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	UpdatedBy string    `json:"updatedBy"` // a name
	// Revision counts changes, so that two people who act at once notice each other.
	Revision int `json:"revision"`
}

// Draft is the content that the owners work on.
type Draft struct {
	Content
	// Revision is another one after each time that it was saved, 0 before the first one.
	Revision int       `json:"revision"`
	SavedAt  time.Time `json:"savedAt"`
	SavedBy  string    `json:"savedBy"` // a name
}

// Version is content as it was handed in; it never changes. Its decision is added once.
type Version struct {
	Practice string `json:"practice"`
	Number   int    `json:"number"` // from 1
	Content
	SubmittedAt time.Time   `json:"submittedAt"`
	SubmittedBy members.Ref `json:"submittedBy"`
	Submitter   string      `json:"submitter"` // a name
	Note        string      `json:"note"`      // what the owners tell the reviewers
	Decision    *Decision   `json:"decision"`
}

// Publication is what the public sees of a practice.
type Publication struct {
	ID               string      `json:"id"`
	Organisation     string      `json:"organisation"`
	OrganisationName string      `json:"organisationName"`
	Contact          members.Ref `json:"contact"`
	Version          int         `json:"version"`
	Content
	PublishedAt time.Time `json:"publishedAt"` // its first version
	UpdatedAt   time.Time `json:"updatedAt"`   // this version
}
