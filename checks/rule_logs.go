package checks

import (
	"bytes"
	"regexp"
)

// logs finds what programs print that no result needs: rows of the data,
// paths with the names of accounts, failures that show values.
type logs struct {
	listed, frames, paths, failed spots
	run                           int64 // lines of a listing so far
	started                       Place
}

func (*logs) about() About {
	return About{
		Name: "code-and-logs", Weight: Medium, Source: "OpenSAFELY: logs are looked at line by line, and seldom needed",
		Examines: "texts and logs: listed rows of data, paths with the names of accounts, tracebacks",
	}
}

// table looks at nothing: rows that are people are found by another rule.
func (*logs) table(*Table, *findings) {}

var (
	listing   = regexp.MustCompile(`^\s*[0-9]+\. \|`)
	listCall  = regexp.MustCompile(`^\. (?:list|li|l)(?: |$)`)
	frameHead = regexp.MustCompile(`^# A tibble: [0-9,]+ [x×] [0-9,]+|^\[[0-9]+ rows x [0-9]+ columns\]`)
	headCall  = regexp.MustCompile(`(?:\bhead\(|\.head\(|\bprint\(df|\bglimpse\()`)
	account   = regexp.MustCompile(`(?i)(?:[a-z]:\\users\\[a-z0-9._-]+|/home/[a-z0-9._-]+/|/users/[a-z0-9._-]+/)`)
	failure   = regexp.MustCompile(`^Traceback \(most recent call last\)|^Error in |^r\([0-9]+\);`)
)

func (l *logs) line(text []byte, n int64, _ *findings) {
	at := Place{Line: n}
	if listing.Match(text) {
		if l.run == 0 {
			l.started = at
		}
		if l.run++; l.run == 3 {
			l.listed.add(l.started)
		}
	} else if len(bytes.TrimSpace(text)) > 0 && !bytes.HasPrefix(bytes.TrimSpace(text), []byte("|-")) && !bytes.HasPrefix(bytes.TrimSpace(text), []byte("+-")) {
		l.run = 0
	}
	switch {
	case listCall.Match(text):
		l.listed.add(at)
	case frameHead.Match(text), headCall.Match(text):
		l.frames.add(at)
	case failure.Match(text):
		l.failed.add(at)
	}
	if bytes.ContainsAny(text, `/\`) && account.Match(text) {
		l.paths.add(at)
	}
}

func (l *logs) end(out *findings) {
	out.lines(Medium, l.listed, number(l.listed.count, "listing", "listings")+" of single rows of the data")
	out.lines(Medium, l.frames, number(l.frames.count, "place prints", "places print")+" the first rows of a data frame")
	out.lines(Low, l.failed, number(l.failed.count, "failure was", "failures were")+" printed: such lines can quote values")
	out.lines(Low, l.paths, number(l.paths.count, "path names", "paths name")+" somebody's account")
}
