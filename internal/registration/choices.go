package registration

import (
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/members"
)

// choices are the lists that forms offer.
type choices struct {
	Kinds        []members.Kind
	Countries    []string
	Populations  []members.Population
	Topics       []members.Topic
	Frequencies  []members.Frequency
	Languages    []language.Tag // the official ones, to work in
	Translations []language.Tag // the ones that the site and its mails speak
}

func allChoices() choices {
	c := choices{
		Kinds: members.Kinds, Countries: members.Countries, Populations: members.Populations,
		Topics: members.Topics, Frequencies: members.Frequencies, Translations: language.Available(),
	}
	for _, code := range members.Languages {
		c.Languages = append(c.Languages, language.Tag(code))
	}
	return c
}
