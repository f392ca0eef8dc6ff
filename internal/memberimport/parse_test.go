package memberimport

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

const header = "organisation,kind,country,place,population,website,languages,topics,name,role,address,language\n"

// strovolos is a good line.
const strovolos = "Strovolos Municipality,localAuthority,CY,Strovolos,20to50k,https://www.strovolos.example,el|en,housing|health,Eleni Georgiou,Integration officer,eleni@strovolos.example,el\n"

func wantStrovolos(line int) Row {
	return Row{
		Line: line,
		Profile: members.Profile{
			Kind: "localAuthority", Name: "Strovolos Municipality", Country: "CY", Place: "Strovolos", Population: "20to50k",
			Website: "https://www.strovolos.example", Languages: []string{"el", "en"}, Topics: []members.Topic{"housing", "health"},
		},
		Contact: members.Contact{Name: "Eleni Georgiou", Role: "Integration officer", Address: "eleni@strovolos.example", Language: "el"},
	}
}

func TestParseReadsWhatSpreadsheetProgramsWrite(t *testing.T) {
	greek := "Φορέας;Είδος;Χώρα;Τόπος;Πληθυσμός;Όνομα;Ηλεκτρονική διεύθυνση;Γλώσσα;Θέματα\r\n" +
		"Δήμος Στροβόλου;Δήμος;Κύπρος;Στρόβολος;67.904;Ελένη Γεωργίου;eleni@strovolos.example;Ελληνικά;Στέγαση και εγκατάσταση|υγειονομική περίθαλψη\r\n"
	wantGreek := Row{
		Line: 2,
		Profile: members.Profile{
			Kind: "localAuthority", Name: "Δήμος Στροβόλου", Country: "CY", Place: "Στρόβολος", Population: "50to100k",
			Topics: []members.Topic{"housing", "health"},
		},
		Contact: members.Contact{Name: "Ελένη Γεωργίου", Address: "eleni@strovolos.example", Language: "el"},
	}
	encoded := func(text string, with interface{ Bytes([]byte) ([]byte, error) }) string {
		b, err := with.Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	french := "organisation;kind;country;place;population;name;address\nVille de Liège;city;Belgium;Liège;197 355;Zoé Léon;zoe@liege.example\n"
	wantFrench := Row{
		Line:    2,
		Profile: members.Profile{Kind: "localAuthority", Name: "Ville de Liège", Country: "BE", Place: "Liège", Population: "100to500k"},
		Contact: members.Contact{Name: "Zoé Léon", Address: "zoe@liege.example", Language: "en"},
	}
	tests := map[string]struct {
		content, encoding string
		want              Row
	}{
		"commas":               {header + strovolos, "UTF-8", wantStrovolos(2)},
		"a byte order mark":    {"\ufeff" + header + strovolos, "UTF-8", wantStrovolos(2)},
		"semicolons in Greek":  {greek, "UTF-8", wantGreek},
		"Windows Greek":        {encoded(greek, charmap.Windows1253.NewEncoder()), "Windows-1253", wantGreek},
		"Windows Western":      {encoded(french, charmap.Windows1252.NewEncoder()), "Windows-1252", wantFrench},
		"UTF-16 with tabs":     {encoded(strings.ReplaceAll(greek, ";", "\t"), unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()), "UTF-16", wantGreek},
		"old line ends":        {strings.ReplaceAll(header+strovolos, "\n", "\r"), "UTF-8", wantStrovolos(2)},
		"blank lines":          {"\n\n" + header + "\n,,,,,,,,,,,\n" + strovolos + "\n", "UTF-8", wantStrovolos(6)},
		"a trailing separator": {strings.ReplaceAll(header+strovolos, "\n", ",\n"), "UTF-8", wantStrovolos(2)},
		"names of any case":    {strings.ToUpper(header) + strovolos, "UTF-8", wantStrovolos(2)},
		"spaces":               {header + strings.ReplaceAll(strovolos, ",", " , "), "UTF-8", wantStrovolos(2)},
		"quotes": {
			header + strings.NewReplacer("Strovolos Municipality", "\"Strovolos\tMunicipality\"", "Integration officer", `"Integration officer"`).Replace(strovolos),
			"UTF-8", wantStrovolos(2),
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := Parse([]byte(tt.content))
			if len(f.Problems) > 0 || f.Encoding != tt.encoding {
				t.Fatalf("%s, problems %+v; want %s and none", f.Encoding, f.Problems, tt.encoding)
			}
			if want := []Row{tt.want}; !reflect.DeepEqual(f.Rows, want) {
				t.Errorf("rows = %+v, want %+v", f.Rows, want)
			}
		})
	}
}

func TestParseNamesEveryBadLine(t *testing.T) {
	change := func(from, to string) string { return header + strings.Replace(strovolos, from, to, 1) }
	lines := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.Replace(strovolos, "eleni@", fmt.Sprintf("eleni%d@", i), 1))
		}
		return b.String()
	}
	tests := map[string]struct {
		content string
		want    []string // line, column, code
	}{
		"nothing":                  {"", []string{"0  empty"}},
		"blanks":                   {" \n\t\n", []string{"0  empty"}},
		"only a header":            {header, []string{"0  empty"}},
		"a workbook":               {"PK\x03\x04…", []string{"0  workbook"}},
		"an old workbook":          {"\xD0\xCF\x11\xE0…", []string{"0  workbook"}},
		"NULs":                     {header + "a\x00b", []string{"0  binary"}},
		"another file":             {"<html>\n<p>\n", []string{"1  column-unknown", "1 organisation column-missing", "1 kind column-missing", "1 country column-missing", "1 name column-missing", "1 address column-missing"}},
		"missing columns":          {"organisation,kind,country\nA,ngo,CY\n", []string{"1 name column-missing", "1 address column-missing"}},
		"an unknown column":        {"telephone," + header + "22," + strovolos, []string{"1  column-unknown"}},
		"a repeated column":        {"name," + header + "22," + strovolos, []string{"1 name column-repeated"}},
		"an open quote at the top": {"\"organisation\nkind", []string{"1  quotes"}},
		"a quote inside":           {header + "Municipality \"of\" X\n" + strovolos, []string{"2  quotes"}},
		"an open quote":            {header + strovolos + "\"Open\n\n", []string{"3  quotes"}},
		"too few cells":            {header + "Strovolos,ngo\n" + strovolos, []string{"2  cells"}},
		"too many cells":           {header + strings.TrimSpace(strovolos) + ",more\n", []string{"2  cells"}},
		"several in one line":      {change("Eleni Georgiou,Integration officer,eleni@strovolos.example,el", ",,no address,klingon"), []string{"2 name required", "2 address address", "2 language choice"}},
		"an unknown kind":          {change("localAuthority", "castle"), []string{"2 kind choice"}},
		"an unknown country":       {change(",CY,", ",Atlantis,"), []string{"2 country choice"}},
		"a country too far":        {change(",CY,", ",JP,"), []string{"2 country choice"}},
		"an unknown topic":         {change("housing|", "cheese|"), []string{"2 topics choice"}},
		"an unknown language":      {change("el|en", "el|xx"), []string{"2 languages choice"}},
		"population in words":      {change("20to50k", "many"), []string{"2 population choice"}},
		"a town without a place":   {change(",Strovolos,20to50k", ",,"), []string{"2 place required", "2 population required"}},
		"a website":                {change("https://www.strovolos.example", "javascript:alert(1)"), []string{"2 website url"}},
		"a line break":             {change("Eleni Georgiou", "\"Eleni\x01Georgiou\""), []string{"2 name line-break"}},
		"a header in an address":   {change("eleni@strovolos.example", "\"eleni@strovolos.example\r\nBcc: x@y.example\""), []string{"2 address address"}},
		"a long name":              {change("Strovolos Municipality", strings.Repeat("x", members.MaxName+1)), []string{"2 organisation too-long"}},
		"the same address":         {header + strovolos + strovolos + strings.ToUpper(strovolos), []string{"3 address repeated", "4 address repeated"}},
		"too many of one":          {header + lines(members.MaxPeople+2), []string{"27 organisation crowded"}},
		"multi-line cells count":   {header + "\"A\nB\",ngo,CY,,,,,,N,,n@a.example,\nbad line\n", []string{"4  cells"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := Parse([]byte(tt.content))
			var got []string
			for _, p := range f.Problems {
				got = append(got, fmt.Sprintf("%d %s %s", p.Line, p.Column, p.Code))
				for _, tag := range language.Available() { // panics if a text or a value is missing
					problemText(language.For(tag), p)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("problems = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestParseRefusesTooManyRows(t *testing.T) {
	content := []byte(header + strings.Repeat("A,ngo,CY,,,,,,N,,n@a.example,\n", 10_000))
	f := Parse(content)
	last := f.Problems[0]
	if len(f.Rows) != maxRows || last.Code != "rows" || last.Line != 0 {
		t.Errorf("%d rows, first problem %+v", len(f.Rows), last)
	}
}

func TestPopulationBands(t *testing.T) {
	for cell, want := range map[string]members.Population{
		"0": "under5k", "4999": "under5k", "5000": "5to20k", "19.999": "5to20k", "20,000": "20to50k", "50 000": "50to100k",
		"100'000": "100to500k", "499999": "100to500k", "500000": "over500k", "5to20k": "5to20k", "5,000 to 20,000 inhabitants": "5to20k", "5.000 έως 20.000 ΚΑΤΟΙΚΟΙ": "5to20k", "": "", "-4": "-4",
	} {
		if got := population(cell); got != want {
			t.Errorf("population(%q) = %q, want %q", cell, got, want)
		}
	}
}

// FuzzParse looks for a file that breaks the parser, and for one that passes it although its rows
// would be refused one by one.
func FuzzParse(f *testing.F) {
	f.Add([]byte(header + strovolos))
	f.Add([]byte("\xff\xfeo\x00r\x00"))
	f.Add([]byte("\"a\n;\"\";b\r\n\x00"))
	f.Add([]byte("Φορέας;Είδος\n\xe1\xe2;"))
	f.Fuzz(func(t *testing.T, content []byte) {
		file := Parse(content)
		if len(file.Rows) > maxRows {
			t.Errorf("%d rows", len(file.Rows))
		}
		for _, p := range file.Problems {
			problemText(language.For(language.Default), p)
		}
		if len(file.Problems) > 0 {
			return
		}
		if len(file.Rows) == 0 {
			t.Error("a file without rows has no problem")
		}
		previous := 0
		for _, row := range file.Rows {
			if problems := row.validate(); len(problems) > 0 {
				t.Errorf("line %d passed with %v", row.Line, problems)
			}
			if row.Line <= previous {
				t.Errorf("line %d follows line %d", row.Line, previous)
			}
			previous = row.Line
		}
	})
}
