package fundingimport

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/members"
)

// themeWords are beginnings of English words, or of phrases, that stand for a topic in titles,
// keywords and summaries. Sources have no themes of ours; a coordinator corrects what this gets wrong.
func themeWords() map[members.Topic][]string {
	return map[members.Topic][]string{
		"rights":        {"asylum", "legal status", "fundamental rights", "residence permit", "statelessness", "refugee", "international protection", "legal aid"},
		"employment":    {"employ", "labour market", "labor market", "job ", "jobs", "skills", "workforce", "entrepreneur", "vocational", "upskilling"},
		"education":     {"education", "school", "training", "teacher", "learning", "language course", "literacy", "student", "pupil"},
		"housing":       {"housing", "homeless", "accommodation", "settlement", "reception", "affordable home"},
		"welfare":       {"welfare", "social inclusion", "social service", "poverty", "social protection", "social care", "vulnerable", "social innovation"},
		"health":        {"health", "medical", "well-being", "wellbeing", "psychosocial", "trauma"},
		"crime":         {"trafficking", "crime", "criminal", "exploitation", "smuggl", "radicali", "domestic violence", "gender-based violence", "victim"},
		"family":        {"family", "families", "child", "unaccompanied", "minors", "reunification", "parent"},
		"identity":      {"identity", "belonging", "intercultural", "cultural heritage", "diaspora", "culture", "community cohesion"},
		"attitudes":     {"racis", "xenophob", "discriminat", "hate speech", "hate crime", "antisemit", "intoleran", "stereotyp", "islamophob", "equality", "awareness-raising"},
		"participation": {"participation", "citizen", "civic", "democra", "volunteer", "town twinning", "town-twinning", "civil society", "inclusion of migrants", "integration of third"},
	}
}

var themes = sync.OnceValue(themeWords)

// classify adds the topics that the call's title, summary and these words tell of.
func classify(r *call.Record, more ...string) {
	all := " " + strings.ToLower(r.Title+" "+r.Summary+" "+strings.Join(more, " "))
	for _, topic := range members.Topics {
		if slices.Contains(r.Topics, topic) {
			continue
		}
		for _, w := range themes()[topic] {
			if begins(all, w) {
				r.Topics = append(r.Topics, topic)
				break
			}
		}
	}
}

// begins reports whether a word in s begins with these letters.
func begins(s, letters string) bool {
	for at := 0; ; {
		i := strings.Index(s[at:], letters)
		if i < 0 {
			return false
		}
		at += i
		if at == 0 || s[at-1] < 'a' || s[at-1] > 'z' {
			return true
		}
		at += len(letters)
	}
}

// What conditions say in words. The patterns are made at their first use: a run in which nothing has
// changed needs none.
var (
	consortiumPattern = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)(?:at least|minimum(?: of)?) (\w+)(?: independent| different| legal| eligible){0,3} (?:organi[sz]ations|entities|applicants|beneficiaries|partners|legal entities)(?:[^.;]{0,80}?(?:at least |minimum of )?(\w+)(?: different| eligible| EU){0,3} (?:Member States|countries))?`)
	})
	ratePattern = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)(?:co-?financing|funding|reimbursement|EU contribution)[^.;%]{0,80}?\b(\d{2,3})\s?%`)
	})
)

// conditions reads from the source's words how many must apply together, what part of the costs is
// paid, and which kinds of organisation may apply. What is not clear stays unsaid.
func conditions(r *call.Record) {
	notes := call.Cut(string(r.Eligibility.Notes), call.MaxNotes)
	if m := consortiumPattern().FindStringSubmatch(notes); m != nil {
		r.Eligibility.Partners, r.Eligibility.PartnerCountries = numeral(m[1]), numeral(m[2])
	}
	if m := ratePattern().FindStringSubmatch(notes); m != nil {
		if rate, err := strconv.Atoi(m[1]); err == nil && rate <= 100 {
			r.Rate = rate
		}
	}
	r.Eligibility.Applicants = applicants(notes)
}

// applicants are the kinds of organisation that sentences about applicants name. Where legal entities
// of every sort may apply, nothing is said: a kind that is not named would seem to be left out.
func applicants(notes string) []members.Kind {
	var found []members.Kind
	has := func(s string, some ...string) bool {
		return slices.ContainsFunc(some, func(word string) bool { return strings.Contains(s, word) })
	}
	for sentence := range strings.FieldsFuncSeq(strings.ToLower(notes), func(r rune) bool { return r == '.' || r == ';' || r == '\n' }) {
		if !has(sentence, "applicant", "may apply", "eligible to apply", "eligible entit", "eligible participant", "eligible organi") || has(sentence, "not eligible") {
			continue
		}
		if has(sentence, "any legal entit", "private bod", "private entit", "private law") {
			return nil
		}
		for _, k := range members.Kinds {
			if !slices.Contains(found, k) && slices.ContainsFunc(kindWords(k), func(w string) bool { return begins(sentence, w) }) {
				found = append(found, k)
			}
		}
	}
	return found
}

func kindWords(k members.Kind) []string {
	switch k {
	case "localAuthority":
		return []string{"municipal", "local authorit", "local public authorit", "local and regional authorit", "public bod", "public authorit", "cities"}
	case "region":
		return []string{"regional authorit", "regional and local", "local and regional", "regional govern", "regions and", "and regions", "public bod", "public authorit"}
	case "association":
		return []string{"association", "networks of", "umbrella"}
	case "ngo":
		return []string{"non-profit", "nonprofit", "ngo", "non-governmental", "civil society"}
	case "academic":
		return []string{"universit", "higher education", "research organi", "academic"}
	case "international":
		return []string{"international organi"}
	}
	return nil
}

// numeral reads a number in digits or as a small English word.
func numeral(s string) int {
	if n, err := strconv.Atoi(s); err == nil && n >= 0 && n <= 100 {
		return n
	}
	return 1 + slices.Index([]string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}, strings.ToLower(s))
}
