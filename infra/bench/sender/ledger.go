package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/infra/bench/process"
	"github.com/municipalitiesnet/munet/infra/fault/memory"
	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/mail"
)

// measureLedger runs the engine over a table in memory for more and more recipients.
func measureLedger(ctx context.Context, o *options) (string, error) {
	var out strings.Builder
	out.WriteString("### The engine over a table in memory\n\n" +
		"| recipients | most memory, table included | write units for each recipient | most for one key, for 1,000 messages |\n|---|---|---|---|\n")
	for _, recipients := range []int{10_000, 100_000, 1_000_000} {
		line, err := runSelf(ctx, nil, "-ledger", strconv.Itoa(recipients))
		if err != nil {
			return "", fmt.Errorf("%d recipients: %w", recipients, err)
		}
		var peak int
		var hottest float64
		if _, err := fmt.Sscan(line, &peak, &o.writeUnits, &hottest); err != nil {
			return "", err
		}
		fmt.Fprintf(&out, "| %d | %d MB | %.2f | %.0f units |\n", recipients, peak, o.writeUnits, hottest)
	}
	out.WriteString("\nPromised: memory under 128 MB; at most 1.2 write units; under 1,000 units a second for one key.\n\n")
	return out.String(), nil
}

// crowd is so many recipients whom nobody has to keep in mind.
type crowd int

func (c crowd) kind() dissemination.Kind {
	return dissemination.Kind{Open: func(context.Context, dissemination.Campaign) (dissemination.Content, error) {
		return dissemination.Content{Recipients: c.recipients, Compose: c.compose}, nil
	}}
}

func (c crowd) recipients(_ context.Context, cursor string, limit int) ([]string, string, error) {
	begin, _ := strconv.Atoi(cursor) // "" is 0
	end := min(begin+limit, int(c))
	if end == int(c) {
		return names(begin, end), "", nil
	}
	return names(begin, end), strconv.Itoa(end), nil
}

func names(begin, end int) []string {
	list := make([]string, 0, end-begin)
	for i := begin; i < end; i++ {
		list = append(list, fmt.Sprintf("ORGANISATION%05d.PERSON%010d", i%100_000, i))
	}
	return list
}

func (c crowd) compose(_ context.Context, recipients []string) ([]dissemination.Draft, error) {
	drafts := make([]dissemination.Draft, len(recipients))
	for i := range recipients {
		drafts[i].Message = mail.Message{Subject: "An issue"}
	}
	return drafts, nil
}

// overMemory sends to so many recipients at 1,000 a second in a time of its own, and prints the most
// memory in MB, the write units for each recipient, and those for one key for 1,000 messages.
func overMemory(ctx context.Context, recipients int) error {
	now := time.Date(2027, 3, 14, 16, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	sleep := func(_ context.Context, d time.Duration) error { now = now.Add(d); return nil }
	table := memory.NewTable()
	table.Forget = func(_, sk string) dynamo.Item {
		number, ok := strings.CutPrefix(sk, "recipients#")
		if !ok {
			return nil
		}
		n, _ := strconv.Atoi(number)
		list := &types.AttributeValueMemberL{}
		for _, name := range names((n-1)*400, min(n*400, recipients)) {
			list.Value = append(list.Value, dynamo.S(name))
		}
		return dynamo.Item{"recipients": list}
	}
	store := dissemination.Simulated(table.Client(func(do func()) error { do(); return nil }), "deliveries", clock, sleep, rand.IntN)
	writes, err := store.Writes(dissemination.Campaign{ID: "c", Kind: "issue", Subject: "1", Due: now}, nil)
	if err != nil {
		return err
	}
	if _, err := table.Transact(&dynamodb.TransactWriteItemsInput{TransactItems: writes}); err != nil {
		return err
	}
	engine := &dissemination.Engine{
		Store: store, Kinds: map[string]dissemination.Kind{"issue": crowd(recipients).kind()},
		Send:  func(context.Context, mail.Message) (string, error) { return "id", nil },
		Quota: func(context.Context) (mail.Quota, error) { return mail.Quota{PerSecond: 1000, Left: -1}, nil },
		Log:   slog.New(slog.DiscardHandler),
	}
	counts, err := engine.Run(ctx)
	if err != nil {
		return err
	}
	if counts.Sent != recipients {
		return fmt.Errorf("%d sent, of %d", counts.Sent, recipients)
	}
	self, err := process.Of(os.Getpid())
	if err != nil {
		return err
	}
	fmt.Println(self.Peak, float64(table.Units)/float64(recipients), float64(table.Hottest())/float64(recipients)*1000)
	return nil
}
