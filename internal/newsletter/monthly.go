package newsletter

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/language"
)

// Assembler begins the newsletter of each month out of what is new in the network. It is a draft that
// waits for a person: nothing is sent by itself.
type Assembler struct {
	Newsletters *Store
	Sources     []Source
	Now         func() time.Time
	Log         *slog.Logger
}

// Run makes this month's draft, in every language, unless it was made before: a run that is repeated
// changes nothing, also when somebody has written in the draft since.
func (a *Assembler) Run(ctx context.Context) error {
	now := a.Now().In(language.Brussels())
	last, since, err := news(ctx, a.Newsletters, now)
	if err != nil {
		return err
	}
	texts := map[language.Tag]Text{}
	for _, tag := range language.Available() {
		p := language.For(tag)
		all, err := offersOf(ctx, a.Sources, tag, since, last)
		if err != nil {
			return err
		}
		body := p.Text("newsletter.monthly.opening")
		for _, o := range all {
			body = appendBlock(body, o.Markdown)
		}
		subject := p.Text("newsletter.monthly.subject", "Month", p.Text("month."+strconv.Itoa(int(now.Month()))), "Year", strconv.Itoa(now.Year()))
		texts[tag] = Text{Subject: subject, Body: body}.Clean()
	}
	made, err := a.Newsletters.Assemble(ctx, now.Format("2006-01"), texts, a.author())
	if err == nil {
		a.Log.InfoContext(ctx, "monthly draft", "made", made)
	}
	return err
}

// author is the name under which the draft is made.
func (a *Assembler) author() string { return language.For(language.Default).Text("shell.name") }

// Assemble makes a monthly draft with all its texts, and reports false if it is there already.
func (s *Store) Assemble(ctx context.Context, id string, texts map[language.Tag]Text, by string) (bool, error) {
	now := s.now().UTC()
	n := Newsletter{
		ID: id, Kind: Monthly, Main: language.Default, State: Draft, Subjects: map[language.Tag]string{},
		CreatedAt: now, UpdatedAt: now, UpdatedBy: by, Version: 1,
	}
	var writes []types.TransactWriteItem
	for tag, text := range texts {
		n.Subjects[tag] = text.Subject
		write, err := s.textWrite(id, tag, text, by)
		if err != nil {
			return false, err
		}
		writes = append(writes, write)
	}
	item, err := dynamo.Encode(n.item())
	if err != nil {
		return false, err
	}
	writes = append(writes, types.TransactWriteItem{Put: &types.Put{
		TableName: &s.table, Item: item, ConditionExpression: aws.String("attribute_not_exists(pk)"),
	}})
	_, err = s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	if _, cancelled := dynamo.Cancelled(err); cancelled {
		if _, _, readErr := s.Newsletter(ctx, id); readErr == nil {
			return false, nil
		}
	}
	if err != nil {
		return false, fmt.Errorf("newsletter: assemble: %w", err)
	}
	return true, nil
}
