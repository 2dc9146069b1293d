package pages

import (
	"context"
	"path"
	"strings"
	"time"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// What is highlighted of a text, at most; what is beyond stands as it is.
const (
	mostHighlighted = 512 << 10              // bytes of a text
	highlightTime   = 400 * time.Millisecond // for one text
)

// Language is what a program text is written in; "" is plain text.
type Language string

// The languages that are highlighted. Stata and what is not known are plain.
const (
	Plain      Language = ""
	InYAML     Language = "yaml"
	InR        Language = "r"
	InPython   Language = "python"
	InSQL      Language = "sql"
	InSAS      Language = "sas"
	InJulia    Language = "julia"
	InJSON     Language = "json"
	InBash     Language = "bash"
	InMarkdown Language = "markdown"
	InTOML     Language = "toml"
)

// LanguageOf is the language that a file's name says it is in.
func LanguageOf(name string) Language {
	switch strings.ToLower(path.Ext(name)) {
	case ".yaml", ".yml":
		return InYAML
	case ".r", ".rprofile":
		return InR
	case ".py":
		return InPython
	case ".sql":
		return InSQL
	case ".sas":
		return InSAS
	case ".jl":
		return InJulia
	case ".json", ".lock":
		return InJSON
	case ".sh", ".bash":
		return InBash
	case ".md", ".markdown":
		return InMarkdown
	case ".toml":
		return InTOML
	}
	return Plain
}

// Highlight is a text as its lines, with the classes of what they are made of.
// Nothing of it is left out or changed but line ends, and nothing in it hides.
// A text, or the rest of one, that is too large or takes too long to read is
// plain.
func Highlight(ctx context.Context, language Language, text string) [][]Span {
	var w lineWriter
	text = strings.ReplaceAll(text, "\r\n", "\n")
	at := 0
	if language != Plain && len(text) <= mostHighlighted {
		ctx, cancel := context.WithTimeout(ctx, highlightTime)
		defer cancel()
		at = highlight(ctx, language, text, &w)
	}
	w.write(text[at:], "")
	if n := len(w.lines); n > 0 && strings.HasSuffix(text, "\n") {
		w.lines = w.lines[:n-1] // what follows the last line end is no line
	}
	return w.lines
}

// highlight writes as much of a text as it can read, and says how much that is.
func highlight(ctx context.Context, language Language, text string, w *lineWriter) int {
	lexer := lexers.Get(string(language))
	if lexer == nil {
		return 0
	}
	tokens, err := lexer.Tokenise(&chroma.TokeniseOptions{State: "root"}, text)
	if err != nil {
		return 0
	}
	at := 0
	for t := tokens(); t != chroma.EOF; t = tokens() {
		if ctx.Err() != nil || !strings.HasPrefix(text[at:], t.Value) {
			break // it is slow, or says what does not stand there
		}
		w.write(t.Value, classOf(t.Type))
		at += len(t.Value)
	}
	return at
}

// classOf is what a part of a program is shown in.
func classOf(t chroma.TokenType) string {
	switch {
	case t.InCategory(chroma.Comment):
		return "h-comment"
	case t.InSubCategory(chroma.LiteralString):
		return "h-string"
	case t.InSubCategory(chroma.LiteralNumber), t == chroma.KeywordConstant:
		return "h-number"
	case t.InCategory(chroma.Keyword), t == chroma.NameTag, t == chroma.OperatorWord, t == chroma.GenericHeading:
		return "h-word"
	case t == chroma.NameFunction, t == chroma.NameClass, t == chroma.NameDecorator, t.InSubCategory(chroma.NameBuiltin):
		return "h-name"
	}
	return ""
}

// lineWriter divides what is written into lines.
type lineWriter struct{ lines [][]Span }

func (w *lineWriter) write(text, class string) {
	for text != "" {
		line, rest, ended := strings.Cut(text, "\n")
		if len(w.lines) == 0 {
			w.lines = append(w.lines, nil)
		}
		last := len(w.lines) - 1
		for _, s := range spans(line, class) {
			w.lines[last] = joined(w.lines[last], s)
		}
		if ended {
			w.lines = append(w.lines, nil)
		}
		text = rest
	}
}

// joined is a line with one span more, which continues the last if they look
// alike.
func joined(line []Span, s Span) []Span {
	if n := len(line); n > 0 && line[n-1].Class == s.Class && s.Class != marked {
		line[n-1].Text += s.Text
		return line
	}
	return append(line, s)
}
