package practice

import (
	"context"
	"time"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// How many messages readers may send to contact persons.
var (
	perNetwork  = dynamo.Window{Length: time.Hour, Most: 10}
	perWriter   = dynamo.Window{Length: 24 * time.Hour, Most: 5}
	perPractice = dynamo.Window{Length: 24 * time.Hour, Most: 20}
)

// MayWrite counts a message to the contact person of a practice and reports whether it may go out: 10
// an hour from one network, 5 a day by one writer, 20 a day about one practice. The caller names
// network and writer by keyed hashes.
func (s *Store) MayWrite(ctx context.Context, id, network, writer string) (bool, error) {
	for _, limit := range []struct {
		dynamo.Window
		what string
	}{{perNetwork, "network#" + network}, {perWriter, "writer#" + writer}, {perPractice, "practice#" + id}} {
		key := func(window string) dynamo.Item { return dynamo.Key("messages#"+limit.what+"#"+window, "messages") }
		if may, err := limit.Count(ctx, s.client, s.table, key, s.now()); err != nil || !may {
			return false, err
		}
	}
	return true, nil
}
