// Package commonmark reads the Markdown that people write on the site: CommonMark, and web addresses
// that stand in the text without marks. HTML that somebody types is left out.
package commonmark

import (
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/util"
)

// Markdown returns the parser and renderer, set up when it is first used.
var Markdown = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(goldmark.WithParserOptions(
		parser.WithInlineParsers(util.Prioritized(bareAddress{}, 999)), // after those of CommonMark
	))
})
