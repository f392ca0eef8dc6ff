package newsletter

import (
	"crypto/rand"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/language"
)

// What the table holds, in the partition of each newsletter.
type (
	newsletterItem struct {
		PK      string `json:"pk"`
		SK      string `json:"sk"`
		List    string `json:"list"`
		ListKey string `json:"listKey"`
		Newsletter
	}
	textItem struct {
		PK string `json:"pk"`
		SK string `json:"sk"`
		Text
	}
)

const (
	newsletterKey = "newsletter"
	textPrefix    = "text#"
	// list is the only partition of the index "list", ordered by creation.
	list = "newsletter"
)

func keyOf(id string) dynamo.Item                     { return dynamo.Key(id, newsletterKey) }
func textKey(id string, tag language.Tag) dynamo.Item { return dynamo.Key(id, textPrefix+string(tag)) }
func newID() string                                   { return rand.Text()[:16] }
func listKey(created time.Time, id string) string {
	return created.UTC().Format(time.RFC3339) + "#" + id
}
func (n Newsletter) item() newsletterItem {
	return newsletterItem{PK: n.ID, SK: newsletterKey, List: list, ListKey: listKey(n.CreatedAt, n.ID), Newsletter: n}
}

// campaignID is the same whenever the same attempt is scheduled, so that it is sent once.
func campaignID(newsletter string, attempt int) string {
	if attempt == 1 {
		return newsletter
	}
	return newsletter + "-" + strconv.Itoa(attempt)
}

// decodeAll sorts the items of one partition.
func decodeAll(items []dynamo.Item) (Newsletter, map[language.Tag]Text, error) {
	var n Newsletter
	texts := map[language.Tag]Text{}
	for _, item := range items {
		sk, ok := item["sk"].(*types.AttributeValueMemberS)
		if !ok {
			continue
		}
		if sk.Value == newsletterKey {
			it, err := dynamo.Decode[newsletterItem](item)
			if err != nil {
				return n, nil, err
			}
			n = it.Newsletter
		} else if tag, ok := strings.CutPrefix(sk.Value, textPrefix); ok {
			it, err := dynamo.Decode[textItem](item)
			if err != nil {
				return n, nil, err
			}
			texts[language.Tag(tag)] = it.Text
		}
	}
	return n, texts, nil
}
