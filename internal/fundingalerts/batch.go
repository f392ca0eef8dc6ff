package fundingalerts

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// batch collects writes that may be done in any order, and repeated.
type batch struct {
	store  *Store
	writes []types.WriteRequest
	err    error
}

func (s *Store) writes() *batch { return &batch{store: s} }

func (b *batch) add(w types.WriteRequest, err error) {
	if err != nil {
		b.err = err
		return
	}
	b.writes = append(b.writes, w)
}

// full does the writes once there are enough for a call.
func (b *batch) full(ctx context.Context) error {
	if len(b.writes) < batchSize {
		return b.err
	}
	return b.do(ctx)
}

// do does all that was added.
func (b *batch) do(ctx context.Context) error {
	if b.err != nil {
		return b.err
	}
	err := b.store.write(ctx, b.writes)
	b.writes = b.writes[:0]
	return err
}
