package demo

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"time"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// practiceFiles has the practices, one file for each language in which some were written.
//
//go:embed practices/*.json
var practiceFiles embed.FS

// told is a practice of the demonstration: who owns it, how far it has come, and what it says.
type told struct {
	Owner   string           `json:"owner"` // the domain of an organisation
	Stage   stage            `json:"stage"`
	Content practice.Content `json:"content"`
}

// stage is how far a practice has come.
type stage string

const (
	archived  stage = "archived"
	updating  stage = "update" // published, and its owners propose an update
	published stage = "published"
	returned  stage = "changes" // to its owners, with changes asked
	waiting   stage = "waiting" // for a review
	drafted   stage = "draft"
)

// order is the one in which they were begun: what has come far is old.
var order = []stage{archived, updating, published, returned, waiting, drafted}

// invention is the label of a link on every practice without a source, because most of the
// municipalities are real ones.
var invention = map[language.Tag]string{
	"en": "Demonstration data: this practice was invented for the first run of this website",
	"el": "Δεδομένα επίδειξης: η πρακτική επινοήθηκε για την πρώτη εκτέλεση αυτού του ιστότοπου",
}

// readPractices returns the practices in the order in which they were begun, with their languages and
// countries mixed.
func readPractices() ([]told, error) {
	entries, err := practiceFiles.ReadDir("practices")
	if err != nil {
		return nil, err
	}
	var all []told
	for _, e := range entries {
		data, err := practiceFiles.ReadFile(path.Join("practices", e.Name()))
		if err != nil {
			return nil, err
		}
		var some []told
		if err := json.Unmarshal(data, &some); err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		all = append(all, some...)
	}
	for i := range all {
		c := &all[i].Content
		if c.Source != "" { // retold after what is public there
			continue
		}
		label, ok := invention[c.Original]
		if !ok {
			label = invention[language.Default]
		}
		c.Links = append(c.Links, practice.Link{Label: label, URL: "https://" + all[i].Owner + ".example"})
	}
	rand.New(rand.NewPCG(2015, 2)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] }) //nolint:gosec // always the same order
	slices.SortStableFunc(all, func(a, b told) int { return slices.Index(order, a.Stage) - slices.Index(order, b.Stage) })
	return all, nil
}

// fillLibrary lets the owners hand in their practices and the coordinators decide on them, by the way
// that they take on the pages, so that each page that tells what happened has something to tell.
func (n *network) fillLibrary(ctx context.Context, desk members.Person) error {
	all, err := readPractices()
	if err != nil {
		return fmt.Errorf("demo: practices: %w", err)
	}
	colleague, err := n.members.PersonByAddress(ctx, founders[0].address())
	if err != nil {
		return err
	}
	pause := 48 * day / time.Duration(len(all))
	for _, t := range all {
		reviewers := []members.Person{colleague, desk}
		if t.Owner == founders[0].domain { // nobody reviews what their own organisation does
			reviewers = reviewers[1:]
		}
		if err := n.describe(ctx, t, reviewers); err != nil {
			return fmt.Errorf("demo: practice of %s: %w", t.Owner, err)
		}
		n.clock.at = n.clock.at.Add(pause)
	}
	return n.index.Compact(ctx)
}

// describe takes a practice as far as its stage says.
func (n *network) describe(ctx context.Context, t told, reviewers []members.Person) error {
	owner, err := n.author(ctx, t.Owner)
	if err != nil {
		return err
	}
	p, draft, err := n.practices.Create(ctx, owner, t.Content)
	if err != nil || t.Stage == drafted {
		return err
	}
	if t.Content.Mentoring {
		if err := n.agree(ctx, p, owner, t.Content.Original); err != nil {
			return err
		}
	}
	v, err := n.practices.Submit(ctx, p.ID, draft.Revision, "", owner)
	if err != nil {
		return err
	}
	first := practice.Decision{Outcome: practice.Publish, By: reviewers[0].Ref, Name: reviewers[0].Name}
	switch t.Stage {
	case waiting:
		return n.review(ctx, v, reviewers)
	case returned:
		first.Outcome, first.Note, first.Comments = practice.AskChanges, asked.note, asked.comments
	}
	if err := n.decide(ctx, v, first); err != nil {
		return err
	}
	defer func(at time.Time) { n.clock.at = at }(n.clock.at)
	n.clock.at = n.clock.at.Add(21 * day)
	switch t.Stage {
	case updating:
		return n.propose(ctx, p.ID, owner)
	case archived:
		first.Note = "This is an example of a note."
		if err := n.practices.Archive(ctx, p.ID, first); err != nil {
			return err
		}
		return n.settle(ctx, p.ID)
	}
	return nil
}

// author is the person who registered an organisation.
func (n *network) author(ctx context.Context, domain string) (practice.Author, error) {
	i := slices.IndexFunc(organisations, func(o organisation) bool { return o.domain == domain })
	if i < 0 {
		return practice.Author{}, fmt.Errorf("no organisation %q", domain)
	}
	p, err := n.members.PersonByAddress(ctx, organisations[i].address())
	return practice.Author{Ref: p.Ref, Name: p.Name, OrganisationName: organisations[i].name}, err
}

// agree makes the author the contact of a practice, with the consent that its page asks for.
func (n *network) agree(ctx context.Context, p practice.Practice, who practice.Author, tag language.Tag) error {
	words := language.For(tag)
	err := n.members.Record(ctx, who.Ref, members.Consent{
		Purpose: members.ForContact, Given: true, Language: words.Tag(), How: p.ID,
		Text: members.TextHash(words.Text("submission.contact.consent")),
	})
	if err != nil {
		return err
	}
	return n.practices.SetContact(ctx, p.ID, who.Ref, who)
}

// decide decides on a version as if its owners had been told.
func (n *network) decide(ctx context.Context, v practice.Version, d practice.Decision) error {
	if err := n.practices.Decide(ctx, v.Practice, v.Number, d); err != nil {
		return err
	}
	return n.settle(ctx, v.Practice)
}

// settle forgets that the owners of a practice are to be told of the decision.
func (n *network) settle(ctx context.Context, id string) error {
	owed, ok, err := n.practices.Tell(ctx, id)
	if err != nil || !ok {
		return err
	}
	return n.practices.Settle(ctx, owed)
}

// propose hands in an update of a published practice.
func (n *network) propose(ctx context.Context, id string, owner practice.Author) error {
	d, err := n.practices.Draft(ctx, id)
	if err != nil {
		return err
	}
	text := d.Texts[d.Original]
	text.Results += "\n\n" + update
	d.Texts[d.Original] = text
	d, err = n.practices.Save(ctx, id, d.Content, d.Revision, owner)
	if err != nil {
		return err
	}
	_, err = n.practices.Submit(ctx, id, d.Revision, "We have added the figures of this year.", owner)
	return err
}

// review lets the reviewers differ a little.
func (n *network) review(ctx context.Context, v practice.Version, reviewers []members.Person) error {
	for i, reviewer := range reviewers {
		r := practice.Review{
			Practice: v.Practice, Version: v.Number, By: reviewer.Ref, Name: reviewer.Name, Advice: practice.Publish,
			Scores:   map[practice.Criterion]int{"need": 5, "engagement": 4 - i, "results": 3, "transferability": 4 + i, "inclusion": 4},
			Comments: map[practice.Section]string{"results": "How do you count those who left before the end?"},
		}
		if _, err := n.practices.SaveReview(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// update is what the owners add to a published practice.
const update = "In the first half of 2026 another 23 households moved out. 22 of them found a flat in the town or near it."

// asked is what the coordinators want to have changed.
var asked = struct {
	note     string
	comments map[practice.Section][]string
}{
	"Η ιδέα είναι καλή και χρήσιμη για πολλούς δήμους. Χρειαζόμαστε λίγα στοιχεία ακόμη.",
	map[practice.Section][]string{
		"results":   {"Πόσοι άρχισαν, πόσοι τελείωσαν και πόσοι εργάζονται σήμερα;"},
		"resources": {"Ποιος πληρώνει τι, και τι θα κοστίζει μετά το τέλος του έργου;"},
		"lessons":   {"Τι θα κάνατε διαφορετικά; Αυτό διαβάζουν πρώτα οι συνάδελφοι."},
	},
}
