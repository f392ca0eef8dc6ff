package stem

import "strings"

// Stop reports whether a folded word is too common in its language to be searched for: articles,
// prepositions, pronouns and auxiliary verbs.
func Stop(language, word string) bool {
	if word == "" || strings.Contains(word, " ") {
		return false
	}
	for words := stopWords(language); ; {
		i := strings.Index(words, word)
		if i < 0 {
			return false
		}
		end := i + len(word)
		if words[i-1] == ' ' && words[end] == ' ' {
			return true
		}
		words = words[i+strings.IndexByte(words[i:], ' '):]
	}
}

// stopWords returns a language's words with a space around each, the shortest first: one text is a
// sixth of the program that a switch over the words would be.
func stopWords(language string) string {
	switch language {
	case "bg":
		return " а в и к о с до за из ли на не но от по са се си че ще без във или при съм със като след тази " +
			"тези това този "
	case "cs":
		return " a i k o s u v z az by co do je na ne od po se si to ve za ze aby ale ani bez byl jak jej jen " +
			"kde nad pod pri pro tak byla bylo jako jeho jsem jsou nebo take tato vsak ktera ktere ktery " +
			"tento jejich "
	case "da":
		return " i af at da de du en er et nu og om op os pa sa ud vi den der det dig din for fra ham han har " +
			"hos hun ind jeg jer kan kun man med men mig min mod ned sig sin som til var ved vil vor alle " +
			"blev hvad hvis hvor ikke over skal blive deres disse efter eller havde meget noget nogle " +
			"under hendes "
	case "de":
		return " am an da du er es im in ja ob so um wo zu als auf aus bei bin bis das dem den der des die " +
			"ein fur hat ich ihm ihn ihr ins ist man mit nun nur sie und uns vom von vor war was wer wie " +
			"wir zum zur aber auch beim bist dann dass dein denn dies doch dort eine euch euer hier ihre " +
			"jede kann kein mehr mein muss nach noch oder ohne sehr sein sich sind soll uber weil wenn " +
			"will wird damit diese durch einem einen einer eines haben hatte ihnen ihrem ihren ihrer " +
			"jedem jeden jeder jedes keine nicht seine sowie unser unter waren diesem diesen dieser " +
			"dieses hinter konnen seinem seinen seiner werden wieder zwischen "
	case "el":
		return " α η ι ο σ αν ασ δε θα κι μα με μη να οι σε τα τη τι το ωσ απο αρα για δεν εαν εισ ενα επι " +
			"εχω και μασ μην μια μου οσα οσο οτι πιο που πωσ σαν σασ στα στη στο την τησ τισ τοι τον τοσ " +
			"του των αλλα αντι αυτα αυτη αυτο ειχε εκει εναν ενασ ενοσ εχει ηταν κατα μετα μιασ ομωσ οπου " +
			"οπωσ οσοι οταν ουτε προσ στην στησ στισ στον στων τουσ ωστε αυτεσ αυτην αυτησ αυτοι αυτον " +
			"αυτοσ αυτου αυτων ειμαι ειναι ειχαν εχουν πρωτα στουσ αυτουσ επισησ πρεπει εκεινοσ "
	case "en":
		return " a i s t am an as at be by do he if in is it ll me my no of on or so to up us ve we all and " +
			"any are but can did for had has her his how its nor not our out own she the too was who why " +
			"you also been does from have here into just more most over some such than that them then " +
			"they this very were what when whom will with your about after could other their there these " +
			"those where which while would because through "
	case "es":
		return " a e o y al de el en es ha la le lo me mi ni no os se si su te tu un ya yo con del dos era " +
			"esa ese eso fue han hay las les los mas muy nos por que sea ser sin son sus una uno algo " +
			"ante como cual ella esas esos esta este esto hace otra otro para pero sido todo tras unas " +
			"unos aquel desde donde ellas ellos entre estan estas estos hasta quien sobre tanto tiene " +
			"todos contra cuando estaba porque aquella durante tambien mientras nosotros "
	case "et":
		return " ei et ja ka ma me on sa ta te aga all kes kui kus mis nad nii oli oma see uks voi kuid mida " +
			"nagu need ning olid seda sest siis tema peale "
	case "fi":
		return " ei en ha he ja jo me ne on se ta te eli ett han jos kun nyt oli sen tai etta joka kuin mika " +
			"mina mita myos niin olla ovat sina tama vaan vain hanen jossa jotka mutta taman kanssa "
	case "fr":
		return " a c d j l m n s t y au ce de du en et il je la le me ne ni on ou qu sa se si ta te tu un aux " +
			"ces cet des est ete eux ils les lui mes moi mon nos ont par pas peu que qui ses son sur tes " +
			"toi ton une vos afin avec ceci cela ceux chez dans deux dont elle etre fait leur lors mais " +
			"meme nous plus pour sans sont sous tous tout vers vous ainsi alors aussi autre celle celui " +
			"cette comme elles entre etait leurs notre quand toute votre celles toutes "
	case "ga":
		return " a b i o ag an ar as ba de do go is le na ni no os se si su ach ata bhi mar seo sin sul agus " +
			"cuid faoi leis nios siad chuig "
	case "hr":
		return " a i o s u bi da do iz ja je na ne no od po sa se su ta te to uz za ali bez bio ili jos kao " +
			"kod pri sve vec biti kako koja koje koji nije samo "
	case "hu":
		return " a e o s az be de el es ez ha is ki le ma mi aki ami azt egy ezt fel ide itt mar meg nem ott " +
			"sem ugy van ahol csak hogy igen kell lesz mely mert mint utan vagy volt abban ahhoz ahogy " +
			"amely hanem nincs minden szamara szerint "
	case "it":
		return " a c d e i l o ai al ci da di ed ha il in io la le li lo ma mi ne se si su tu un vi che chi " +
			"coi col con cui dai dal dei del due era fra gli lei lui nei nel noi non ora per piu poi sei " +
			"sia sua sue sui sul suo tra una uno voi agli alla alle allo come dall dell dove loro nell " +
			"ogni sono sull suoi anche avere dagli dalla dalle dallo degli della delle dello hanno molto " +
			"negli nella nelle nello quale senza stata stati stato sugli sulla sulle tutti tutto ancora " +
			"contro essere nostro perche quando quanto quella quelle quelli quello questa queste questi " +
			"questo "
	case "lt":
		return " i o ar as ir is ji jo ju ka ne po su ta to uz bet bus cia del iki jei jie jis jos kad kai " +
			"kas kur mes nei nes nuo per sis tai tas tik yra apie arba buvo kaip kuri prie tarp kurie " +
			"kuris "
	case "lv":
		return " ar ir ja jo ka ko ne no pa sa si so to un uz ari bet bez bus gan jau kad kas kur lai par pec " +
			"pie tad tam tas tos tur vai var bija kura kuri lidz otra pret saja "
	case "mt":
		return " a f l r s t u x z hi hu id il im in ir is it iz li ma ta xi bil bis dan din fil fis fit fuq " +
			"ill jew mal mit nru tal tas tat biex dawk ghal hija huma huwa kien mill minn billi ghall " +
			"ghandu kienet "
	case "nl":
		return " u al de en er ge ik in is ja je me na nu of om op te uw we ze zo aan als bij dan dat der die " +
			"dit dus een had heb hem het hij hoe hun kan men met mij nog ons ook tot uit van via was wat " +
			"wel wie wij wil zal zij zou alle daar deze doch doen door geen hier maar meer mijn moet naar " +
			"niet over toch toen veel voor want werd zelf zich zijn ander heeft niets omdat onder reeds " +
			"tegen waren wordt alleen andere hebben kunnen worden zonder "
	case "pl":
		return " a i o u w z by co do go im ja je ma na od po sa ta te to we za ze aby ale byc byl czy dla " +
			"gdy ich ile jak jej juz kto lub nad nie niz pod sie tak tam tej ten tym albo byla bylo byly " +
			"jako jego jest maja nich oraz przy tego tych wiec zeby gdzie ktora ktore ktory przed przez " +
			"swoje takze innych jeszcze poprzez wszystkich "
	case "pt":
		return " a e o ao as da de do em eu ha ja me na no os ou se so te tu um aos ate com das dos ela ele " +
			"era foi lhe mas meu nao nas nem nos num por que sem ser seu sua tem ter teu uma uns como " +
			"dela dele elas essa esse esta este isso isto lhes mais numa para pela pelo quem seus sido " +
			"suas umas voce deles entre essas esses estao estas estes foram mesmo minha muito nossa nosso " +
			"pelas pelos sobre aquela aquele depois quando tambem "
	case "ro":
		return " a i l o s ai al am ar as au ca ce cu da de ea ei el eu fi in la le ne ni nu pe sa se si te " +
			"un va ale are asa cea cei cel cum dar din ele era fie iar isi lor lui mai noi ori sai sau " +
			"sub tot una vor care cele deci dupa este fara fost mult nici prin spre sunt unde unei unor " +
			"unui decat intre toate dintre pentru "
	case "sk":
		return " a i k o s u v z aj az by co do je na od po sa si so su ta to uz vo za ze zo aby ako ale ani " +
			"ano bez bol ich jej kde ked nad nie pod pre pri tak bola boli bolo jeho tato vsak alebo " +
			"ktora ktore ktori ktory podla takze tento "
	case "sl":
		return " a k o s v z bi bo da do ga in iz ja je ki ko le na ne ni ob od pa po sa se si so ta te to za " +
			"ze ali bil jih kaj kar ker kot med naj pod pri bila bili brez kako pred tudi kateri "
	case "sv":
		return " i an ar av da de du ej en er ha na nu om pa sa ut vi att bli dem den det dig din ett for han " +
			"har hon hur jag kan man med men mig min mot nar och oss sig sin ska som upp vad var vid alla " +
			"allt blev dess fran hade hans icke inom inte over samt sina sitt till utan vara denna deras " +
			"dessa detta efter eller honom ingen nagon nagra sadan sedan under vilka hennes mellan mycket " +
			"skulle vilken "
	}
	return ""
}
