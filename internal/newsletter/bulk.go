package newsletter

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/municipalitiesnet/munet/internal/dissemination"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/mail"
	"github.com/municipalitiesnet/munet/internal/members"
)

// CampaignKind is the kind of campaigns that send newsletters. Their subject is the identifier of a
// newsletter, their recipients are references to people.
const CampaignKind = "newsletter"

// Bulk sends newsletters.
type Bulk struct {
	Newsletters  *Store
	Members      *members.Store
	Suppressions *members.Suppressions
	Layout       Layout
}

// Kind returns the kind of these campaigns. A coordinator may have an issue sent once more to those of
// whom nobody knows whether they got it.
func (b *Bulk) Kind() dissemination.Kind {
	return dissemination.Kind{Open: b.open, Unknown: dissemination.Resend}
}

// open reads the newsletter, which does not change any more once it is scheduled.
func (b *Bulk) open(ctx context.Context, c dissemination.Campaign) (dissemination.Content, error) {
	n, texts, err := b.Newsletters.Newsletter(ctx, c.Subject)
	i := &issue{Bulk: b, newsletter: n, texts: texts, editions: map[language.Tag]*mail.Edition{}}
	return dissemination.Content{Recipients: i.recipients, Compose: i.compose}, err
}

// ProgressPath is the path of the page where a newsletter on its way is watched, by its identifier.
func ProgressPath(id string) string { return pathOf(id) + "/progress" }

// issue is one newsletter on its way.
type issue struct {
	*Bulk
	newsletter Newsletter
	texts      map[language.Tag]Text
	editions   map[language.Tag]*mail.Edition // laid out so far
}

// recipients names the members who want this kind of mail.
func (i *issue) recipients(ctx context.Context, cursor string, limit int) ([]string, string, error) {
	people, next, err := i.Members.Audience(ctx, cursor, int32(min(limit, 1000))) //nolint:gosec // bounded
	if err != nil {
		return nil, "", err
	}
	refused, err := refusals(ctx, i.Members, i.newsletter, people)
	if err != nil {
		return nil, "", err
	}
	var refs []string
	for _, p := range people {
		if ref := p.Ref.String(); refused[ref] == "" {
			refs = append(refs, ref)
		}
	}
	return refs, next, nil
}

// refusal returns why a person gets no newsletter of this kind, or "".
func refusal(kind Kind, p members.Person) string {
	switch {
	case p.State != members.Member:
		return "no-member"
	case p.Suppressed != "":
		return p.Suppressed
	case !kind.wantedBy(p.Preferences):
		return "unsubscribed"
	}
	return ""
}

// compose writes to those who are still members, still want this kind of mail and still belong to the
// audience.
func (i *issue) compose(ctx context.Context, recipients []string) ([]dissemination.Draft, error) {
	people, err := i.people(ctx, recipients)
	if err != nil {
		return nil, err
	}
	reasons, err := i.suppressed(ctx, people)
	if err != nil {
		return nil, err
	}
	refused, err := refusals(ctx, i.Members, i.newsletter, slices.Collect(maps.Values(people)))
	if err != nil {
		return nil, err
	}
	drafts := make([]dissemination.Draft, len(recipients))
	for n, ref := range recipients {
		p, ok := people[ref]
		switch {
		case !ok:
			drafts[n].Reason = "gone"
		case refused[ref] != "":
			drafts[n].Reason = refused[ref]
		case reasons[p.Address] != "":
			drafts[n].Reason = reasons[p.Address]
		default:
			if drafts[n].Message, err = i.message(p); err != nil {
				return nil, err
			}
		}
	}
	return drafts, nil
}

func (i *issue) people(ctx context.Context, recipients []string) (map[string]members.Person, error) {
	refs := make([]members.Ref, len(recipients))
	for n, s := range recipients {
		ref, err := members.ParseRef(s)
		if err != nil {
			return nil, fmt.Errorf("newsletter: recipient: %w", err)
		}
		refs[n] = ref
	}
	found, err := i.Members.People(ctx, refs)
	if err != nil {
		return nil, err
	}
	people := make(map[string]members.Person, len(found))
	for _, p := range found {
		people[p.Ref.String()] = p
	}
	return people, nil
}

// suppressed returns by address why no bulk mail may go there. An address that came back under
// another membership has no mark on the person yet.
func (i *issue) suppressed(ctx context.Context, people map[string]members.Person) (map[string]string, error) {
	addresses := make([]string, 0, len(people))
	for _, p := range people {
		addresses = append(addresses, p.Address)
	}
	return i.Suppressions.Reasons(ctx, addresses)
}

func (i *issue) message(p members.Person) (mail.Message, error) {
	tag := i.newsletter.For(p.Language)
	edition := i.editions[tag]
	if edition == nil {
		var err error
		if edition, err = i.Layout.Edition(i.newsletter, tag, i.texts[tag]); err != nil {
			return mail.Message{}, err
		}
		i.editions[tag] = edition
	}
	return edition.To(i.Layout.Reader(i.newsletter, p))
}
