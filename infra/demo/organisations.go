package demo

import (
	"slices"

	"github.com/municipalitiesnet/munet/internal/members"
)

// organisation is one that the network's founding documents name. Its people and addresses are
// invented, under domains that are reserved for examples (RFC 2606).
type organisation struct {
	name, place, domain string
	kind                members.Kind
	country             string
	population          members.Population
	topics              []members.Topic
	person, role        string
	language            string
}

const (
	city       = members.Kind("localAuthority")
	ngo        = members.Kind("ngo")
	university = members.Kind("academic")
	firm       = members.Kind("other")
)

type topics = []members.Topic

// founders manage the network: CARDET with its partners and five municipalities of Cyprus.
var founders = []organisation{
	{"CARDET", "Nicosia", "cardet", ngo, "CY", "", topics{"education", "participation", "attitudes"}, "Eleni Savva", "Network coordinator", "en"},
	{"University of Nicosia", "Nicosia", "unic", university, "CY", "", topics{"education", "identity"}, "Costas Panayiotou", "Researcher", "en"},
	{"INNOVADE", "Nicosia", "innovade", firm, "CY", "", topics{"education", "employment"}, "Nikos Demetriou", "Project manager", "en"},
	{"Δήμος Πάφου", "Πάφος", "pafos", city, "CY", "20to50k", topics{"housing", "education", "participation"}, "Ανδρέας Χαραλάμπους", "Λειτουργός ένταξης", "el"},
	{"Δήμος Έγκωμης", "Έγκωμη", "engomi", city, "CY", "5to20k", topics{"education", "family"}, "Μαρία Γεωργίου", "Κοινωνική λειτουργός", "el"},
	{"Δήμος Αγίου Αθανασίου", "Άγιος Αθανάσιος", "ayios-athanasios", city, "CY", "5to20k", topics{"employment", "participation"}, "Γιώργος Ιωάννου", "Γραμματέας", "el"},
	{"Δήμος Αγίου Δομετίου", "Άγιος Δομέτιος", "ayios-dhometios", city, "CY", "5to20k", topics{"welfare", "family"}, "Σοφία Νικολάου", "Κοινωνική λειτουργός", "el"},
	{"Δήμος Δερύνειας", "Δερύνεια", "deryneia", city, "CY", "5to20k", topics{"employment", "attitudes"}, "Πέτρος Κωνσταντίνου", "Λειτουργός προγραμμάτων", "el"},
}

// citiesNetwork are the 18 municipalities of the Cities Network for Integration in Greece.
var citiesNetwork = []organisation{
	{"Δήμος Αθηναίων", "Αθήνα", "athens", city, "GR", "over500k", topics{"housing", "employment", "participation", "rights"}, "Κατερίνα Παπαδοπούλου", "Προϊσταμένη τμήματος", "el"},
	{"Δήμος Αγίου Δημητρίου", "Άγιος Δημήτριος", "agios-dimitrios", city, "GR", "50to100k", topics{"education"}, "Δημήτρης Αντωνίου", "Κοινωνικός λειτουργός", "el"},
	{"Δήμος Χανίων", "Χανιά", "chania", city, "GR", "100to500k", topics{"welfare", "health"}, "Ειρήνη Μανουσάκη", "Διαμεσολαβήτρια", "el"},
	{"Δήμος Δέλτα", "Σίνδος", "delta", city, "GR", "20to50k", topics{"housing", "education"}, "Χρήστος Βασιλείου", "Υπεύθυνος προγραμμάτων", "el"},
	{"Δήμος Ηρακλείου", "Ηράκλειο", "heraklion", city, "GR", "100to500k", topics{"employment", "housing"}, "Μανώλης Σταυρακάκης", "Διευθυντής", "el"},
	{"Δήμος Θεσσαλονίκης", "Θεσσαλονίκη", "thessaloniki", city, "GR", "100to500k", topics{"housing", "employment", "participation"}, "Αναστασία Δημητρίου", "Υπεύθυνη ένταξης", "el"},
	{"Δήμος Ιωαννιτών", "Ιωάννινα", "ioannina", city, "GR", "100to500k", topics{"education", "health"}, "Βασίλης Τσίρης", "Κοινωνικός λειτουργός", "el"},
	{"Δήμος Καλαμαριάς", "Καλαμαριά", "kalamaria", city, "GR", "50to100k", topics{"family", "education"}, "Ελένη Καραγιάννη", "Ψυχολόγος", "el"},
	{"Δήμος Καρδίτσας", "Καρδίτσα", "karditsa", city, "GR", "50to100k", topics{"employment"}, "Νίκος Λάμπρου", "Λειτουργός", "el"},
	{"Δήμος Κατερίνης", "Κατερίνη", "katerini", city, "GR", "50to100k", topics{"education", "identity"}, "Σταυρούλα Παππά", "Εκπαιδευτικός", "el"},
	{"Δήμος Λαρισαίων", "Λάρισα", "larissa", city, "GR", "100to500k", topics{"housing", "welfare"}, "Γιάννης Αλεξίου", "Υπεύθυνος κέντρου κοινότητας", "el"},
	{"Δήμος Λεβαδέων", "Λιβαδειά", "livadeia", city, "GR", "20to50k", topics{"employment", "participation"}, "Φωτεινή Ρήγα", "Υπεύθυνη απασχόλησης", "el"},
	{"Δήμος Νεάπολης-Συκεών", "Νεάπολη", "neapoli-sykies", city, "GR", "50to100k", topics{"welfare", "attitudes"}, "Κώστας Μπαλής", "Κοινωνιολόγος", "el"},
	{"Δήμος Νέας Φιλαδέλφειας-Νέας Χαλκηδόνας", "Νέα Φιλαδέλφεια", "nea-filadelfeia", city, "GR", "20to50k", topics{"education", "crime"}, "Αγγελική Σπύρου", "Κοινωνική λειτουργός", "el"},
	{"Δήμος Πειραιά", "Πειραιάς", "piraeus", city, "GR", "100to500k", topics{"employment", "health", "rights"}, "Παναγιώτης Μελάς", "Προϊστάμενος", "el"},
	{"Δήμος Τήλου", "Τήλος", "tilos", city, "GR", "under5k", topics{"employment", "housing"}, "Μαριάνθη Καμμά", "Γραφείο δημάρχου", "el"},
	{"Δήμος Τρικκαίων", "Τρίκαλα", "trikala", city, "GR", "50to100k", topics{"education", "employment"}, "Θανάσης Ζήσης", "Υπεύθυνος καινοτομίας", "el"},
	{"Δήμος Τρίπολης", "Τρίπολη", "tripoli", city, "GR", "20to50k", topics{"family", "welfare"}, "Βασιλική Δρούγα", "Κοινωνική λειτουργός", "el"},
}

// abroad are cities that the founding documents name as mentors and hosts of meetings, and small towns
// that do not exist, for the countries whose municipalities were at the first meeting and some more.
var abroad = []organisation{
	{"Ayuntamiento de Fuenlabrada", "Fuenlabrada", "fuenlabrada", city, "ES", "100to500k", topics{"employment", "participation"}, "Lucía Herrero", "Project officer", "en"},
	{"Tampereen kaupunki", "Tampere", "tampere", city, "FI", "100to500k", topics{"welfare", "employment"}, "Aino Lehtonen", "Integration coordinator", "en"},
	{"Landeshauptstadt Stuttgart", "Stuttgart", "stuttgart", city, "DE", "over500k", topics{"employment", "health"}, "Jana Vogt", "Integration officer", "en"},
	{"Gemeente Amsterdam", "Amsterdam", "amsterdam", city, "NL", "over500k", topics{"rights", "attitudes"}, "Maud de Wit", "Policy officer", "en"},
	{"Dublin City Council", "Dublin", "dublin", city, "IE", "over500k", topics{"participation", "identity"}, "Niamh Doyle", "Integration officer", "en"},
	{"Commune de Valbrune", "Valbrune", "valbrune", city, "FR", "20to50k", topics{"employment", "housing"}, "Claire Meunier", "Social services", "en"},
	{"Comune di Rivachiara", "Rivachiara", "rivachiara", city, "IT", "20to50k", topics{"employment", "health"}, "Marta Galli", "Social worker", "en"},
	{"Município de Vale de Oliveiras", "Vale de Oliveiras", "valeoliveiras", city, "PT", "5to20k", topics{"housing", "participation"}, "Inês Tavares", "Coordinator", "en"},
	{"Lindviks kommun", "Lindvik", "lindvik", city, "SE", "20to50k", topics{"health", "education"}, "Elsa Nordin", "Coordinator", "en"},
	{"Għajn Razzett Local Council", "Għajn Razzett", "razzett", city, "MT", "5to20k", topics{"education", "health"}, "Marija Camilleri", "Executive secretary", "en"},
	{"Saulmalas novads", "Saulmala", "saulmala", city, "LV", "under5k", topics{"education"}, "Dace Ozola", "Secretary", "en"},
}

// organisations are all that are or become members.
var organisations = slices.Concat(founders, citiesNetwork, abroad)

// invented are in states that no real organisation should be shown in.
var invented = []organisation{
	{"Association of Example Towns", "Valletta", "towns", "association", "MT", "", topics{"participation"}, "Joseph Borg", "Secretary", "en"},
	{"Sample Consultants", "Riga", "consultants", firm, "LV", "", nil, "Ilze Kalniņa", "Director", "en"},
}
