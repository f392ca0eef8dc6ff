package members

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/mail"
)

// What the table holds; docs/access-patterns.md explains the keys.
type (
	organisationItem struct {
		PK      string `dynamodbav:"pk"`
		SK      string `dynamodbav:"sk"`
		List    string `dynamodbav:"list,omitempty"`
		ListKey string `dynamodbav:"listKey,omitempty"`
		Search  string `dynamodbav:"search"`
		Expires int64  `dynamodbav:"expires,omitempty"`
		Organisation
	}
	personItem struct {
		PK      string `dynamodbav:"pk"`
		SK      string `dynamodbav:"sk"`
		List    string `dynamodbav:"list,omitempty"`
		ListKey string `dynamodbav:"listKey,omitempty"`
		Expires int64  `dynamodbav:"expires,omitempty"`
		Person
	}
	applicationItem struct {
		PK      string `dynamodbav:"pk"`
		SK      string `dynamodbav:"sk"`
		List    string `dynamodbav:"list"`
		ListKey string `dynamodbav:"listKey"`
		Expires int64  `dynamodbav:"expires"`
		Application
	}
	// lockItem makes an address or an organisation's name unique and leads to its holder.
	lockItem struct {
		PK     string `dynamodbav:"pk"`
		SK     string `dynamodbav:"sk"`
		Holder string `dynamodbav:"holder"`
	}
)

// Lists are the partitions of the index "list".
const (
	applicationList = "application"
	inVainList      = "in-vain" // of the addresses that were registered again
	secretariatList = "secretariat"
)

func organisationList(s State) string { return "organisation#" + string(s) }
func personList(s State) string       { return "person#" + string(s) }

func organisationKey(id string) dynamo.Item { return dynamo.Key("organisation#"+id, "organisation") }
func personKey(r Ref) dynamo.Item {
	return dynamo.Key("organisation#"+r.Organisation, "person#"+r.Person)
}
func applicationKey(id string) dynamo.Item { return dynamo.Key("application#"+id, "application") }
func inVainKey(id string) dynamo.Item      { return dynamo.Key("application#"+id, "in-vain") }
func addressKey(address string) dynamo.Item {
	return dynamo.Key("address#"+mail.Key(address), "lock")
}
func nameKey(p Profile) dynamo.Item { return dynamo.Key("name#"+p.Country+"#"+Fold(p.Name), "lock") }

// ApplicationID is the same for every application from one address, so that there is one at most.
func ApplicationID(address string) string {
	sum := sha256.Sum256([]byte(mail.Key(address)))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// keptAfterEnd is how long a declined or departed member's record is kept, to answer questions.
const keptAfterEnd = 90 * 24 * time.Hour

func (o Organisation) item(now time.Time) organisationItem {
	it := organisationItem{
		PK: "organisation#" + o.ID, SK: "organisation",
		List: organisationList(o.State), ListKey: Fold(o.Name) + "#" + o.ID,
		Search:       Fold(o.Name) + " " + Fold(o.Place),
		Organisation: o,
	}
	if o.ID == Secretariat {
		it.List = secretariatList
	}
	if o.State.ended() {
		it.Expires = now.Add(keptAfterEnd).Unix()
	}
	return it
}

func (p Person) item(now time.Time) personItem {
	it := personItem{
		PK: "organisation#" + p.Organisation, SK: "person#" + p.Ref.Person,
		List: personList(p.State), ListKey: p.Ref.String(),
		Person: p,
	}
	if p.State.ended() {
		it.Expires = now.Add(keptAfterEnd).Unix()
	}
	return it
}

// decodePeople sorts the items of one organisation's partition.
func decodePeople(items []dynamo.Item) (org Organisation, people []Person, err error) {
	for _, item := range items {
		sk, _ := item["sk"].(*types.AttributeValueMemberS)
		switch {
		case sk == nil:
		case sk.Value == "organisation":
			it, err := dynamo.Decode[organisationItem](item)
			if err != nil {
				return org, nil, err
			}
			org = it.Organisation
		case strings.HasPrefix(sk.Value, "person#"):
			it, err := dynamo.Decode[personItem](item)
			if err != nil {
				return org, nil, err
			}
			people = append(people, it.Person)
		}
	}
	return org, people, nil
}

// putNew writes an item that must not be there yet.
func putNew(table string, v any) (types.TransactWriteItem, error) {
	item, err := dynamo.Encode(v)
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &table, Item: item,
		ConditionExpression: aws.String("attribute_not_exists(pk)"),
	}}, err
}

// putVersion replaces an item if it is still at this version.
func putVersion(table string, v any, version int) (types.TransactWriteItem, error) {
	item, err := dynamo.Encode(v)
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &table, Item: item,
		ConditionExpression:       aws.String("version = :version"),
		ExpressionAttributeValues: dynamo.Item{":version": dynamo.N(int64(version))},
	}}, err
}

// remove deletes a lock that this holder holds.
func remove(table string, key dynamo.Item, holder string) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{
		TableName: &table, Key: key,
		ConditionExpression:       aws.String("attribute_not_exists(pk) OR holder = :holder"),
		ExpressionAttributeValues: dynamo.Item{":holder": dynamo.S(holder)},
	}}
}

func lock(key dynamo.Item, holder string) lockItem {
	it := lockItem{Holder: holder}
	if pk, ok := key["pk"].(*types.AttributeValueMemberS); ok {
		it.PK = pk.Value
	}
	if sk, ok := key["sk"].(*types.AttributeValueMemberS); ok {
		it.SK = sk.Value
	}
	return it
}
