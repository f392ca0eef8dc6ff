package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/infra/bench/shelf"
	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
	"github.com/municipalitiesnet/munet/internal/search"
)

// publish writes the practices: one goes through the store, the others are copies of its items with
// another content. The search index is built as after a restore.
func (t tables) publish(ctx context.Context, p population, s *shelf.Shelf) error {
	table := t.names["PracticesTable"]
	store := practice.NewStore(t.client, table, time.Now)
	owner := practice.Author{Ref: ref(0, false), Name: "Mold Person", OrganisationName: "Mold of Owners"}
	first := s.Publication(0)
	head, draft, err := store.Create(ctx, owner, first.Content)
	if err == nil {
		_, err = store.Submit(ctx, head.ID, draft.Revision, "", owner)
	}
	if err == nil {
		err = store.SetContact(ctx, head.ID, owner.Ref, owner)
	}
	if err == nil {
		err = store.Decide(ctx, head.ID, 1, practice.Decision{
			Outcome: practice.Publish, By: members.Ref{Organisation: members.Secretariat, Person: "MARIA"}, Name: "Maria",
		})
	}
	if err != nil {
		return err
	}
	mold, err := t.partition(ctx, "PracticesTable", "practice#"+head.ID)
	if err != nil {
		return err
	}
	documents := make([]search.Document, 0, p.practices)
	var failed error
	err = t.write(ctx, "PracticesTable", func(yield func(dynamo.Item) bool) {
		for number := range p.practices {
			pub := s.Publication(number)
			town := number * 7 % p.organisations()
			pub.ID, pub.Contact = made("practice", number), ref(town, false)
			pub.Organisation, pub.OrganisationName = organisationID(town), organisationName(town)
			documents = append(documents, pub.Document())
			var items []dynamo.Item
			if items, failed = practiceLike(mold, head.ID, owner, pub); failed != nil {
				return
			}
			for _, item := range items {
				if !yield(item) {
					return
				}
			}
		}
	})
	if err != nil || failed != nil {
		return fmt.Errorf("writing: %w, %w", err, failed)
	}
	return practice.SearchStore(dynamo.NewClient(t.client), table, time.Now).Rebuild(ctx, func(yield func(search.Document, error) bool) {
		for _, d := range documents {
			if !yield(d, nil) {
				return
			}
		}
	})
}

// practiceLike are the items of a published practice: its head, its version and what the public sees.
func practiceLike(mold []dynamo.Item, id string, owner practice.Author, pub practice.Publication) ([]dynamo.Item, error) {
	packed, err := dynamo.Pack(pub.Content)
	if err != nil {
		return nil, err
	}
	names := strings.NewReplacer(
		id, pub.ID, owner.Organisation, pub.Organisation, owner.Person, pub.Contact.Person, owner.OrganisationName, pub.OrganisationName,
	)
	var items []dynamo.Item
	for _, item := range mold {
		sk, _ := item["sk"].(*types.AttributeValueMemberS)
		if sk.Value == "owed" {
			continue
		}
		copied := renamed(item, names)
		if _, ok := copied["content"]; ok {
			copied["content"] = &types.AttributeValueMemberB{Value: packed}
		}
		if _, ok := copied["title"]; ok {
			copied["title"] = dynamo.S(pub.Texts[pub.Original].Title)
		}
		if sk.Value == "published" {
			at := pub.PublishedAt
			copied["listKey"] = dynamo.S(at.Format("2006-01-02T15:04:05.000000Z") + "#" + pub.ID)
			copied["publishedAt"], copied["updatedAt"] = dynamo.S(at.Format(time.RFC3339Nano)), dynamo.S(at.Format(time.RFC3339Nano))
		}
		items = append(items, copied)
	}
	return items, nil
}

// announce writes the calls for funding as an import does.
func (t tables) announce(ctx context.Context, p population, s *shelf.Shelf) error {
	store := call.NewStore(t.client, t.names["CallsTable"], time.Now)
	today := time.Now()
	var records []call.Record
	for number := range p.calls {
		topics := []members.Topic{members.Topics[number%len(members.Topics)], members.Topics[number/3%len(members.Topics)]}
		r := call.Record{
			Source: call.ByFile, ID: fmt.Sprintf("load-%06d", number), Rank: call.RankFile,
			Content: call.Content{
				Title: s.Text("en", topics, 9), Programme: call.Programmes[number%len(call.Programmes)], Kind: call.Grant,
				Reference: fmt.Sprintf("LOAD-%06d", number), Summary: s.Text("en", topics, 40), Model: call.SingleStage,
				Opens: call.DateOf(today.AddDate(0, 0, -10)), Budget: call.Money{Amount: int64(100_000 + number), Currency: "EUR"},
				Eligibility: call.Eligibility{Applicants: []members.Kind{"localAuthority", "ngo"}},
				Topics:      topics, Language: string(language.Default),
				Deadlines: []call.Deadline{{Day: call.DateOf(today.AddDate(0, 0, 60+number%700))}},
				Links:     []call.Link{{URL: fmt.Sprintf("https://funding.example/calls/%d", number)}},
			},
		}
		r.Text = call.Text(s.Text("en", topics, 400))
		records = append(records, r)
		if len(records) == 100 || number == p.calls-1 {
			if _, err := store.Upsert(ctx, "", records); err != nil {
				return err
			}
			records = nil
		}
	}
	return store.Compact(ctx)
}
