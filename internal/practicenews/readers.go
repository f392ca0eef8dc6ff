package practicenews

import (
	"context"
	"fmt"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
)

// Readers are those who are written to. Both kinds of mail begin with a look at them.
type Readers struct {
	Members      *members.Store
	Suppressions *members.Suppressions
}

// compose writes to recipients as they are now: by write to members whose address takes mail.
func (r Readers) compose(
	ctx context.Context, recipients []string, write func(members.Person) (m mail.Message, refusal string, err error),
) ([]dissemination.Draft, error) {
	refs, err := parse(recipients)
	if err != nil {
		return nil, err
	}
	people, err := r.Members.People(ctx, refs)
	if err != nil {
		return nil, err
	}
	byRef, addresses := map[members.Ref]members.Person{}, make([]string, 0, len(people))
	for _, p := range people {
		byRef[p.Ref], addresses = p, append(addresses, p.Address)
	}
	suppressed, err := r.Suppressions.Reasons(ctx, addresses)
	if err != nil {
		return nil, err
	}
	drafts := make([]dissemination.Draft, len(refs))
	for i, ref := range refs {
		p, known := byRef[ref]
		switch d := &drafts[i]; {
		case !known:
			d.Reason = "gone"
		case p.State != members.Member:
			d.Reason = "no-member"
		case p.Suppressed != "":
			d.Reason = p.Suppressed
		case suppressed[p.Address] != "":
			d.Reason = suppressed[p.Address]
		default:
			if d.Message, d.Reason, err = write(p); err != nil {
				return nil, fmt.Errorf("practicenews: %w", err)
			}
		}
	}
	return drafts, nil
}

func parse(recipients []string) ([]members.Ref, error) {
	refs := make([]members.Ref, len(recipients))
	for i, s := range recipients {
		var err error
		if refs[i], err = members.ParseRef(s); err != nil {
			return nil, fmt.Errorf("practicenews: recipient: %w", err)
		}
	}
	return refs, nil
}
