package checks

import (
	"bytes"
	"fmt"
)

// logs finds what programs print that no result needs: rows of the data,
// paths with the names of accounts, failures that show values.
type logs struct {
	listed, frames, looks, queries, paths, failed, values spots
	run                                                   int64 // lines of a listing so far
	started                                               Place
	looked                                                int64 // the line of the last value of a data frame
	tracing                                               bool  // within a traceback
	folding                                               folding
}

func (*logs) about() About {
	return About{
		Name: "code-and-logs", Version: 2, Weight: Medium, Source: "OpenSAFELY: logs are looked at line by line, and seldom needed",
		Examines: "texts and logs: listed rows of data, data frames that are printed, rows of databases, tracebacks with values, paths with the names of accounts",
	}
}

// table finds data frames that are printed: rows with what tells people apart,
// and no counts.
func (l *logs) table(t *Table, _ *findings) {
	if !t.text || t.All == 0 || t.aggregated() {
		return
	}
	kinds, persons := t.quasi()
	named := false
	for _, c := range t.Columns {
		named = named || c.Role == RoleIdentifier && c.namesPerson()
	}
	if (named || persons > 0 && len(kinds) >= 2) && len(t.Rows) > 0 {
		l.frames.add(Place{Line: t.Rows[0].Line})
	}
}

var (
	listing   = patternOf(`^\s*[0-9]+\. \|`, ". |")
	listCall  = patternOf(`^\. (?:list|li|l|browse|br)(?: |,|$)`, ". l", ". br")
	frameHead = patternOf(`^# A tibble: [0-9,]+ [x×] [0-9,]+|^\[[0-9]+ rows x [0-9]+ columns\]|^'data\.frame':\s+[0-9]+ obs\. of|^# … with [0-9,]+ more rows|^# [ℹi] [0-9,]+ more rows`,
		"# a tibble", " rows x ", "'data.frame'", "more rows")
	headCall = patternOf(`(?:\bhead\(|\.head\(|\.tail\(|\.sample\(|\bprint\((?:df|data|dat|cohort)\b|\bglimpse\(|\bstr\((?:df|data|dat)\b|\bView\()`,
		"head(", "tail(", "sample(", "print(d", "print(c", "glimpse(", "str(d", "view(")
	glimpsed  = patternOf(`^ ?\$ [A-Za-z0-9_.]+ *:? *(?:<(?:dbl|chr|int|date|lgl|fct|dttm)>|num|int|chr|Factor|logi|Date)[ :]`, "$ ")
	insertRow = patternOf(`(?i)^\s*insert\s+into\s+\S+.*\bvalues\s*\(`, "insert")
	rowsTotal = patternOf(`^\([0-9,]+ rows?(?: affected)?\)\s*$`, " row")
	account   = patternOf(`(?i)(?:[a-z]:\\users\\[a-z0-9._-]+|/home/[a-z0-9._-]+/|/users/[a-z0-9._-]+/)`, `:\users\`, "/home/", "/users/")
	failure   = patternOf(`^Traceback \(most recent call last\)|^Error in |^r\([0-9]+\);|^Error: `, "traceback", "error", "r(")
	valued    = patternOf(`^[A-Za-z.]*(?:Error|Exception)\b.*?(?:['"‘“][^'"’”]*[0-9@][^'"’”]*['"’”]|: *[0-9]{4,})`, "error", "exception")
)

func (l *logs) line(text []byte, n int64, _ *findings) {
	at := Place{Line: n}
	folded := l.folding.fold(text)
	l.listings(text, folded, at)
	switch {
	case listCall.in(text, folded):
		l.listed.add(at)
	case frameHead.in(text, folded), headCall.in(text, folded):
		l.looks.add(at)
		l.looked = n
	case glimpsed.in(text, folded):
		if l.looked < n-1 {
			l.looks.add(at)
		}
		l.looked = n
	case insertRow.in(text, folded), rowsTotal.in(text, folded):
		l.queries.add(at)
	case failure.in(text, folded):
		l.failed.add(at)
		l.tracing = true
	case l.tracing && valued.in(text, folded):
		l.values.add(at)
	}
	if account.in(text, folded) {
		l.paths.add(at)
	}
}

// listings looks for rows with their numbers, as Stata lists them.
func (l *logs) listings(text, folded []byte, at Place) {
	if listing.in(text, folded) {
		if l.run == 0 {
			l.started = at
		}
		if l.run++; l.run == 3 {
			l.listed.add(l.started)
		}
		return
	}
	if trimmed := bytes.TrimSpace(text); l.run > 0 && len(trimmed) > 0 && !bytes.HasPrefix(trimmed, []byte("|-")) && !bytes.HasPrefix(trimmed, []byte("+-")) {
		l.run = 0
	}
}

func (l *logs) end(out *findings) {
	out.lines(Medium, l.listed, number(l.listed.count, "listing", "listings")+" of single rows of the data")
	out.lines(Medium, l.frames, number(l.frames.count, "table has", "tables have")+" rows that look like those of people")
	out.lines(Medium, l.looks, number(l.looks.count, "place prints", "places print")+" the first rows or values of a data frame")
	out.lines(Medium, l.queries, number(l.queries.count, "line is", "lines are")+" of rows of a database")
	out.lines(Medium, l.values, number(l.values.count, "message of a failure quotes", "messages of failures quote")+" a value")
	out.lines(Low, l.failed, number(l.failed.count, "failure was", "failures were")+" printed: such lines can quote values")
	out.lines(Low, l.paths, fmt.Sprintf("%s somebody's account", number(l.paths.count, "path names", "paths name")))
}
