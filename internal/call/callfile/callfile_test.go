package callfile

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"github.com/municipalitiesnet/munet/internal/call"
	"github.com/municipalitiesnet/munet/internal/members"
)

func TestAFileOfNationalCalls(t *testing.T) {
	const file = "id;title;deadlines;countries;topics;budget;url\r\n" +
		"1;Στέγαση για οικογένειες;\"2027-03-01 17:00; 2027-09-01\";EL;housing;1200000;https://example.org/1\r\n;;;;;;\r\n"
	greek, err := charmap.Windows1253.NewEncoder().String(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"UTF-8": file, "with a mark": "\ufeff" + file, "Windows-1253": greek} {
		records, problems := Parse([]byte(content))
		if len(problems) > 0 || len(records) != 1 {
			t.Fatalf("%s: %+v, %+v", name, records, problems)
		}
		r := records[0]
		want := []call.Deadline{{Day: "2027-03-01", CutOff: "17:00"}, {Day: "2027-09-01"}}
		if r.Title != "Στέγαση για οικογένειες" || !slices.Equal(r.Deadlines, want) || r.Kind != call.National || r.Budget.Amount != 1_200_000 ||
			!slices.Equal(r.Eligibility.Countries, []string{"GR"}) || r.Topics[0] != "housing" || len(r.Links) != 1 {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	for file, want := range map[string]Problem{
		"":                              {1, "", "empty"},
		"title\nA":                      {1, "id", "column-missing"},
		"id,title,colour\n1,A,red":      {1, "colour", "column-unknown"},
		"id,title,ID\n1,A,2":            {1, "id", "column-repeated"},
		"id,title,opens\n1,A,03/2027":   {2, "opens", "date"},
		"id,title,budget\n1,A,a lot":    {2, "budget", "number"},
		"id,title\n1,\n":                {2, "title", "required"},
		"id,title\n1,A\n1,B\n":          {3, "id", "repeated"},
		"id,title\n1,\"A\nB,\"\"C\n":    {2, "", "quotes"},
		"PK\x03\x04 a workbook":         {0, "", "workbook"},
		"id,title,topics\n1,A,soil":     {2, "topics", "choice"},
		strings.Repeat("x", MaxBytes+1): {0, "", "large"},
	} {
		if _, problems := Parse([]byte(file)); len(problems) == 0 || problems[0] != want {
			t.Errorf("%.40q: %+v, want %+v", file, problems, want)
		}
	}
}

func TestAWrittenFileCanBeRead(t *testing.T) {
	c := call.Call{ID: "X", Origins: []call.Origin{{Source: "form", ID: "-1"}}, Content: call.Content{
		Title: "=HYPERLINK(\"x\")", Programme: "AMIF", Kind: call.Grant, Reference: "+1", Summary: "@here, \"quoted\"; and more", Text: "- a\n- b\n\nc",
		Opens: "2027-01-01", Deadlines: []call.Deadline{{Day: "2027-03-01", CutOff: "17:00"}}, Model: call.SingleStage,
		Budget: call.Money{Amount: 5, Currency: "EUR"}, Grants: 2, Rate: 90, Language: "en",
		Eligibility: call.Eligibility{Applicants: []members.Kind{"ngo"}, Countries: []string{"CY", "GR"}, Partners: 2, PartnerCountries: 1},
		Topics:      []members.Topic{"housing", "health"}, Links: []call.Link{{URL: "https://example.org"}},
	}}
	var file bytes.Buffer
	w, err := NewWriter(&file, time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC))
	if err == nil {
		err = w.Write(c)
	}
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(file.String(), ",=") || strings.Contains(file.String(), "\n=") || !strings.Contains(file.String(), ",open,") {
		t.Errorf("%s", file.String())
	}
	records, problems := Parse(file.Bytes())
	if len(problems) > 0 || len(records) != 1 || records[0].ID != "-1" || !reflect.DeepEqual(records[0].Content, c.Content) {
		t.Errorf("%+v\n%+v\n%+v", problems, records, c.Content)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("id,title,deadlines\n1,A,2027-03-01 17:00; x"))
	f.Fuzz(func(t *testing.T, content []byte) {
		records, _ := Parse(content)
		for _, r := range records {
			if refused := r.Validate(); len(refused) > 0 {
				t.Errorf("%+v of an invalid record", refused)
			}
		}
	})
}
