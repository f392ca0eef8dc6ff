package contract

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/municipalitiesnet/munet/internal/mydata"
)

// impersonal are the items of docs/access-patterns.md that say nothing of a person.
var impersonal = []string{
	"name taken", "owed mail", "limit:", "pending challenge",
	"campaign: kind", "shard: one letter", "counts of bounces", "rate that all senders",
	"countries and languages of a shard", "image: its bytes",
	"what followers were told", "the practices of a week", "search index",
	"head: the call", "record: what one source says", "where an identity", "change: call", "source: schedule", "which calls a page", "report of a run",
	"where the alerts stand", "soft bounces in a row",
}

// item is one row of docs/access-patterns.md.
type item struct{ table, name, pk, sk, kept string }

var tableHeading = regexp.MustCompile("^## ([A-Za-z]+Table) ")

// unsorted are the tables whose items have no sort key.
var unsorted = []string{"SessionsTable", "LimitsTable", "FactorsTable"}

// items are the rows about what the tables hold.
func items(t *testing.T) []item {
	t.Helper()
	var all []item
	table := ""
	for line := range strings.Lines(string(read(t, "docs/access-patterns.md"))) {
		if strings.HasPrefix(line, "## ") {
			table = ""
		}
		if heading := tableHeading.FindStringSubmatch(line); heading != nil {
			table = heading[1]
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if table == "" || len(cells) < 3 || strings.HasPrefix(line, "|---") || strings.Contains(line, "| pk |") || strings.HasPrefix(line, "| who asks") || strings.Count(line, "|") == 4 && !slices.Contains(unsorted, table) {
			continue
		}
		it := item{table: table, name: strings.TrimSpace(cells[0]), pk: code(cells[1]), kept: strings.Trim(cells[len(cells)-1], "| ")}
		if !slices.Contains(unsorted, table) {
			it.sk = cells[2]
		} else if !strings.Contains(cells[1], "#") {
			continue // who asks
		}
		all = append(all, it)
	}
	return all
}

// code is the beginning of a key: what stands in the first quotes, up to what varies.
func code(cell string) string {
	_, rest, _ := strings.Cut(cell, "`")
	key, _, _ := strings.Cut(rest, "`")
	if i := strings.IndexByte(key, '#'); i >= 0 {
		return key[:i+1]
	}
	return key
}

// Whatever the tables hold about people is in the list that copies and erasures follow, or is known to say
// nothing of anybody; and it names its end.
func TestEveryItemIsHeldOrImpersonal(t *testing.T) {
	found := map[string]bool{}
	for _, it := range items(t) {
		if i := slices.IndexFunc(impersonal, func(name string) bool { return strings.HasPrefix(it.name, name) }); i >= 0 {
			found[impersonal[i]] = true
			continue
		}
		held := slices.ContainsFunc(mydata.Holdings, func(h mydata.Holding) bool {
			return h.Table == it.table && (h.PK == "" || strings.HasPrefix(it.pk, h.PK)) && (h.SK == "" || strings.Contains(it.sk, "`"+h.SK))
		})
		if !held {
			t.Errorf("%s: %q (%s %s) is neither in mydata.Holdings nor known to be impersonal", it.table, it.name, it.pk, it.sk)
		}
		if it.kept == "" {
			t.Errorf("%s: %q does not say until when it is kept", it.table, it.name)
		}
	}
	for _, name := range impersonal {
		if !found[name] {
			t.Errorf("no table holds %q", name)
		}
	}
}

// The page for people and the one for data protection officers tell of every kind of item.
func TestEveryHoldingIsOnThePrivacyPage(t *testing.T) {
	page, officers := string(read(t, "internal/website/templates/privacy.html")), string(read(t, "docs/privacy.md"))
	rows := map[string]bool{"invitation": true, "logs": true} // an application in the tables; no table
	for _, h := range mydata.Holdings {
		rows[h.Stored] = true
		if !strings.Contains(page, `{{template "row" "`+h.Stored+`"}}`) {
			t.Errorf("the privacy page has no row %q, where %s %s %s belongs", h.Stored, h.Table, h.PK, h.SK)
		}
		row := "| " + strings.TrimSuffix(h.Table, "Table") + " |"
		for _, key := range []string{h.PK, h.SK} {
			if key != "" {
				row += " `" + key + "`"
			}
		}
		row = strings.Replace(row, "|  `", "| `", 1)
		if h.Table == "AuditTable" {
			row += " month"
		}
		if !strings.Contains(officers, row) {
			t.Errorf("docs/privacy.md has no row that begins with %q", row)
		}
	}
	for _, row := range regexp.MustCompile(`\{\{template "row" "([a-z]+)"\}\}`).FindAllStringSubmatch(page, -1) {
		if !rows[row[1]] {
			t.Errorf("the privacy page tells of %q, which no item of the tables is", row[1])
		}
	}
}

// Copies and erasures go through every table of the template but the one that has keyed hashes only.
func TestRequestsGoThroughEveryTable(t *testing.T) {
	var tables []string
	for id, resource := range readSource(t).Resources {
		if resource.Type == "AWS::DynamoDB::Table" && id != "LimitsTable" {
			tables = append(tables, id)
		}
	}
	want := slices.Sorted(slices.Values(mydata.Tables))
	if slices.Sort(tables); !slices.Equal(tables, want) {
		t.Errorf("the template has %q, requests go through %q", tables, want)
	}
}
