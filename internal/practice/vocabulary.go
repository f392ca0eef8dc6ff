package practice

// Kind tells a practice from a programme: the network counts both.
type Kind string

// Kinds are all kinds in the order that forms show them. A practice is a way of doing something
// that others can take over; a programme is a standing offer or service of a municipality.
var Kinds = []Kind{"practice", "programme"}

// Principle is the number of one of the Common Basic Principles for Immigrant Integration Policy in
// the European Union (Council of the European Union, 19 November 2004), 1 to 11.
type Principle int

// Principles are all of them.
var Principles = []Principle{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}

// Target is a group of people for whom a practice is made.
type Target string

// Targets are all target groups in the order that forms show them.
var Targets = []Target{
	"migrants", "refugees", "asylumSeekers", "thirdCountryNationals", "unaccompaniedMinors", "children", "young",
	"women", "families", "older", "lgbtiq", "disabled", "workers", "students", "undocumented", "roma",
	"hostCommunity", "publicServants", "employers",
}

// Status says whether a practice goes on.
type Status string

// Statuses are all of them.
var Statuses = []Status{"planned", "running", "finished"}

// Cost is a band of what a practice costs in a year, in euro, people's time included.
type Cost string

// Costs are all bands, lowest first.
var Costs = []Cost{"under10k", "10to50k", "50to200k", "200kto1m", "over1m", "unknown"}

// Funding is where the money comes from.
type Funding string

// Fundings are all sources in the order that forms show them.
var Fundings = []Funding{"own", "regional", "national", "amif", "esf", "erdf", "cerv", "erasmus", "horizon", "otherEu", "foundation", "other"}

// Evidence is how the results are known.
type Evidence string

// Evidences are all kinds, weakest first.
var Evidences = []Evidence{"none", "monitoring", "selfEvaluation", "externalEvaluation"}

// Licence is under which terms others may use the text.
type Licence string

// Licences are all of them, the usual one first.
var Licences = []Licence{"CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0"}

// URL is the address of the licence's terms.
func (l Licence) URL() string {
	switch l {
	case "CC-BY-SA-4.0":
		return "https://creativecommons.org/licenses/by-sa/4.0/"
	case "CC0-1.0":
		return "https://creativecommons.org/publicdomain/zero/1.0/"
	}
	return "https://creativecommons.org/licenses/by/4.0/"
}
