package funding

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/facet"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/interest"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

// noMail stands in forms for an interest that causes no mail.
const noMail = "none"

// The fields of an interest's form, in two screens of five questions each at most.
var screens = [][]string{
	{"topics", "words", "programmes", "kinds", "countries"},
	{"least", "most", "partners", "languages", "name", "shared", "frequency"},
}

// valuesOf is an interest as its form has it, with how the reader gets mail about it.
func valuesOf(i interest.Interest, reader members.Ref) url.Values {
	v := url.Values{
		"name": {i.Name}, "words": {i.Words}, "topics": texts(i.Topics), "programmes": i.Programmes, "kinds": texts(i.Kinds),
		"countries": i.Countries, "languages": i.Languages, "least": {number(i.Least)}, "most": {number(i.Most)},
		"frequency": {noMail}, "version": {strconv.Itoa(i.Version)},
	}
	if i.Partners {
		v.Set("partners", "yes")
	}
	if i.Shared {
		v.Set("shared", "yes")
	}
	if at := subscription(i, reader); at >= 0 {
		v.Set("frequency", string(i.Subscribers[at].Frequency))
	}
	return v
}

// readInterest reads what was typed over an interest as it is stored.
func readInterest(v url.Values, stored interest.Interest, reader members.Ref, in language.Tag) (interest.Interest, []fault.Field) {
	i := stored
	i.Subscribers = slices.Clone(stored.Subscribers)
	i.Name = v.Get("name")
	i.Criteria = interest.Criteria{
		Programmes: chosen[string](v["programmes"]), Topics: chosen[members.Topic](v["topics"]), Words: v.Get("words"), Language: in,
		Kinds: chosen[members.Kind](v["kinds"]), Countries: chosen[string](v["countries"]), Languages: chosen[string](v["languages"]),
		Partners: v.Get("partners") == "yes",
	}
	if stored.Words == i.Words && stored.Criteria.Language != "" {
		i.Criteria.Language = stored.Criteria.Language
	}
	if stored.Version == 0 || stored.By == reader {
		i.Shared = v.Get("shared") == "yes"
	}
	var refused []fault.Field
	for name, to := range map[string]*int64{"least": &i.Least, "most": &i.Most} {
		n, ok := euros(v.Get(name))
		if !ok {
			refused = append(refused, fault.Field{Name: name, Code: "number"})
		}
		*to = n
	}
	if f := v.Get("frequency"); f == noMail {
		i = subscribed(i, reader, "")
	} else {
		i = subscribed(i, reader, interest.Frequency(f))
	}
	if !i.Shared { // nobody else sees it any more
		i.Subscribers = slices.DeleteFunc(i.Subscribers, func(s interest.Subscriber) bool { return s.Person != i.By })
	}
	i = i.Clean()
	return i, append(refused, i.Validate()...)
}

// chosen are the values that were ticked, each once.
func chosen[T ~string](typed []string) []T {
	var all []T
	for _, v := range typed {
		if v != "" && !slices.Contains(all, T(v)) && len(all) < facet.MaxValues*2 {
			all = append(all, T(v))
		}
	}
	return all
}

// maxEuros is more than any grant.
const maxEuros = 1_000_000_000_000

// euros reads an amount in whole euros as people write it: "250 000", "250.000" or "250,000".
func euros(typed string) (int64, bool) {
	typed = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" .,'€\u00a0\u202f", r) {
			return -1
		}
		return r
	}, typed)
	if typed == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(typed, 10, 64)
	return n, err == nil && n >= 0 && n <= maxEuros
}

// subscription is the place of a person among the subscribers of an interest, or -1.
func subscription(i interest.Interest, person members.Ref) int {
	return slices.IndexFunc(i.Subscribers, func(s interest.Subscriber) bool { return s.Person == person })
}

// subscribed is the interest with mail to a person as often as that; "" is none.
func subscribed(i interest.Interest, person members.Ref, f interest.Frequency) interest.Interest {
	at := subscription(i, person)
	switch {
	case f == "" && at >= 0:
		i.Subscribers = slices.Delete(slices.Clone(i.Subscribers), at, at+1)
	case f == "":
	case at >= 0:
		i.Subscribers = slices.Clone(i.Subscribers)
		i.Subscribers[at].Frequency = f
	default:
		i.Subscribers = append(slices.Clone(i.Subscribers), interest.Subscriber{Person: person, Frequency: f})
	}
	return i
}

// fromSearch is an interest in what an address of the list asks for.
func fromSearch(q query) interest.Interest {
	return interest.Interest{Criteria: interest.Criteria{
		Words: q.Words, Topics: chosen[members.Topic](q.Values[call.FacetTopic]), Programmes: q.Values[call.FacetProgramme],
		Kinds: chosen[members.Kind](q.Values[call.FacetApplicant]), Countries: q.Values[call.FacetCountry], Languages: q.Values[call.FacetLanguage],
	}}
}

// begin is the interest that a new form starts from: the search that the address brings, and who the
// organisation is.
func (s *Service) begin(r *http.Request, reader members.Ref) (interest.Interest, error) {
	q, err := readQuery(r.URL.Query())
	if err != nil {
		return interest.Interest{}, err
	}
	i := fromSearch(q)
	i.Organisation, i.By = reader.Organisation, reader
	org, _, err := s.Members.Organisation(r.Context(), reader.Organisation)
	if err != nil {
		return i, err
	}
	if len(i.Kinds) == 0 && slices.Contains(members.Kinds[:len(members.Kinds)-1], org.Kind) { // "other" says nothing
		i.Kinds = []members.Kind{org.Kind}
	}
	if len(i.Countries) == 0 && org.Country != "" {
		i.Countries = []string{org.Country}
	}
	if q.Words == "" && len(q.Values) == 0 {
		i.Topics = org.Topics
	}
	i.Subscribers = []interest.Subscriber{{Person: reader, Frequency: interest.Weekly}}
	return i, nil
}

// describe says criteria in words, a line for each.
func describe(p *language.Printer, c *interest.Criteria) []string {
	var lines []string
	add := func(key, said string) {
		if said != "" {
			lines = append(lines, p.Text("funding.criteria."+key, "Value", said))
		}
	}
	add("topics", list(c.Topics, func(t string) string { return p.Text("topic." + t) }))
	add("words", c.Words)
	add("programmes", strings.Join(c.Programmes, ", "))
	add("kinds", list(c.Kinds, func(k string) string { return p.Text("kind." + k) }))
	add("countries", list(c.Countries, p.Country))
	add("languages", list(c.Languages, func(l string) string { return p.Language(language.Tag(l)) }))
	add("least", call.Money{Amount: c.Least, Currency: "EUR"}.Words(p))
	add("most", call.Money{Amount: c.Most, Currency: "EUR"}.Words(p))
	if c.Partners {
		lines = append(lines, p.Text("funding.criteria.partners"))
	}
	if len(lines) == 0 {
		lines = append(lines, p.Text("funding.criteria.everything"))
	}
	return lines
}

// suggest is a name for an interest that has none.
func suggest(p *language.Printer, c *interest.Criteria) string {
	switch {
	case len(c.Topics) > 0 && len(c.Topics) <= 2:
		return call.Cut(list(c.Topics, func(t string) string { return p.Text("topic." + t) }), interest.MaxName)
	case c.Words != "":
		return call.Cut(c.Words, interest.MaxName)
	case len(c.Programmes) > 0:
		return call.Cut(strings.Join(c.Programmes, ", "), interest.MaxName)
	}
	return ""
}

// number leaves a field empty for what is not said.
func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
