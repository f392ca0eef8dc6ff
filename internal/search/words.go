package search

import "strings"

// Words is what somebody typed into a search box, taken apart.
type Words struct {
	// Any are the words that stand alone.
	Any []string
	// Phrases stood between quotes and must be there as they are, inflections aside.
	Phrases []string
	// Not are the words and phrases behind a minus; what has one of them is not wanted.
	Not []string
}

// maxQuery bounds what is read of a query, in bytes, and maxGroups how many of its words count.
const (
	maxQuery  = 1000
	maxGroups = 24
)

// ParseWords takes apart what was typed: words, "phrases" in quotes of any script, and -words or
// -"phrases" that are not wanted. A quote that is not closed ends with the text. Whatever is typed
// means something: there are no errors.
func ParseWords(text string) Words {
	var w Words
	text = strings.ToValidUTF8(text[:min(len(text), maxQuery)], "")
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		not := false
		if rest, minus := cutMinus(text); minus {
			not, text = true, rest
		}
		part, phrase := "", false
		if rest, quote := cutQuote(text); quote {
			end, after := nextQuote(rest)
			part, phrase, text = rest[:end], true, rest[after:]
		} else {
			end := strings.IndexFunc(text, isSpaceOrQuote)
			if end < 0 {
				end = len(text)
			}
			part, text = text[:end], text[end:]
		}
		part = strings.TrimSpace(part)
		switch {
		case part == "":
		case not:
			w.Not = append(w.Not, part)
		case phrase:
			w.Phrases = append(w.Phrases, part)
		default:
			w.Any = append(w.Any, part)
		}
	}
	return w
}

// quotes are the marks that people's keyboards and word processors make.
const quotes = "\"“”„«»‟"

func isSpaceOrQuote(r rune) bool {
	return strings.ContainsRune(quotes, r) || strings.ContainsRune(" \t\r\n\v\f\u00a0\u3000", r)
}

func cutQuote(text string) (rest string, found bool) {
	for _, q := range quotes {
		if rest, found = strings.CutPrefix(text, string(q)); found {
			return rest, true
		}
	}
	return text, false
}

// nextQuote returns where the next quote begins and where the text after it does.
func nextQuote(text string) (begin, after int) {
	begin = strings.IndexAny(text, quotes)
	if begin < 0 {
		return len(text), len(text)
	}
	rest, _ := cutQuote(text[begin:])
	return begin, len(text) - len(rest)
}

// cutMinus takes a minus off that has something right behind it.
func cutMinus(text string) (rest string, found bool) {
	for _, minus := range []string{"-", "−", "–"} {
		if rest, found := strings.CutPrefix(text, minus); found && rest != "" && strings.TrimLeft(rest, " \t\r\n-−–") == rest {
			return rest, true
		}
	}
	return text, false
}
