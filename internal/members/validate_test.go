package members

import (
	"strings"
	"testing"
)

func TestFold(t *testing.T) {
	tests := map[string]string{
		"Δήμος Αθηναίων":          "δημοσ αθηναιων",
		"ΔΗΜΟΣ  ΑΘΗΝΑΙΩΝ":         "δημοσ αθηναιων",
		"Neápoli – Sykiés (town)": "neapoli sykies town",
		"  ":                      "",
	}
	for in, want := range tests {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestValidate(t *testing.T) {
	good := Profile{Kind: "localAuthority", Name: "Pafos", Country: "CY", Place: "Pafos", Population: "20to50k"}
	contact := Contact{Name: "Maria", Address: "maria@pafos.example", Language: "el"}
	tests := map[string]struct {
		change func(*Profile, *Contact)
		field  string
		code   string
	}{
		"good":                  {func(*Profile, *Contact) {}, "", ""},
		"no name":               {func(p *Profile, _ *Contact) { p.Name = " \t " }, "name", "required"},
		"long name":             {func(p *Profile, _ *Contact) { p.Name = strings.Repeat("ä", MaxName+1) }, "name", "too-long"},
		"longest name":          {func(p *Profile, _ *Contact) { p.Name = strings.Repeat("ä", MaxName) }, "", ""},
		"line break is folded":  {func(p *Profile, _ *Contact) { p.Name = "Pafos\r\nBcc: all" }, "", ""},
		"control character":     {func(p *Profile, _ *Contact) { p.Name = "Pafos\x00" }, "name", "line-break"},
		"unknown kind":          {func(p *Profile, _ *Contact) { p.Kind = "kingdom" }, "kind", "choice"},
		"EU country code":       {func(p *Profile, _ *Contact) { p.Country = "EL" }, "", ""},
		"far country":           {func(p *Profile, _ *Contact) { p.Country = "BR" }, "country", "choice"},
		"town without people":   {func(p *Profile, _ *Contact) { p.Population = "" }, "population", "required"},
		"NGO without people":    {func(p *Profile, _ *Contact) { p.Kind, p.Population, p.Place = "ngo", "", "" }, "", ""},
		"script as website":     {func(p *Profile, _ *Contact) { p.Website = "javascript://x.y/%0aalert(1)" }, "website", "url"},
		"bare website":          {func(p *Profile, _ *Contact) { p.Website = "pafos.example" }, "", ""},
		"unknown topic":         {func(p *Profile, _ *Contact) { p.Topics = []Topic{"chess"} }, "topics", "choice"},
		"unofficial language":   {func(p *Profile, _ *Contact) { p.Languages = []string{"eo"} }, "languages", "choice"},
		"two addresses":         {func(_ *Profile, c *Contact) { c.Address = "a@b.example, c@d.example" }, "address", "address"},
		"no address":            {func(_ *Profile, c *Contact) { c.Address = "" }, "address", "required"},
		"language not spoken":   {func(_ *Profile, c *Contact) { c.Language = "xx" }, "language", "choice"},
		"header in the address": {func(_ *Profile, c *Contact) { c.Address = "a@b.example\r\nBcc: x@y.example" }, "address", "address"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, c := good, contact
			tt.change(&p, &c)
			fields := append(p.Clean().Validate(""), c.Clean().Validate("")...)
			switch {
			case tt.field == "" && len(fields) > 0:
				t.Errorf("refused: %+v", fields)
			case tt.field != "" && (len(fields) != 1 || fields[0].Name != tt.field || fields[0].Code != tt.code):
				t.Errorf("got %+v, want %s: %s", fields, tt.field, tt.code)
			}
		})
	}
}

func TestParseRef(t *testing.T) {
	for _, s := range []string{"", ".", "A.", ".B", "A.B.C", "AB"} {
		if _, err := ParseRef(s); err == nil {
			t.Errorf("ParseRef(%q) passed", s)
		}
	}
	if r, err := ParseRef("A.B"); err != nil || r.String() != "A.B" {
		t.Errorf("ParseRef = %v, %v", r, err)
	}
}
