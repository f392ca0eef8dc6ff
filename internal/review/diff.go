package review

import (
	"slices"
	"strings"
	"unicode"
)

// piece is a part of a text that two versions share, or that one of them has alone.
type piece struct {
	Text    string
	Changed bool
}

// diff compares two texts word by word and returns the pieces of each. Words that are the same, in the
// same order, as many as possible, are shared; so the pieces of each side together are its text.
func diff(before, after string) (left, right []piece) {
	a, b := split(before), split(after)
	// What is the same at both ends is most of a text that was edited.
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < len(a)-start && end < len(b)-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	head, tail := a[:start], a[len(a)-end:]
	left, right = add(nil, false, head...), add(nil, false, head...)
	left, right = align(left, right, a[start:len(a)-end], b[start:len(b)-end])
	return add(left, false, tail...), add(right, false, tail...)
}

// align adds what two lists of words have in common and what not, by the longest common subsequence.
// Its table has 9 million cells for the longest sections: [practice.MaxSection] characters are at most
// half as many words.
func align(left, right []piece, a, b []string) ([]piece, []piece) {
	width := len(b) + 1
	common := make([]uint16, (len(a)+1)*width) // words in common from here on
	for i, word := range slices.Backward(a) {
		for j, other := range slices.Backward(b) {
			if word == other {
				common[i*width+j] = common[(i+1)*width+j+1] + 1
			} else {
				common[i*width+j] = max(common[(i+1)*width+j], common[i*width+j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			left, right = add(left, false, a[i]), add(right, false, a[i])
			i, j = i+1, j+1
		case common[(i+1)*width+j] >= common[i*width+j+1]:
			left = add(left, true, a[i])
			i++
		default:
			right = add(right, true, b[j])
			j++
		}
	}
	return add(left, true, a[i:]...), add(right, true, b[j:]...)
}

// add appends words to pieces, and joins what is alike.
func add(all []piece, changed bool, words ...string) []piece {
	if len(words) == 0 {
		return all
	}
	text := strings.Join(words, "")
	if last := len(all) - 1; last >= 0 && all[last].Changed == changed {
		all[last].Text += text
		return all
	}
	return append(all, piece{text, changed})
}

// split cuts a text into words, each with the blanks after it.
func split(s string) []string {
	var words []string
	start, blank := 0, false
	for i, r := range s {
		switch isBlank := unicode.IsSpace(r); {
		case isBlank:
			blank = true
		case blank:
			words = append(words, s[start:i])
			start, blank = i, false
		}
	}
	if start < len(s) {
		words = append(words, s[start:])
	}
	return words
}
