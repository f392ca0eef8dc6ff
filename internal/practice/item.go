package practice

import (
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/members"
)

// What the table holds; docs/access-patterns.md explains the keys.
type (
	headItem struct {
		PK      string `json:"pk"`
		SK      string `json:"sk"`
		List    string `json:"list"`
		ListKey string `json:"listKey"`
		Practice
	}
	draftItem struct {
		PK       string    `json:"pk"`
		SK       string    `json:"sk"`
		Content  []byte    `json:"content"` // packed
		Revision int       `json:"revision"`
		SavedAt  time.Time `json:"savedAt"`
		SavedBy  string    `json:"savedBy"`
	}
	versionItem struct {
		PK      string `json:"pk"`
		SK      string `json:"sk"`
		List    string `json:"list,omitempty"` // while it waits
		ListKey string `json:"listKey,omitempty"`
		Content []byte `json:"content"` // packed
		WaitingVersion
		SubmittedBy members.Ref `json:"submittedBy"`
		Decision    *Decision   `json:"decision"`
	}
	reviewItem struct {
		PK string `json:"pk"`
		SK string `json:"sk"`
		Review
	}
	publicationItem struct {
		PK      string `json:"pk"`
		SK      string `json:"sk"`
		List    string `json:"list,omitempty"` // while it is public
		ListKey string `json:"listKey,omitempty"`
		Content []byte `json:"content"` // packed
		// ArchivedAt is when it was taken from the library; the zero time while it is public.
		ArchivedAt       time.Time   `json:"archivedAt"`
		ID               string      `json:"id"`
		Title            string      `json:"title"` // in the original language
		Organisation     string      `json:"organisation"`
		OrganisationName string      `json:"organisationName"`
		Contact          members.Ref `json:"contact"`
		Version          int         `json:"version"`
		PublishedAt      time.Time   `json:"publishedAt"`
		UpdatedAt        time.Time   `json:"updatedAt"`
	}
	owedItem struct {
		PK      string `json:"pk"`
		SK      string `json:"sk"`
		List    string `json:"list"`
		ListKey string `json:"listKey"`
		Owed
	}
	followerItem struct {
		PK      string `json:"pk"`
		SK      string `json:"sk"`
		List    string `json:"list"`
		ListKey string `json:"listKey"`
		Follower
	}
)

// Sort keys, and the partitions of the index "list".
const (
	headKey       = "practice"
	draftKey      = "draft"
	versionPrefix = "version#"
	reviewPrefix  = "review#"
	publicKey     = "published"
	owedKey       = "owed"
	followerKey   = "follower"

	waitingList  = "waiting"
	publicList   = "published"
	owedList     = "owed"
	followerList = "follower"
)

func organisationList(organisation string) string { return "organisation#" + organisation }

func partition(id string) string            { return "practice#" + id }
func keyOf(id, sk string) dynamo.Item       { return dynamo.Key(partition(id), sk) }
func versionKey(number int) string          { return fmt.Sprintf("%s%04d", versionPrefix, number) }
func reviewsOf(number int) string           { return fmt.Sprintf("%s%04d#", reviewPrefix, number) }
func listKey(t time.Time, id string) string { return sortable(t) + "#" + id }

// sortable writes a time so that the order of texts is the order of times.
func sortable(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

func (p Practice) item() headItem {
	return headItem{
		PK: partition(p.ID), SK: headKey,
		List: organisationList(p.Organisation), ListKey: listKey(p.UpdatedAt, p.ID), Practice: p,
	}
}

func (it draftItem) draft() (Draft, error) {
	c, err := unpack(it.Content)
	return Draft{Content: c, Revision: it.Revision, SavedAt: it.SavedAt, SavedBy: it.SavedBy}, err
}

func (it versionItem) version() (Version, error) {
	c, err := unpack(it.Content)
	return Version{
		Practice: it.Practice, Number: it.Number, Content: c, SubmittedAt: it.SubmittedAt, SubmittedBy: it.SubmittedBy,
		Submitter: it.Submitter, Note: it.Note, Decision: it.Decision,
	}, err
}

func (it publicationItem) archived() bool { return !it.ArchivedAt.IsZero() }

func (it publicationItem) publication() (Publication, error) {
	c, err := unpack(it.Content)
	return Publication{
		ID: it.ID, Organisation: it.Organisation, OrganisationName: it.OrganisationName, Contact: it.Contact,
		Version: it.Version, Content: c, PublishedAt: it.PublishedAt, UpdatedAt: it.UpdatedAt,
	}, err
}

// maxPacked is how large packed content may be, in bytes. DynamoDB takes 400 KB with everything else
// in the item; text in nine languages packs into a tenth of that.
const maxPacked = 300_000

// ErrTooLarge says that all languages of a practice together are too long to be stored.
var ErrTooLarge = fault.New(http.StatusUnprocessableEntity, "practice-too-large")

func pack(c Content) ([]byte, error) {
	packed, err := dynamo.Pack(c)
	if err == nil && len(packed) > maxPacked {
		return nil, ErrTooLarge
	}
	return packed, err
}

func unpack(packed []byte) (c Content, err error) {
	err = dynamo.Unpack(packed, &c)
	return c, err
}

// put writes an item that is still at this revision, 0 for one that must not be there yet; a
// negative revision asks for nothing.
func put(table string, v any, revision int) (types.TransactWriteItem, error) {
	item, err := dynamo.Encode(v)
	write := &types.Put{TableName: &table, Item: item}
	switch {
	case revision == 0:
		write.ConditionExpression = aws.String("attribute_not_exists(pk)")
	case revision > 0:
		write.ConditionExpression = aws.String("revision = :revision")
		write.ExpressionAttributeValues = dynamo.Item{":revision": dynamo.N(int64(revision))}
	}
	return types.TransactWriteItem{Put: write}, err
}
