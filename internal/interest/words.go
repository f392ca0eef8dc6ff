package interest

import "github.com/municipalitiesnet/munet/internal/language"

// Words says the reason as a part of a sentence's list, such as "“refugees” in the title".
func (r Reason) Words(p *language.Printer) string {
	switch r.Kind {
	case ByTopic:
		return p.Text("reason.topic", "Value", p.Text("topic."+r.Value))
	case ByWord, ByPhrase:
		return p.Text("reason.word."+string(r.Field), "Value", r.Value)
	case ByProgramme:
		return p.Text("reason.programme", "Value", r.Value)
	case ByKind:
		return p.Text("reason.kind", "Value", p.Text("kind."+r.Value))
	case ByCountry:
		return p.Text("reason.country", "Value", p.Country(r.Value))
	case ByBudget:
		return p.Text("reason.budget")
	}
	return p.Text("reason.partners")
}
