package members

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/internal/dynamo"
)

// Similar returns other organisations of the same country, registered or members, that may be the
// same one: by a name that differs little, or by the same website. It looks at up to 4 MB of each
// list.
func (s *Store) Similar(ctx context.Context, org Organisation) ([]Organisation, error) {
	var similar []Organisation
	for _, state := range []State{Member, AwaitingApproval, Suspended} {
		in := s.listing(organisationList(state))
		Filter{Country: org.Country}.narrow(in)
		var failed error
		_, err := s.read(ctx, in, func(out *dynamodb.QueryOutput) {
			for _, item := range out.Items {
				it, err := dynamo.Decode[organisationItem](item)
				if err != nil {
					failed = err
				} else if it.ID != org.ID && alike(it.Profile, org.Profile) {
					similar = append(similar, it.Organisation)
				}
			}
		})
		if err != nil || failed != nil {
			return nil, errors.Join(err, failed)
		}
	}
	return similar, nil
}

func alike(a, b Profile) bool {
	if site := website(a.Website); site != "" && site == website(b.Website) {
		return true
	}
	return likeness(distinctive(a.Name), distinctive(b.Name)) >= 0.6
}

// website returns the host of an address, without the www that some people leave out.
func website(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}

// generic are words, as [Fold] writes them, that names of different organisations share.
var generic = strings.Fields(`municipality municipal of the and for city town council region regional district commune
	association network organisation organization centre center university institute
	δημοσ δημου κοινοτητα περιφερεια και του τησ των για κεντρο οργανωση οργανισμοσ πανεπιστημιο συνδεσμοσ ινστιτουτο`)

// distinctive returns what tells a name from others. A name of generic words only is kept whole.
func distinctive(name string) string {
	words := strings.Fields(Fold(name))
	rare := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(generic, w) })
	if len(rare) == 0 {
		rare = words
	}
	return strings.Join(rare, " ")
}

// likeness compares two texts by the groups of three letters that they share (Dice's coefficient):
// 0 is nothing in common, 1 is the same.
func likeness(a, b string) float64 {
	left, right := trigrams(a), trigrams(b)
	shared := 0
	for group, n := range left {
		shared += min(n, right[group])
	}
	return 2 * float64(shared) / float64(max(1, total(left)+total(right)))
}

func trigrams(text string) map[string]int {
	letters := []rune("  " + text + " ")
	groups := map[string]int{}
	for i := 0; i+3 <= len(letters); i++ {
		groups[string(letters[i:i+3])]++
	}
	return groups
}

func total(groups map[string]int) int {
	sum := 0
	for _, n := range groups {
		sum += n
	}
	return sum
}
