package checks

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"sallyport/checks/inside"
)

// maxRead bounds how much of a file is read.
const maxRead = 4 << 30

// File is what is checked: bytes, and the name by which their kind is known.
type File struct {
	Name  string
	Bytes io.ReaderAt
	Size  int64
}

// Check looks at a file. It fails only if the bytes cannot be read, the profile
// is wrong or the context ends; what it does not understand it says so of.
func Check(ctx context.Context, f File, p Profile) (*Report, error) {
	r, _, err := CheckTables(ctx, f, p)
	return r, err
}

// CheckTables is Check, and returns as well what other files are compared with.
func CheckTables(ctx context.Context, f File, p Profile) (*Report, []Extract, error) {
	r, tables, err := checkTables(ctx, f, p)
	if err != nil {
		return nil, nil, err
	}
	return r, Extracts(tables), nil
}

// checkTables is Check, and returns the tables that were read as well.
func checkTables(ctx context.Context, f File, p Profile) (*Report, []*Table, error) {
	if err := p.Check(); err != nil {
		return nil, nil, fmt.Errorf("check %s: %w", f.Name, err)
	}
	s := newScan(ctx, f, &p)
	if err := s.read(); err != nil {
		return nil, nil, fmt.Errorf("check %s: %w", f.Name, err)
	}
	s.judge()
	if err := s.out.failed; err != nil {
		return nil, nil, fmt.Errorf("check %s: %w", f.Name, err)
	}
	return s.finish(), s.tables, nil
}

// scan is the reading of one file.
type scan struct {
	ctx     context.Context
	file    File
	profile *Profile
	limits  *thresholds
	grammar *grammar
	rules   []rule
	report  *Report
	out     *findings
	tables  []*Table
	store   store

	numbered int           // tables that have a number
	overfull bool          // there are more tables than are looked at
	piece    *inside.Piece // in which what is read stands; nil if everybody sees it
}

// newScan begins the reading of a file.
func newScan(ctx context.Context, f File, p *Profile) *scan {
	s := &scan{ctx: ctx, file: f, profile: p, store: store{budget: keptCells, interned: map[string]string{}}, report: &Report{NotExamined: []string{}, Findings: []Finding{}}}
	s.limits = &thresholds{low: int64(p.Threshold), patterns: p.Patterns}
	s.grammar = &grammar{own: p.ownMasks(), known: make([]knownField, knownFields)}
	s.out = &findings{profile: p, file: f}
	for _, r := range rules() {
		if !p.off(r.about().Name) {
			s.rules = append(s.rules, r)
		}
	}
	return s
}

// note says what was not looked at.
func (s *scan) note(format string, args ...any) { s.out.miss(fmt.Sprintf(format, args...)) }

// read reads the file as what its bytes and its name say that it is.
func (s *scan) read() error {
	s.report.Examined.Bytes = min(s.file.Size, maxRead)
	if s.file.Size > maxRead {
		s.note("only the first %d GiB were read", maxRead>>30)
	}
	start := make([]byte, min(s.file.Size, sniffed))
	if n, err := s.file.Bytes.ReadAt(start, 0); n < len(start) {
		return fmt.Errorf("read its beginning: %w", err)
	}
	kind := strings.ToLower(strings.TrimPrefix(path.Ext(s.file.Name), "."))
	encoding, order, skip := encodingOf(start)
	if len(start) == 0 {
		s.report.Examined.Kind = "empty"
		s.note("the file is empty")
		return nil
	}
	switch kind {
	case "xlsx", "rds", "dta", "feather", "parquet", "gz", "zip", "pdf":
		s.report.Examined.Kind = "other"
		s.note("files of this type (.%s): nothing inside was looked at", kind)
		return nil
	}
	if is := contentOf(kind, start); is != "" {
		return s.readContents(is)
	}
	if encoding == encodedBinary {
		s.report.Examined.Kind = "other"
		s.defeat("The bytes are no text: nothing inside was looked at", "the bytes are no text: nothing inside was looked at")
		return nil
	}
	s.report.Examined.Encoding = encoding
	mac := onlyMac(start)
	return s.readLines(kind, func() *zeroReader {
		r := io.NewSectionReader(s.file.Bytes, skip, s.report.Examined.Bytes-skip)
		return &zeroReader{r: decoded(&cancelled{s.ctx, r}, encoding, order, mac)}
	})
}

// readLines reads a file of lines, which open begins anew: a table, or a text.
func (s *scan) readLines(kind string, open func() *zeroReader) error {
	text, err := io.ReadAll(io.LimitReader(open(), sniffed))
	if err != nil {
		return err
	}
	delimiter, is := sniff(text, kind == "csv" || kind == "tsv")
	if s.grammar.commas(text, delimiter) {
		s.grammar.comma = true
		clear(s.grammar.known)
	}
	in := open()
	if is {
		err = s.readTable(in, delimiter)
	} else if err = s.readText(in); err == nil {
		err = s.marked(kind, open())
	}
	if in.left > 0 {
		s.defeat("The text has bytes that are zero: programs may show less than there is",
			fmt.Sprintf("%s left out, which no text has", number(in.left, "byte that is zero was", "bytes that are zero were")))
	}
	return err
}

// cancelled ends reading when the context ends.
type cancelled struct {
	ctx context.Context
	r   io.Reader
}

func (c *cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// newTable begins a table.
func (s *scan) newTable() *builder {
	return &builder{
		table: &Table{piece: s.piece}, grammar: s.grammar, limits: s.limits, profile: s.profile, store: &s.store,
	}
}

// number is the number of the next table of the file.
func (s *scan) number() int {
	s.numbered++
	return s.numbered
}

// keep ends a table.
func (s *scan) keep(b *builder) {
	if t := b.finish(); len(t.Columns) > 0 {
		if t.At == 0 {
			t.At = s.number()
		}
		s.tables = append(s.tables, t)
	}
}

// readTable reads a delimited file, which may have several tables with blank
// lines between them.
func (s *scan) readTable(in io.Reader, delimiter byte) error {
	s.report.Examined.Kind = "table"
	r := newRecords(in, delimiter)
	b := s.newTable()
	blank := false
	for {
		err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read line %d: %w", r.lines+1, err)
		}
		switch {
		case len(r.fields) == 0 || len(r.fields) == 1 && len(trim(r.fields[0])) == 0:
			blank = true
			b.blank()
			continue
		case r.row == 0 && len(r.fields) <= 2 && bytes.HasPrefix(r.fields[0], []byte("sep=")):
			continue
		}
		if blank && b.ends(r.fields) {
			s.keep(b)
			b = s.newTable()
			if s.full() {
				break
			}
		}
		blank = false
		b.add(r.fields, r.row, r.line)
	}
	s.keep(b)
	s.report.Examined.Lines = r.lines
	s.noteRecords(&r.noted)
	return nil
}

// ends reports whether a record after a blank line begins another table.
func (b *builder) ends(fields [][]byte) bool {
	if !b.started && len(b.waiting) > 1 {
		b.start()
	}
	return b.started && b.table.All > 0 && b.grammar.looksLikeHeader(fields, b.table)
}

// noteRecords says what of the records could not be read as it should be.
func (s *scan) noteRecords(n *notes) {
	if n.long > 0 {
		s.note("line %d is longer than 1 MiB, of which only the beginning was read (%s)", n.longLine, number(n.long, "such line", "such lines"))
	}
	if n.open > 0 {
		s.note("a quote in line %d is never closed: the lines were read without it (%s)", n.unclosed, number(n.open, "such quote", "such quotes"))
	}
	if n.many > 0 {
		s.note("line %d has more than %d columns: the others were not looked at (%s)", n.wide, maxColumns, number(n.many, "such line", "such lines"))
	}
}

// judge runs the rules.
func (s *scan) judge() {
	for _, rule := range s.rules {
		s.run(rule)
	}
}

// run runs a rule. One that breaks off, because nobody thought of such a file,
// takes nothing with it: it is a finding by itself.
func (s *scan) run(rule rule) {
	s.out.rule = rule.about()
	defer func() {
		if recover() != nil {
			s.note(brokeOff, rule.about().Name)
			s.out.add(Finding{Weight: Medium, Places: []Place{{Line: 1}}, Count: 1, Message: "The file defeats this check; look at it closely"})
		}
	}()
	if on, ok := rule.(tableRule); ok {
		for _, t := range s.tables {
			on.table(t, s.out)
		}
	}
	if on, ok := rule.(ender); ok {
		on.end(s.out)
	}
}

// brokeOff says that a rule did not come to its end.
const brokeOff = "%s broke off at this file"

// finish makes the report.
func (s *scan) finish() *Report {
	e := &s.report.Examined
	e.Tables = len(s.tables)
	e.Limits = Limits{LowCount: s.profile.Threshold, Declared: s.profile.Declared, Rounding: s.profile.Rounding}
	if e.Limits.Declared == nil {
		e.Limits.Declared = []Control{}
	}
	e.Rules = []string{}
	for _, r := range s.rules {
		if r.about().Name != (&differencing{}).about().Name || s.profile.Earlier != nil {
			e.Rules = append(e.Rules, r.about().Name)
		}
	}
	for _, t := range s.tables {
		s.describe(t)
	}
	if s.profile.Earlier == nil && len(s.tables) > 0 {
		s.note("differences from earlier releases: none were given to compare with")
	}
	s.report.NotExamined = append(s.report.NotExamined, s.out.missed...)
	s.report.Findings = append(s.report.Findings, s.out.list...)
	slices.SortStableFunc(s.report.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Weight.order(), b.Weight.order()), cmp.Compare(a.Where.Line, b.Where.Line))
	})
	return s.report
}

// describe says what was looked at in a table, and what of it was not.
func (s *scan) describe(t *Table) {
	const most = 500
	e := &s.report.Examined
	e.Rows += t.All
	seen := map[string]bool{}
	for _, c := range t.Columns {
		e.Cells += c.cells
		if len(e.Columns) < most {
			e.Columns = append(e.Columns, Seen{Table: t.At, Name: c.Name, Role: c.Role, Why: c.Why})
		}
		if c.Role == RoleNumber && c.negative > 0 && c.whole == c.numbers && c.negative*2 < c.numbers && len(t.layout.counts) > 0 {
			s.note("column “%s”: %s, so it was not taken for counts", short(c.Name), number(c.negative, "number is negative", "numbers are negative"))
		}
		if c.Role == RoleCount && c.negative > 0 {
			s.note("column “%s”: %s, which no count can be", short(c.Name), number(c.negative, "number is negative", "numbers are negative"))
		}
		if c.Role == RoleCount && c.texts+c.dates > 0 {
			s.note("column “%s”: %s among the counts", short(c.Name), number(c.texts+c.dates, "cell is words", "cells are words"))
		}
		if seen[c.Name] {
			s.note("two columns are called “%s”: they were told apart by their place", short(c.Name))
		}
		seen[c.Name] = true
	}
	if t.All == 0 {
		s.note("the table at line %d has no rows", t.First)
	}
	if t.Uneven > 0 {
		s.note("%s more or fewer fields than the header", number(t.Uneven, "row has", "rows have"))
	}
	if !t.kept() {
		s.note("totals, percentages beside counts and rows that are no counts: only the first %d of %d rows were compared", len(t.Rows), t.All)
	}
}
