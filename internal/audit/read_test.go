package audit

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/municipalitiesnet/munet/infra/local/emulator"
	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/language"
)

func TestEveryActionHasItsWords(t *testing.T) {
	for _, tag := range language.Available() {
		for _, a := range Actions() {
			if !language.For(tag).Has("audit.action." + a.String()) {
				t.Errorf("%s says nothing about %q", tag, a)
			}
		}
	}
	if a, ok := ActionOf("approve"); !ok || a != Approve {
		t.Errorf("approve = %v, %v", a, ok)
	}
	if a, ok := ActionOf("something else"); ok || a != (Action{}) {
		t.Errorf("something else = %v, %v", a, ok)
	}
}

func TestAMonthReadsBackwards(t *testing.T) {
	client, tables := emulator.Tables(t, "AuditTable")
	log := NewLog(client, tables["AuditTable"])
	begin := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for i := range 7 {
		e := Entry{Who: "ORG.MARIA", Name: "Μαρία", Action: Approve, What: "/desk/members/" + string(rune('A'+i)), At: begin.AddDate(0, 0, i)}
		if i%2 == 1 {
			e.Who, e.Name, e.Action, e.Note = "ORG.NIKOS", "Nikos", Suspend, "Δεν απαντά"
		}
		if err := log.Add(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	other := Entry{Who: "ORG.MARIA", Name: "Μαρία", Action: Approve, What: "/desk/members/Z", At: begin.Add(-time.Second)}
	if err := log.Add(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		filter Filter
		most   int
		want   []string // the last letters of the paths, page by page
	}{
		"all":               {Filter{}, 3, []string{"GFE", "DCB", "A"}},
		"all in full pages": {Filter{}, 7, []string{"GFEDCBA"}},
		"an action":         {Filter{Action: Suspend}, 2, []string{"FD", "B"}},
		"a person":          {Filter{Who: "ORG.MARIA"}, 9, []string{"GECA"}},
		"words":             {Filter{Words: "ΑΠΑΝΤΑ nikos"}, 3, []string{"FDB"}},
		"both":              {Filter{Who: "ORG.MARIA", Action: Suspend}, 3, []string{""}},
		"too old":           {Filter{Since: begin.AddDate(0, 0, 5)}, 9, []string{"GF"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for cursor := ""; ; {
				entries, next, err := log.Month(t.Context(), begin, test.filter, cursor, test.most)
				if err != nil {
					t.Fatal(err)
				}
				page := ""
				for _, e := range entries {
					page += e.What[len(e.What)-1:]
				}
				got = append(got, page)
				if cursor = next; cursor == "" {
					break
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
	entries, _, err := log.Month(t.Context(), begin.AddDate(0, -1, 0), Filter{}, "", 5)
	if err != nil || len(entries) != 1 || entries[0] != other {
		t.Errorf("October has %v, %v", entries, err)
	}
}

// A month is read in pages of 1 MB: what fits may begin only in a later one.
func TestALongMonthIsReadOn(t *testing.T) {
	client, tables := emulator.Tables(t, "AuditTable")
	table := tables["AuditTable"]
	log := NewLog(client, table)
	begin := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	long := strings.Repeat("x", 300<<10)
	for i := range 8 {
		item := Entry{Who: "A.B", Name: "Maria", Action: Import, Note: long, At: begin.Add(time.Duration(i) * time.Hour)}.item()
		if i == 0 {
			item["action"], item["note"] = dynamo.S("written by another version"), dynamo.S("the first")
		}
		if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item}); err != nil {
			t.Fatal(err)
		}
	}
	entries, next, err := log.Month(t.Context(), begin, Filter{Words: "first"}, "", 10)
	if err != nil || len(entries) != 1 || next != "" || entries[0].Action.String() != "written by another version" {
		t.Errorf("%d entries, %q, %v", len(entries), next, err)
	}
}

func TestMonths(t *testing.T) {
	months := Months(time.Date(2026, 3, 31, 23, 0, 0, 0, time.UTC))
	if first := months[0].Format(time.DateOnly); first != "2026-03-01" {
		t.Errorf("the first month is %s", first)
	}
	if last := months[len(months)-1].Format(time.DateOnly); last != "2023-04-01" || len(months) != 36 {
		t.Errorf("the last of %d months is %s", len(months), last)
	}
}
