package stem

// longestStop is how many bytes the longest word has that Stop knows.
const longestStop = 14

// Stop reports whether a folded word is too common in its language to be searched for: articles,
// prepositions, pronouns and auxiliary verbs.
func Stop(language, word string) bool {
	if len(word) > longestStop {
		return false
	}
	switch language {
	case "bg":
		switch word {
		case "а", "без", "в", "във", "до", "за", "и", "из", "или", "к", "като", "ли", "на", "не", "но", "о",
			"от", "по", "при", "с", "са", "се", "си", "след", "съм", "със", "тази", "тези", "това", "този",
			"че", "ще":
			return true
		}
	case "cs":
		switch word {
		case "a", "aby", "ale", "ani", "az", "bez", "by", "byl", "byla", "bylo", "co", "do", "i", "jak", "jako",
			"je", "jeho", "jej", "jejich", "jen", "jsem", "jsou", "k", "kde", "ktera", "ktere", "ktery", "na",
			"nad", "ne", "nebo", "o", "od", "po", "pod", "pri", "pro", "s", "se", "si", "tak", "take", "tato",
			"tento", "to", "u", "v", "ve", "vsak", "z", "za", "ze":
			return true
		}
	case "da":
		switch word {
		case "af", "alle", "at", "blev", "blive", "da", "de", "den", "der", "deres", "det", "dig", "din",
			"disse", "du", "efter", "eller", "en", "er", "et", "for", "fra", "ham", "han", "har", "havde",
			"hendes", "hos", "hun", "hvad", "hvis", "hvor", "i", "ikke", "ind", "jeg", "jer", "kan", "kun",
			"man", "med", "meget", "men", "mig", "min", "mod", "ned", "noget", "nogle", "nu", "og", "om", "op",
			"os", "over", "pa", "sa", "sig", "sin", "skal", "som", "til", "ud", "under", "var", "ved", "vi",
			"vil", "vor":
			return true
		}
	case "de":
		switch word {
		case "aber", "als", "am", "an", "auch", "auf", "aus", "bei", "beim", "bin", "bis", "bist", "da", "damit",
			"dann", "das", "dass", "dein", "dem", "den", "denn", "der", "des", "die", "dies", "diese", "diesem",
			"diesen", "dieser", "dieses", "doch", "dort", "du", "durch", "ein", "eine", "einem", "einen",
			"einer", "eines", "er", "es", "euch", "euer", "fur", "haben", "hat", "hatte", "hier", "hinter",
			"ich", "ihm", "ihn", "ihnen", "ihr", "ihre", "ihrem", "ihren", "ihrer", "im", "in", "ins", "ist",
			"ja", "jede", "jedem", "jeden", "jeder", "jedes", "kann", "kein", "keine", "konnen", "man", "mehr",
			"mein", "mit", "muss", "nach", "nicht", "noch", "nun", "nur", "ob", "oder", "ohne", "sehr", "sein",
			"seine", "seinem", "seinen", "seiner", "sich", "sie", "sind", "so", "soll", "sowie", "uber", "um",
			"und", "uns", "unser", "unter", "vom", "von", "vor", "war", "waren", "was", "weil", "wenn", "wer",
			"werden", "wie", "wieder", "will", "wir", "wird", "wo", "zu", "zum", "zur", "zwischen":
			return true
		}
	case "el":
		switch word {
		case "α", "αλλα", "αν", "αντι", "απο", "αρα", "ασ", "αυτα", "αυτεσ", "αυτη", "αυτην", "αυτησ", "αυτο",
			"αυτοι", "αυτον", "αυτοσ", "αυτου", "αυτουσ", "αυτων", "για", "δε", "δεν", "εαν", "ειμαι", "ειναι",
			"εισ", "ειχαν", "ειχε", "εκει", "εκεινοσ", "ενα", "εναν", "ενασ", "ενοσ", "επι", "επισησ", "εχει",
			"εχουν", "εχω", "η", "ηταν", "θα", "ι", "και", "κατα", "κι", "μα", "μασ", "με", "μετα", "μη", "μην",
			"μια", "μιασ", "μου", "να", "ο", "οι", "ομωσ", "οπου", "οπωσ", "οσα", "οσο", "οσοι", "οταν", "οτι",
			"ουτε", "πιο", "που", "πρεπει", "προσ", "πρωτα", "πωσ", "σ", "σαν", "σασ", "σε", "στα", "στη",
			"στην", "στησ", "στισ", "στο", "στον", "στουσ", "στων", "τα", "τη", "την", "τησ", "τι", "τισ", "το",
			"τοι", "τον", "τοσ", "του", "τουσ", "των", "ωσ", "ωστε":
			return true
		}
	case "en":
		switch word {
		case "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "because",
			"been", "but", "by", "can", "could", "did", "do", "does", "for", "from", "had", "has", "have", "he",
			"her", "here", "his", "how", "i", "if", "in", "into", "is", "it", "its", "just", "ll", "me", "more",
			"most", "my", "no", "nor", "not", "of", "on", "or", "other", "our", "out", "over", "own", "s",
			"she", "so", "some", "such", "t", "than", "that", "the", "their", "them", "then", "there", "these",
			"they", "this", "those", "through", "to", "too", "up", "us", "ve", "very", "was", "we", "were",
			"what", "when", "where", "which", "while", "who", "whom", "why", "will", "with", "would", "you",
			"your":
			return true
		}
	case "es":
		switch word {
		case "a", "al", "algo", "ante", "aquel", "aquella", "como", "con", "contra", "cual", "cuando", "de",
			"del", "desde", "donde", "dos", "durante", "e", "el", "ella", "ellas", "ellos", "en", "entre",
			"era", "es", "esa", "esas", "ese", "eso", "esos", "esta", "estaba", "estan", "estas", "este",
			"esto", "estos", "fue", "ha", "hace", "han", "hasta", "hay", "la", "las", "le", "les", "lo", "los",
			"mas", "me", "mi", "mientras", "muy", "ni", "no", "nos", "nosotros", "o", "os", "otra", "otro",
			"para", "pero", "por", "porque", "que", "quien", "se", "sea", "ser", "si", "sido", "sin", "sobre",
			"son", "su", "sus", "tambien", "tanto", "te", "tiene", "todo", "todos", "tras", "tu", "un", "una",
			"unas", "uno", "unos", "y", "ya", "yo":
			return true
		}
	case "et":
		switch word {
		case "aga", "all", "ei", "et", "ja", "ka", "kes", "kui", "kuid", "kus", "ma", "me", "mida", "mis", "nad",
			"nagu", "need", "nii", "ning", "oli", "olid", "oma", "on", "peale", "sa", "seda", "see", "sest",
			"siis", "ta", "te", "tema", "uks", "voi":
			return true
		}
	case "fi":
		switch word {
		case "ei", "eli", "en", "ett", "etta", "ha", "han", "hanen", "he", "ja", "jo", "joka", "jos", "jossa",
			"jotka", "kanssa", "kuin", "kun", "me", "mika", "mina", "mita", "mutta", "myos", "ne", "niin",
			"nyt", "oli", "olla", "on", "ovat", "se", "sen", "sina", "ta", "tai", "tama", "taman", "te", "vaan",
			"vain":
			return true
		}
	case "fr":
		switch word {
		case "a", "afin", "ainsi", "alors", "au", "aussi", "autre", "aux", "avec", "c", "ce", "ceci", "cela",
			"celle", "celles", "celui", "ces", "cet", "cette", "ceux", "chez", "comme", "d", "dans", "de",
			"des", "deux", "dont", "du", "elle", "elles", "en", "entre", "est", "et", "etait", "ete", "etre",
			"eux", "fait", "il", "ils", "j", "je", "l", "la", "le", "les", "leur", "leurs", "lors", "lui", "m",
			"mais", "me", "meme", "mes", "moi", "mon", "n", "ne", "ni", "nos", "notre", "nous", "on", "ont",
			"ou", "par", "pas", "peu", "plus", "pour", "qu", "quand", "que", "qui", "s", "sa", "sans", "se",
			"ses", "si", "son", "sont", "sous", "sur", "t", "ta", "te", "tes", "toi", "ton", "tous", "tout",
			"toute", "toutes", "tu", "un", "une", "vers", "vos", "votre", "vous", "y":
			return true
		}
	case "ga":
		switch word {
		case "a", "ach", "ag", "agus", "an", "ar", "as", "ata", "b", "ba", "bhi", "chuig", "cuid", "de", "do",
			"faoi", "go", "i", "is", "le", "leis", "mar", "na", "ni", "nios", "no", "o", "os", "se", "seo",
			"si", "siad", "sin", "su", "sul":
			return true
		}
	case "hr":
		switch word {
		case "a", "ali", "bez", "bi", "bio", "biti", "da", "do", "i", "ili", "iz", "ja", "je", "jos", "kako",
			"kao", "kod", "koja", "koje", "koji", "na", "ne", "nije", "no", "o", "od", "po", "pri", "s", "sa",
			"samo", "se", "su", "sve", "ta", "te", "to", "u", "uz", "vec", "za":
			return true
		}
	case "hu":
		switch word {
		case "a", "abban", "ahhoz", "ahogy", "ahol", "aki", "amely", "ami", "az", "azt", "be", "csak", "de", "e",
			"egy", "el", "es", "ez", "ezt", "fel", "ha", "hanem", "hogy", "ide", "igen", "is", "itt", "kell",
			"ki", "le", "lesz", "ma", "mar", "meg", "mely", "mert", "mi", "minden", "mint", "nem", "nincs", "o",
			"ott", "s", "sem", "szamara", "szerint", "ugy", "utan", "vagy", "van", "volt":
			return true
		}
	case "it":
		switch word {
		case "a", "agli", "ai", "al", "alla", "alle", "allo", "anche", "ancora", "avere", "c", "che", "chi",
			"ci", "coi", "col", "come", "con", "contro", "cui", "d", "da", "dagli", "dai", "dal", "dall",
			"dalla", "dalle", "dallo", "degli", "dei", "del", "dell", "della", "delle", "dello", "di", "dove",
			"due", "e", "ed", "era", "essere", "fra", "gli", "ha", "hanno", "i", "il", "in", "io", "l", "la",
			"le", "lei", "li", "lo", "loro", "lui", "ma", "mi", "molto", "ne", "negli", "nei", "nel", "nell",
			"nella", "nelle", "nello", "noi", "non", "nostro", "o", "ogni", "ora", "per", "perche", "piu",
			"poi", "quale", "quando", "quanto", "quella", "quelle", "quelli", "quello", "questa", "queste",
			"questi", "questo", "se", "sei", "senza", "si", "sia", "sono", "stata", "stati", "stato", "su",
			"sua", "sue", "sugli", "sui", "sul", "sull", "sulla", "sulle", "suo", "suoi", "tra", "tu", "tutti",
			"tutto", "un", "una", "uno", "vi", "voi":
			return true
		}
	case "lt":
		switch word {
		case "apie", "ar", "arba", "as", "bet", "bus", "buvo", "cia", "del", "i", "iki", "ir", "is", "jei", "ji",
			"jie", "jis", "jo", "jos", "ju", "ka", "kad", "kai", "kaip", "kas", "kur", "kuri", "kurie", "kuris",
			"mes", "ne", "nei", "nes", "nuo", "o", "per", "po", "prie", "sis", "su", "ta", "tai", "tarp", "tas",
			"tik", "to", "uz", "yra":
			return true
		}
	case "lv":
		switch word {
		case "ar", "ari", "bet", "bez", "bija", "bus", "gan", "ir", "ja", "jau", "jo", "ka", "kad", "kas", "ko",
			"kur", "kura", "kuri", "lai", "lidz", "ne", "no", "otra", "pa", "par", "pec", "pie", "pret", "sa",
			"saja", "si", "so", "tad", "tam", "tas", "to", "tos", "tur", "un", "uz", "vai", "var":
			return true
		}
	case "mt":
		switch word {
		case "a", "biex", "bil", "billi", "bis", "dan", "dawk", "din", "f", "fil", "fis", "fit", "fuq", "ghal",
			"ghall", "ghandu", "hi", "hija", "hu", "huma", "huwa", "id", "il", "ill", "im", "in", "ir", "is",
			"it", "iz", "jew", "kien", "kienet", "l", "li", "ma", "mal", "mill", "minn", "mit", "nru", "r", "s",
			"t", "ta", "tal", "tas", "tat", "u", "x", "xi", "z":
			return true
		}
	case "nl":
		switch word {
		case "aan", "al", "alle", "alleen", "als", "ander", "andere", "bij", "daar", "dan", "dat", "de", "der",
			"deze", "die", "dit", "doch", "doen", "door", "dus", "een", "en", "er", "ge", "geen", "had", "heb",
			"hebben", "heeft", "hem", "het", "hier", "hij", "hoe", "hun", "ik", "in", "is", "ja", "je", "kan",
			"kunnen", "maar", "me", "meer", "men", "met", "mij", "mijn", "moet", "na", "naar", "niet", "niets",
			"nog", "nu", "of", "om", "omdat", "onder", "ons", "ook", "op", "over", "reeds", "te", "tegen",
			"toch", "toen", "tot", "u", "uit", "uw", "van", "veel", "via", "voor", "want", "waren", "was",
			"wat", "we", "wel", "werd", "wie", "wij", "wil", "worden", "wordt", "zal", "ze", "zelf", "zich",
			"zij", "zijn", "zo", "zonder", "zou":
			return true
		}
	case "pl":
		switch word {
		case "a", "aby", "albo", "ale", "by", "byc", "byl", "byla", "bylo", "byly", "co", "czy", "dla", "do",
			"gdy", "gdzie", "go", "i", "ich", "ile", "im", "innych", "ja", "jak", "jako", "je", "jego", "jej",
			"jest", "jeszcze", "juz", "kto", "ktora", "ktore", "ktory", "lub", "ma", "maja", "na", "nad",
			"nich", "nie", "niz", "o", "od", "oraz", "po", "pod", "poprzez", "przed", "przez", "przy", "sa",
			"sie", "swoje", "ta", "tak", "takze", "tam", "te", "tego", "tej", "ten", "to", "tych", "tym", "u",
			"w", "we", "wiec", "wszystkich", "z", "za", "ze", "zeby":
			return true
		}
	case "pt":
		switch word {
		case "a", "ao", "aos", "aquela", "aquele", "as", "ate", "com", "como", "da", "das", "de", "dela", "dele",
			"deles", "depois", "do", "dos", "e", "ela", "elas", "ele", "em", "entre", "era", "essa",
			"essas", "esse", "esses", "esta", "estao", "estas", "este", "estes", "eu", "foi", "foram", "ha",
			"isso", "isto", "ja", "lhe", "lhes", "mais", "mas", "me", "mesmo", "meu", "minha", "muito", "na",
			"nao", "nas", "nem", "no", "nos", "nossa", "nosso", "num", "numa", "o", "os", "ou", "para", "pela",
			"pelas", "pelo", "pelos", "por", "quando", "que", "quem", "se", "sem", "ser", "seu", "seus", "sido",
			"so", "sobre", "sua", "suas", "tambem", "te", "tem", "ter", "teu", "tu", "um", "uma", "umas", "uns",
			"voce":
			return true
		}
	case "ro":
		switch word {
		case "a", "ai", "al", "ale", "am", "ar", "are", "as", "asa", "au", "ca", "care", "ce", "cea", "cei",
			"cel", "cele", "cu", "cum", "da", "dar", "de", "decat", "deci", "din", "dintre", "dupa", "ea", "ei",
			"el", "ele", "era", "este", "eu", "fara", "fi", "fie", "fost", "i", "iar", "in", "intre", "isi",
			"l", "la", "le", "lor", "lui", "mai", "mult", "ne", "ni", "nici", "noi", "nu", "o", "ori", "pe",
			"pentru", "prin", "s", "sa", "sai", "sau", "se", "si", "spre", "sub", "sunt", "te", "toate", "tot",
			"un", "una", "unde", "unei", "unor", "unui", "va", "vor":
			return true
		}
	case "sk":
		switch word {
		case "a", "aby", "aj", "ako", "ale", "alebo", "ani", "ano", "az", "bez", "bol", "bola", "boli", "bolo",
			"by", "co", "do", "i", "ich", "je", "jeho", "jej", "k", "kde", "ked", "ktora", "ktore", "ktori",
			"ktory", "na", "nad", "nie", "o", "od", "po", "pod", "podla", "pre", "pri", "s", "sa", "si", "so",
			"su", "ta", "tak", "takze", "tato", "tento", "to", "u", "uz", "v", "vo", "vsak", "z", "za", "ze",
			"zo":
			return true
		}
	case "sl":
		switch word {
		case "a", "ali", "bi", "bil", "bila", "bili", "bo", "brez", "da", "do", "ga", "in", "iz", "ja", "je",
			"jih", "k", "kaj", "kako", "kar", "kateri", "ker", "ki", "ko", "kot", "le", "med", "na", "naj",
			"ne", "ni", "o", "ob", "od", "pa", "po", "pod", "pred", "pri", "s", "sa", "se", "si", "so", "ta",
			"te", "to", "tudi", "v", "z", "za", "ze":
			return true
		}
	case "sv":
		switch word {
		case "alla", "allt", "an", "ar", "att", "av", "blev", "bli", "da", "de", "dem", "den", "denna", "deras",
			"dess", "dessa", "det", "detta", "dig", "din", "du", "efter", "ej", "eller", "en", "er", "ett",
			"for", "fran", "ha", "hade", "han", "hans", "har", "hennes", "hon", "honom", "hur", "i", "icke",
			"ingen", "inom", "inte", "jag", "kan", "man", "med", "mellan", "men", "mig", "min", "mot", "mycket",
			"na", "nagon", "nagra", "nar", "nu", "och", "om", "oss", "over", "pa", "sa", "sadan", "samt",
			"sedan", "sig", "sin", "sina", "sitt", "ska", "skulle", "som", "till", "under", "upp", "ut", "utan",
			"vad", "var", "vara", "vi", "vid", "vilka", "vilken":
			return true
		}
	}
	return false
}
