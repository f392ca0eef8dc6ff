package members

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// OrganisationsOf returns the organisations of up to 100 people, by their identifiers. Those that
// are not there any more are left out.
func (s *Store) OrganisationsOf(ctx context.Context, people []Person) (map[string]Organisation, error) {
	found := make(map[string]Organisation, len(people))
	var keys []dynamo.Item
	for _, p := range people {
		if _, asked := found[p.Ref.Organisation]; !asked {
			found[p.Ref.Organisation] = Organisation{}
			keys = append(keys, organisationKey(p.Ref.Organisation))
		}
	}
	for len(keys) > 0 {
		out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{s.table: {Keys: keys}},
		})
		if err != nil {
			return nil, fmt.Errorf("members: organisations: %w", err)
		}
		for _, item := range out.Responses[s.table] {
			it, err := dynamo.Decode[organisationItem](item)
			if err != nil {
				return nil, err
			}
			found[it.Organisation.ID] = it.Organisation
		}
		keys = out.UnprocessedKeys[s.table].Keys
	}
	for id, org := range found {
		if org.ID == "" {
			delete(found, id)
		}
	}
	return found, nil
}
