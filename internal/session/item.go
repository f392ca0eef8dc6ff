package session

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// item is a session as the table holds it. Times are in seconds since 1970.
type item struct {
	PK           string `dynamodbav:"pk"`
	Person       string `dynamodbav:"person"` // key of the index "person"
	Organisation string `dynamodbav:"organisation"`
	CreatedAt    int64  `dynamodbav:"createdAt"`
	SeenAt       int64  `dynamodbav:"seenAt"`
	Browser      string `dynamodbav:"browser"`
	System       string `dynamodbav:"system"`
	Factor       int64  `dynamodbav:"factor,omitempty"` // when it passed the second factor last
	Expires      int64  `dynamodbav:"expires"`
}

const prefix = "session#"

func key(hash string) dynamo.Item {
	return dynamo.Item{"pk": dynamo.S(prefix + hash)}
}

func decode(attributes dynamo.Item) (item, error) {
	var it item
	if err := attributevalue.UnmarshalMap(attributes, &it); err != nil {
		return item{}, fmt.Errorf("session: decoding: %w", err)
	}
	return it, nil
}

func (it item) session() Session {
	return Session{
		Hash:      strings.TrimPrefix(it.PK, prefix),
		CreatedAt: time.Unix(it.CreatedAt, 0).UTC(),
		SeenAt:    time.Unix(it.SeenAt, 0).UTC(),
		Browser:   Browser{it.Browser, it.System},
		Factor:    it.factor(),
	}
}

// factor returns when the session passed the second factor last, or the zero time.
func (it item) factor() time.Time {
	if it.Factor == 0 {
		return time.Time{}
	}
	return time.Unix(it.Factor, 0).UTC()
}

// over reports whether the session has ended for someone in this role. The
// table's own expiry may delete days late.
func (it item) over(coordinator bool, now time.Time) bool {
	end := lifetimeOf(coordinator).end(time.Unix(it.CreatedAt, 0), time.Unix(it.SeenAt, 0))
	return !now.Before(end)
}
