package call

import (
	"strconv"
	"strings"

	"github.com/municipalitiesnet/munet/internal/language"
)

// Words says the deadline as people do: the day, and the time in Brussels if there is one.
func (d Deadline) Words(p *language.Printer) string {
	if d.CutOff == "" {
		return p.Date(d.Day.Time())
	}
	return p.DateTime(d.At())
}

// Words says the amount, such as "1,200,000 EUR"; nothing is "".
func (m Money) Words(p *language.Printer) string {
	if m.Amount == 0 {
		return ""
	}
	return p.Number(int(m.Amount)) + " " + m.Currency
}

// Words says what changed: before and after as people read them. A side that is empty was, or is, not
// said.
func (d Difference) Words(p *language.Printer) (before, after string) {
	return d.side(d.Before, p), d.side(d.After, p)
}

func (d Difference) side(values []string, p *language.Printer) string {
	said := make([]string, len(values))
	for i, v := range values {
		said[i] = d.value(v, p)
	}
	switch d.Field {
	case FieldText, FieldNotes:
		return strings.Join(said, "\n\n")
	case FieldGrantSize, FieldConsortium:
		return pair(d.Field, said, p)
	case FieldWithdrawn, FieldPartnerSearch:
		return p.Text("call.said." + string(d.Field) + "." + strconv.FormatBool(len(values) > 0))
	}
	return strings.Join(said, ", ")
}

// pair says two numbers of which each may be missing.
func pair(f Field, said []string, p *language.Printer) string {
	if len(said) != 2 {
		return ""
	}
	prefix := "call.said." + string(f) + "."
	switch {
	case said[0] == "" || said[0] == "0":
		return p.Text(prefix+"second", "Second", said[1])
	case said[1] == "" || said[1] == "0":
		return p.Text(prefix+"first", "First", said[0])
	}
	return p.Text(prefix+"both", "First", said[0], "Second", said[1])
}

func (d Difference) value(v string, p *language.Printer) string {
	switch d.Field {
	case FieldDeadlines, FieldOpens:
		day, cutOff, _ := strings.Cut(v, " ")
		return Deadline{Date(day), cutOff}.Words(p)
	case FieldBudget, FieldGrantSize:
		return money(v).Words(p)
	case FieldCountries:
		return p.Country(v)
	case FieldApplicants:
		return p.Text("kind." + v)
	case FieldTopics:
		return p.Text("topic." + v)
	case FieldKind:
		return p.Text("call.kind." + v)
	case FieldModel:
		return p.Text("call.model." + v)
	case FieldLanguage:
		return p.Language(language.Tag(v))
	case FieldRate:
		return v + " %"
	}
	return v
}

// money reads what [Money.String] writes.
func money(s string) Money {
	amount, currency, _ := strings.Cut(s, " ")
	n, err := strconv.ParseInt(amount, 10, 64)
	if err != nil {
		return Money{}
	}
	return Money{n, currency}
}
