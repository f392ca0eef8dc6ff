package members

import (
	"context"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// Known says what the network knows already of somebody who is to be invited.
type Known struct {
	// Member says that the address is a person's, in whatever state; Applied that an application
	// with this address awaits its confirmation.
	Member, Applied bool
	// Organisation is the identifier of the organisation of this name in this country, or "".
	Organisation string
}

// Known looks up many applications at once, in their order.
func (s *Store) Known(ctx context.Context, all []Application) ([]Known, error) {
	keys := map[string]dynamo.Item{}
	add := func(key dynamo.Item) { keys[keyText(key)] = key }
	for _, a := range all {
		add(addressKey(a.Contact.Address))
		add(nameKey(a.Profile))
		add(applicationKey(ApplicationID(a.Contact.Address)))
	}
	found, err := s.batch(ctx, keys)
	if err != nil {
		return nil, err
	}
	known := make([]Known, len(all))
	for i, a := range all {
		_, known[i].Member = found[keyText(addressKey(a.Contact.Address))]
		if item, ok := found[keyText(applicationKey(ApplicationID(a.Contact.Address)))]; ok {
			it, err := dynamo.Decode[applicationItem](item)
			if err != nil {
				return nil, err
			}
			known[i].Applied = it.Expires > s.now().Unix()
		}
		if item, ok := found[keyText(nameKey(a.Profile))]; ok {
			it, err := dynamo.Decode[lockItem](item)
			if err != nil {
				return nil, err
			}
			known[i].Organisation = it.Holder
		}
	}
	return known, nil
}
