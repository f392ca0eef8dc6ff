package fundingimport

import "strings"

// programme is the name of a programme by the portal's code for it, or by the beginning of a topic's
// identifier.
func programme(code, identifier string) string {
	for line := range strings.FieldsSeq(programmeCodes) {
		if known, name, _ := strings.Cut(line, "="); known == code {
			return strings.ReplaceAll(name, "_", " ")
		}
	}
	begin, _, found := strings.Cut(identifier, "-")
	if !found {
		return ""
	}
	switch begin = strings.ToUpper(begin); begin {
	case "ESF":
		return "ESF+"
	case "ERASMUS":
		return "ERASMUS+"
	case "EUROPEAID":
		return "RELEX"
	}
	return begin
}

// programmeCodes are the portal's codes of framework programmes. The portal has no list of them to
// ask for; these are in its records.
const programmeCodes = `43251447=AMIF 43251589=CERV 43254019=ESF+ 43108390=HORIZON 43353764=ERASMUS+ 43251814=CREA
43254037=ESC 43252386=JUST 43251530=BMVI 43252368=ISF 43252517=SOCPL 43152860=DIGITAL 43252405=LIFE
43332642=EU4H 43252476=SMP 43637601=PPPA 44416173=I3 44773133=IMREG 46324255=ERDF-TA 44773066=JTM
45532249=EUBA 43251567=CEF 43392145=EMFAF 43298203=UCPM 43697167=EP 43253706=TSI 111111=RELEX
47376280=RELEX 45876777=NDICI 31077795=AMIF_2014-2020 31045243=H2020 31076817=REC_2014-2020
31059088=EFC_2014-2020`
