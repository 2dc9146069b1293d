package checks

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// identifiers finds numbers, addresses and dates that say who somebody is.
type identifiers struct {
	lines linesTelling
}

func (*identifiers) about() About {
	return About{
		Name: "identifiers", Version: 2, Weight: High, Source: "NHS data dictionary; the policy's own patterns",
		Reads:    []string{"patterns"},
		Examines: "NHS and CHI numbers, dates of birth, whole postcodes, addresses of mail, mobile telephone numbers, in tables and in the lines of texts",
	}
}

func (rule *identifiers) table(t *Table, out *findings) {
	for i, c := range t.Columns {
		x := &c.telling
		says := func(words ...string) bool {
			return strings.Contains(" "+strings.Join(c.words, " ")+" ", " "+strings.Join(words, " ")+" ")
		}
		if x.nhs.count > 0 && (says("nhs") || says("chi") || x.ten >= 5 && x.nhs.count*2 >= x.ten && c.Role != RoleCount && c.Role != RoleExposure) {
			out.column(High, c, x.nhs, number(x.nhs.count, "number passes", "numbers pass")+" the check of NHS and CHI numbers")
		}
		if says("dob") || says("date", "of", "birth") || says("birth", "date") || says("birthdate") || says("dateofbirth") || says("birthday") {
			s := t.places(i, func(x *Cell) bool { return x.Kind == Date })
			out.column(High, c, s, number(s.count, "cell is", "cells are")+" a date of birth, by the header")
		}
		if x.postcodes.count > 0 && (says("postcode") || says("post", "code") || x.postcodes.count >= 3 && x.postcodes.count*3 >= c.filled()) {
			out.column(High, c, x.postcodes, number(x.postcodes.count, "cell looks", "cells look")+" like whole postcodes")
		}
		rule.addresses(c, out)
		for n, s := range x.policy {
			out.column(High, c, s, number(s.count, "cell looks", "cells look")+" like what the policy calls "+out.profile.Patterns[n].Name)
		}
	}
}

func (*identifiers) addresses(c *Column, out *findings) {
	x := &c.telling
	weight := Medium
	if x.mails.count >= 3 {
		weight = High
	}
	out.column(weight, c, x.mails, number(x.mails.count, "cell is", "cells are")+" an address of electronic mail")
	if x.phones.count >= 3 && x.phones.count*3 >= c.filled() || x.phones.count > 0 && (slices.Contains(c.words, "phone") || slices.Contains(c.words, "mobile") || slices.Contains(c.words, "telephone")) {
		out.column(High, c, x.phones, number(x.phones.count, "cell looks", "cells look")+" like mobile telephone numbers")
	}
}

// linesTelling counts what identifies somebody in the lines of a text.
type linesTelling struct {
	named, spelt, mails, postcodes, births, phones spots
	own                                            []spots
	folding                                        folding
}

var (
	namedNumber   = patternOf(`(?i)\b(?:nhs|chi)\b[^0-9]{0,20}([0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4})\b`, "nhs", "chi")
	speltNumber   = regexp.MustCompile(`\b[0-9]{3}[ -][0-9]{3}[ -][0-9]{4}\b`)
	mailInLine    = patternOf(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}`, "@")
	postcodeLine  = regexp.MustCompile(`\b[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}\b`)
	birthLine     = patternOf(`(?i)\b(?:dob|date of birth|born(?: on)?)\b[^0-9]{0,12}(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[/. -][0-9A-Za-z]{2,9}[/. -][0-9]{2,4})`, "dob", "of birth", "born")
	telephoneLine = patternOf(`(?:\b07|\+447)[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{3}\b`, "07", "+447")
)

// line looks at a line of a text. Each pattern is tried where a sign of it is
// there.
func (rule *identifiers) line(text []byte, n int64, out *findings) {
	at := Place{Line: n}
	x := &rule.lines
	folded := x.folding.fold(text)
	if mailInLine.in(text, folded) {
		x.mails.add(at)
	}
	if endsPostcode(text) {
		if m := postcodeLine.Find(text); m != nil && isPostcode(m) {
			x.postcodes.add(at)
		}
	}
	if birthLine.in(text, folded) {
		x.births.add(at)
	}
	if hasDigits(text, 10) {
		rule.numbers(text, folded, at)
	}
	rule.ownLine(text, at, out.profile.Patterns)
}

// numbers looks at a line with ten digits and more.
func (rule *identifiers) numbers(text, folded []byte, at Place) {
	x := &rule.lines
	if telephoneLine.in(text, folded) {
		x.phones.add(at)
	}
	if namedNumber.may(folded) {
		if m := namedNumber.like.FindSubmatch(text); m != nil && nhsNumber(digitsOf(m[1])) {
			x.named.add(at)
			return
		}
	}
	if bytes.ContainsAny(text, " -") {
		if m := speltNumber.Find(text); m != nil && nhsNumber(digitsOf(m)) {
			x.spelt.add(at)
		}
	}
}

// ownLine looks for the policy's patterns among the words of a line.
func (rule *identifiers) ownLine(text []byte, at Place, patterns []Pattern) {
	if len(patterns) == 0 {
		return
	}
	if rule.lines.own == nil {
		rule.lines.own = make([]spots, len(patterns))
	}
	for _, word := range bytes.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t|,;:()[]{}\"'=", r) }) {
		for i, p := range patterns {
			if s := &rule.lines.own[i]; p.Like.Match(word) && (len(s.places) == 0 || s.places[len(s.places)-1] != at) {
				s.add(at)
			}
		}
	}
}

// digitsOf are the ten digits of a number in groups.
func digitsOf(b []byte) []byte {
	out := make([]byte, 0, 10)
	for _, c := range b {
		if isDigit(c) {
			out = append(out, c)
		}
	}
	return out
}

// end reports what was found in lines. One lone number that passes a check, or
// an address of somebody who wrote a program, is no finding of weight.
func (rule *identifiers) end(out *findings) {
	const several = 3
	x := &rule.lines
	few := func(s spots, more Weight) Weight {
		if s.count >= several {
			return more
		}
		return Low
	}
	out.lines(High, x.named, number(x.named.count, "line has", "lines have")+" an NHS or CHI number")
	if x.spelt.count >= several {
		out.lines(High, x.spelt, number(x.spelt.count, "line has", "lines have")+" a number that passes the check of NHS and CHI numbers, in groups as they are written")
	}
	out.lines(High, x.births, number(x.births.count, "line says", "lines say")+" a date of birth")
	out.lines(few(x.mails, Medium), x.mails, number(x.mails.count, "line has", "lines have")+" an address of electronic mail")
	if x.postcodes.count >= several {
		out.lines(Medium, x.postcodes, number(x.postcodes.count, "line has", "lines have")+" what looks like a whole postcode")
	}
	out.lines(few(x.phones, High), x.phones, number(x.phones.count, "line has", "lines have")+" what looks like a mobile telephone number")
	for i, s := range x.own {
		out.lines(High, s, number(s.count, "line has", "lines have")+" what looks like what the policy calls "+out.profile.Patterns[i].Name)
	}
}
