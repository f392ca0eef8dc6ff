package review

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/municipalitiesnet/munet/internal/members"
	"github.com/municipalitiesnet/munet/internal/practice"
)

// A review that is accepted has scores and advice that there are, comments that are text, and is the
// same when its own form is sent back.
func FuzzParseReview(f *testing.F) {
	for _, seed := range []string{
		"advice=publish&score.relevance=5&comment.title=Good%0d%0awork", "score.relevance=0", "score.relevance=99999999999999999999", "advice=x", "comment.whole=%00&revision=-1", "comment.goal=%ff", "comment.goal=e%cc%81",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, form string) {
		v, _ := url.ParseQuery(form)
		by := members.Ref{Organisation: "ORG", Person: "PERSON"}
		one, refused := parseReview(v, by, "Maria", practice.Version{Practice: "P", Number: 1})
		if len(refused) > 0 {
			return
		}
		for criterion, score := range one.Scores {
			if !slices.Contains(practice.Criteria, criterion) || score < 1 || score > practice.MaxScore {
				t.Errorf("%s has the score %d", criterion, score)
			}
		}
		odd := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
		for section, text := range one.Comments {
			if !utf8.ValidString(text) || utf8.RuneCountInString(text) > practice.MaxComment || strings.ContainsFunc(text, odd) {
				t.Errorf("%s: %q was accepted", section, text)
			}
		}
		again, refused := parseReview(values(one), by, "Maria", practice.Version{Practice: "P", Number: 1})
		if len(refused) > 0 || values(again).Encode() != values(one).Encode() {
			t.Errorf("%+v comes back as %+v, %+v", one, again, refused)
		}
	})
}
