package demo

import (
	"context"
	"fmt"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

// followers are the domains of organisations whose representatives follow the themes that they work
// on, one in English and one in Greek. The first run of the function practicenews mails to them.
var followers = []string{"unic", "pafos"}

// follow lets them do so, with the consent that the page asks for.
func (n *network) follow(ctx context.Context) error {
	for _, o := range founders {
		for _, domain := range followers {
			if o.domain != domain {
				continue
			}
			p, err := n.members.PersonByAddress(ctx, o.address())
			if err != nil {
				return fmt.Errorf("demo: follower: %w", err)
			}
			if err := n.practices.Follow(ctx, p.Ref, o.topics); err != nil {
				return fmt.Errorf("demo: follower: %w", err)
			}
			words := language.For(p.Language)
			err = n.members.Subscribe(ctx, p.Ref, members.ForPractices, members.Consenting{
				How: "preferences", Language: words.Tag(),
				Texts: map[members.Purpose]string{members.ForPractices: members.TextHash(words.Text("submission.follow.lead"))},
			})
			if err != nil {
				return fmt.Errorf("demo: follower: %w", err)
			}
		}
	}
	return nil
}
