package interest

import (
	"slices"
	"testing"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/members"
)

func TestMatch(t *testing.T) {
	housing := call.Content{
		Title: "Housing for refugees in small towns", Programme: "AMIF", Language: "en", Topics: []members.Topic{"housing"},
		Summary:     "Grants for local authorities that house beneficiaries of international protection.",
		Text:        "Projects build partnerships with landlords. Training of social workers is included.",
		Eligibility: call.Eligibility{Applicants: []members.Kind{"localAuthority"}, Countries: []string{"GR", "CY"}},
		LeastGrant:  call.Money{Amount: 100_000, Currency: "EUR"}, MostGrant: call.Money{Amount: 500_000, Currency: "EUR"},
	}
	research := call.Content{
		Title: "Robotics for deep sea mining", Programme: "HORIZON", Language: "en",
		Summary: "Consortia of research organisations.", Text: "Refugees from the storm may use the harbour.",
		Eligibility: call.Eligibility{Applicants: []members.Kind{"academic"}, Partners: 3},
	}
	greek := call.Content{
		Title: "Στέγαση προσφύγων σε δήμους", Programme: "ESF+", Language: "el", Topics: []members.Topic{"housing"},
		Eligibility: call.Eligibility{Countries: []string{"GR"}},
	}
	calls := Prepare([]*call.Content{&housing, &research, &greek})
	for name, tt := range map[string]struct {
		Criteria
		want []int
	}{
		"nothing named fits all":            {Criteria{}, []int{0, 1, 2}},
		"topic":                             {Criteria{Topics: []members.Topic{"housing"}}, []int{0, 2}},
		"inflected word":                    {Criteria{Words: "grant landlord"}, []int{0}},
		"inflected Greek word":              {Criteria{Words: "δήμος"}, []int{2}},
		"word in another language":          {Criteria{Words: "réfugiés"}, []int{0, 2}},
		"a word deep in the text is little": {Criteria{Words: "storm"}, nil},
		"phrase":                            {Criteria{Words: `"international protection"`}, []int{0}},
		"words apart are no phrase":         {Criteria{Words: `"refugees housing"`}, nil},
		"exclusion":                         {Criteria{Topics: []members.Topic{"housing"}, Words: "-landlord"}, []int{2}},
		"who may apply":                     {Criteria{Kinds: []members.Kind{"localAuthority"}}, []int{0, 2}},
		"where":                             {Criteria{Countries: []string{"CY"}}, []int{0, 1}},
		"programme":                         {Criteria{Programmes: []string{"HORIZON", "ESF+"}}, []int{1, 2}},
		"too large a grant":                 {Criteria{Least: 1_000_000}, []int{1, 2}},
		"too small a grant":                 {Criteria{Most: 50_000}, []int{1, 2}},
		"partners":                          {Criteria{Partners: true}, []int{1}},
		"language":                          {Criteria{Languages: []string{"el"}}, []int{2}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []int
			for _, m := range calls.Match(&tt.Criteria) {
				got = append(got, m.Call)
			}
			slices.Sort(got)
			if !slices.Equal(got, tt.want) {
				t.Errorf("found %v, want %v", got, tt.want)
			}
		})
	}
}

func TestReasons(t *testing.T) {
	calls := Prepare([]*call.Content{{
		Title: "Welcoming newcomers", Summary: "Housing and jobs for refugees.", Language: "en", Topics: []members.Topic{"housing"},
		Eligibility: call.Eligibility{Countries: []string{"CY"}},
	}})
	got := calls.Match(&Criteria{Topics: []members.Topic{"housing"}, Words: `refugee "housing and jobs"`, Countries: []string{"CY"}})
	want := []Reason{
		{ByTopic, "housing", ""}, {ByWord, "refugees", call.FieldSummary},
		{ByPhrase, "Housing jobs", call.FieldSummary}, {ByCountry, "CY", ""},
	}
	if len(got) != 1 || !slices.Equal(got[0].Reasons, want) {
		t.Fatalf("got %v, want the reasons %v", got, want)
	}
	if got[0].Score != most {
		t.Errorf("score %d", got[0].Score)
	}
}
