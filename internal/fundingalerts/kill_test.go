package fundingalerts

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/members"
)

var errKilled = errors.New("killed")

// mortal makes a client that dies at a random one of its next calls: before the table has it, or after
// that, without an answer. A dead one answers nothing any more.
func mortal(c *dynamo.Client, calls int, answer *rand.Rand) *dynamo.Client {
	left := calls
	dying := &dynamo.Client{
		GetItem: killed(c.GetItem, &left, answer), PutItem: killed(c.PutItem, &left, answer),
		BatchGetItem: killed(c.BatchGetItem, &left, answer), BatchWriteItem: killed(c.BatchWriteItem, &left, answer),
		TransactWriteItems: killed(c.TransactWriteItems, &left, answer),
	}
	return dynamo.Simulated(*dying, c.Query)
}

func killed[In, Out any](
	do func(context.Context, In, ...func(*dynamodb.Options)) (Out, error), left *int, answer *rand.Rand,
) func(context.Context, In, ...func(*dynamodb.Options)) (Out, error) {
	return func(ctx context.Context, in In, o ...func(*dynamodb.Options)) (Out, error) {
		var none Out
		if *left--; *left > 0 {
			return do(ctx, in, o...)
		}
		if *left == 0 && answer.IntN(2) == 0 {
			if _, err := do(ctx, in, o...); err != nil {
				return none, err
			}
		}
		return none, errKilled
	}
}

// TestKilled kills the function at random writes: everybody gets one mail about each call all the
// same. FUNDING_KILL_ROUNDS is how many calls are told; `make fault` tells more.
func TestKilled(t *testing.T) {
	rounds := 6
	if more, err := strconv.Atoi(os.Getenv("FUNDING_KILL_ROUNDS")); err == nil {
		rounds = more
	}
	o := newTown(t)
	var people []members.Person
	for n := range 12 {
		p := o.member(fmt.Sprintf("officer%d@x.example", n), "en")
		people = append(people, p)
		o.interest(p, interest.AtOnce, wantsHousing)
	}
	client, kills := o.Store.client, 0
	for round := range rounds {
		chance := rand.New(rand.NewPCG(7, uint64(round)))
		o.publish(housing(fmt.Sprintf("R%d", round), "2029-12-01"))
		for alive := false; !alive; {
			o.Store.client = mortal(client, 1+chance.IntN(30), chance)
			err := o.Run(t.Context())
			o.Store.client = client
			switch {
			case errors.Is(err, errKilled):
				kills++
				o.wait(lease)
			case err != nil:
				t.Fatal(err)
			}
			o.deliver()
			h, err := o.Store.head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			alive = h.Run == nil && h.Holder == "" && kills > 3*round
		}
		o.run()
		for _, p := range people {
			got := o.inbox(p.Address)
			if len(got) != 1 || !strings.Contains(got[0], fmt.Sprintf("refugees R%d", round)) {
				t.Fatalf("round %d: %d mails to %s", round, len(got), p.Address)
			}
		}
	}
	t.Logf("killed %d times in %d rounds", kills, rounds)
}

// A run that has no time left, not even to begin, leaves everything as it is for the next one.
func TestNoTimeLeft(t *testing.T) {
	o := newTown(t)
	o.wait(24 * time.Hour)
	ctx, cancel := context.WithTimeout(t.Context(), reserve)
	defer cancel()
	if err := o.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if h, err := o.Store.head(t.Context()); err != nil || h.Holder != "" {
		t.Errorf("%q has the lease, %v", h.Holder, err)
	}
}
