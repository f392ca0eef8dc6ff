package members

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// WithPeople returns the people of each organisation, in the order of the organisations, for an
// export. It reads several at a time.
func (s *Store) WithPeople(ctx context.Context, organisations []Organisation) ([][]Person, error) {
	people := make([][]Person, len(organisations))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i, org := range organisations {
		group.Go(func() error {
			var err error
			_, people[i], err = s.Organisation(ctx, org.ID)
			return ignore(err, ErrNone)
		})
	}
	return people, group.Wait()
}
