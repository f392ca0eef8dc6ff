package dissemination

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// Why a campaign is paused.
const (
	ByCoordinator = "coordinator"
	ByBounces     = "bounces"
	ByComplaints  = "complaints"
)

// errand is what an engine has to do for a campaign because somebody changed it.
type errand string

const (
	toWarn   errand = "warn"   // tell people that it paused itself
	toResume errand = "resume" // make its resting shards due
	toStop   errand = "stop"   // make its resting shards due, to be closed
	toRepeat errand = "repeat" // make what is UNKNOWN READY once more
)

// Pause returns the write that pauses a campaign that is being sent, to join a transaction. Mail in
// hand, and that of the next [glance], is still sent. The write fails if the campaign is not being sent or is paused already.
func (s *Store) Pause(id string) types.TransactWriteItem {
	return s.control(id, change{
		set: "paused = :now, pausedWhy = :why", remove: "holder, #due, dueAt, errand",
		condition: "#state IN (:expanding, :sending) AND attribute_not_exists(paused)",
		values: dynamo.Item{
			":why": dynamo.S(ByCoordinator), ":now": stamp(s.now()),
			":expanding": dynamo.S(string(Expanding)), ":sending": dynamo.S(string(Sending)),
		},
	})
}

// Resume returns the write that ends a pause, to join a transaction. The automatic pause does not
// count what bounced and complained until now any more. The write fails if there is no pause.
func (s *Store) Resume(id string) types.TransactWriteItem {
	return s.control(id, change{
		set: "errand = :errand, #due = :due, dueAt = :now", remove: "paused, pausedWhy, holder, errandFrom",
		condition: "#state IN (:expanding, :sending) AND attribute_exists(paused)",
		values: s.errandValues(toResume, dynamo.Item{
			":expanding": dynamo.S(string(Expanding)), ":sending": dynamo.S(string(Sending)),
		}),
	})
}

// Stop returns the write that ends a campaign in its middle and for good, to join a transaction:
// whoever was not mailed yet never will be, which the next engine writes down. The write fails
// unless the campaign is being sent or paused. Before that, see [Store.Cancel].
func (s *Store) Stop(id string) types.TransactWriteItem {
	return s.control(id, change{
		set: "#state = :cancelled, errand = :errand, #due = :due, dueAt = :now", remove: "paused, pausedWhy, holder, errandFrom",
		condition: "#state IN (:expanding, :sending)",
		values: s.errandValues(toStop, dynamo.Item{
			":expanding": dynamo.S(string(Expanding)), ":sending": dynamo.S(string(Sending)), ":cancelled": dynamo.S(string(Cancelled)),
		}),
	})
}

// Again returns the write that has every UNKNOWN delivery of a campaign sent once more, to join a
// transaction with the record of whose decision it was: nobody but a person may take it. The write
// fails unless the campaign has been done for [Settling]. It does nothing for a kind whose
// policy is not [Resend].
func (s *Store) Again(id string) types.TransactWriteItem {
	return s.control(id, change{
		set: "errand = :errand, errandFrom = :first, #due = :due, dueAt = :now", remove: "holder",
		condition: "#state = :done AND finished <= :settled AND attribute_not_exists(errand)",
		values: s.errandValues(toRepeat, dynamo.Item{
			":done": dynamo.S(string(Done)), ":settled": stamp(s.now().Add(-Settling)), ":first": dynamo.N(1),
		}),
	})
}

// AgainFrom is from when on [Store.Again] is possible, or zero if it is not.
func (c Campaign) AgainFrom() time.Time {
	if c.State != Done || c.errand != "" {
		return time.Time{}
	}
	return c.Finished.Add(Settling)
}

// Cancel returns the write that cancels a campaign of which nothing was sent yet, to join a
// transaction. It fails if sending has begun.
func (s *Store) Cancel(id string) types.TransactWriteItem {
	return s.control(id, change{
		set: "#state = :cancelled, finished = :now", remove: "holder, #due, dueAt",
		condition: "#state = :scheduled",
		values: dynamo.Item{
			":cancelled": dynamo.S(string(Cancelled)), ":scheduled": dynamo.S(string(Scheduled)), ":now": stamp(s.now()),
		},
	})
}

func (s *Store) errandValues(e errand, values dynamo.Item) dynamo.Item {
	values[":errand"], values[":due"], values[":now"] = dynamo.S(string(e)), dynamo.S(dueList), stamp(s.now())
	return values
}

// change is one change of a campaign from outside.
type change struct {
	set, remove, condition string
	values                 dynamo.Item
}

// control counts the version up, so that whoever holds the campaign cannot write over the change.
func (s *Store) control(id string, c change) types.TransactWriteItem {
	c.values[":one"] = dynamo.N(1)
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &s.table, Key: dynamo.Key(id, campaignKey),
		UpdateExpression:          aws.String("SET version = version + :one, " + c.set + " REMOVE " + c.remove),
		ConditionExpression:       &c.condition,
		ExpressionAttributeNames:  map[string]string{"#state": "state", "#due": "due"},
		ExpressionAttributeValues: c.values,
	}}
}
