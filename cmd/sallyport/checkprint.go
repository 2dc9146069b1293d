package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"sallyport/checks"
	"sallyport/checks/acro"
)

// readable prints what was found for people, the gravest first.
type readable struct {
	out     io.Writer
	paint   paint
	profile checks.Profile

	files, unread, withFindings, partly int
	weights                             map[checks.Weight]int
}

// shownPlaces are so many of a finding's places, of a verdict's cells and of a
// file's columns as are named.
const shownPlaces = 6

// file prints one file.
func (p *readable) file(f fileChecked) error {
	if p.weights == nil {
		p.weights = map[checks.Weight]int{}
	}
	p.files++
	for _, x := range f.Findings {
		p.weights[x.Weight]++
	}
	if len(f.Findings) > 0 {
		p.withFindings++
	}
	var b strings.Builder
	if p.files > 1 {
		b.WriteByte('\n')
	}
	switch {
	case f.Error != "":
		p.unread++
		fmt.Fprintf(&b, "%s  %s\n", p.paint.in(bold, plain(f.File)), p.paint.in(red, "cannot be read: "+plain(f.Error)))
	case len(f.Findings) == 0:
		fmt.Fprintf(&b, "%s  nothing found\n", p.paint.in(bold, plain(f.File)))
	default:
		fmt.Fprintf(&b, "%s  %s\n", p.paint.in(bold, plain(f.File)), p.counted(count(f.Findings)))
	}
	for _, x := range f.Findings {
		fmt.Fprintf(&b, "  %s  %s: %s %s\n", p.weight(x.Weight), placeWords(x), plain(x.Message), p.paint.in(faint, "("+x.Rule+")"))
	}
	if f.ACRO != nil {
		p.acro(&b, f.ACRO)
	}
	if f.Error == "" {
		p.examined(&b, f.Report)
	}
	_, err := io.WriteString(p.out, b.String())
	return err
}

// examined says what was looked at, and what was not.
func (p *readable) examined(b *strings.Builder, r *checks.Report) {
	e := r.Examined
	if e.Lines > 0 || e.Tables > 0 {
		parts := []string{numberOf(e.Lines, "line")}
		if e.Tables > 0 {
			parts = append(parts, fmt.Sprintf("%s of %s", numberOf(int64(e.Tables), "table"), numberOf(e.Rows, "row")))
		}
		if names := countColumns(e.Columns); len(names) > 0 {
			parts = append(parts, "counts in "+few(names, ""))
		} else if e.Tables > 0 {
			parts = append(parts, "no column of counts was seen")
		}
		fmt.Fprintf(b, "  %s\n", p.paint.in(faint, plain("looked at: "+strings.Join(parts, "; "))))
	}
	if len(r.NotExamined) > 0 {
		p.partly++
	}
	for _, n := range r.NotExamined {
		fmt.Fprintf(b, "  not looked at: %s\n", plain(n))
	}
}

// countColumns are the names of the columns that were taken for counts.
func countColumns(list []checks.Seen) []string {
	var out []string
	for _, c := range list {
		if name := "“" + c.Name + "”"; c.Role == checks.RoleCount && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// acro prints what ACRO says of a file.
func (p *readable) acro(b *strings.Builder, a *acro.OfFile) {
	for i := range a.Verdicts {
		v := &a.Verdicts[i]
		colour := yellow
		if v.Mitigated || v.Status == "pass" {
			colour = ""
		}
		text := plain(v.Says())
		if where := cellWords(v.Cells); where != "" {
			text += ": " + plain(where)
		}
		fmt.Fprintf(b, "  %s  %s\n", p.paint.in(colour, "ACRO  "), text)
		if v.Note != "" {
			fmt.Fprintf(b, "          %s\n", plain(v.Note))
		}
	}
	switch {
	case !a.Listed:
		fmt.Fprintf(b, "  ACRO    its results do not name this file\n")
	case a.Checksum.Sum == acro.Differs || a.Checksum.Sum == acro.Unreadable:
		fmt.Fprintf(b, "  %s  the file is %s\n", p.paint.in(yellow, "ACRO  "), a.Checksum.Says())
	}
	for _, o := range a.Outputs {
		for _, text := range o.Comments {
			fmt.Fprintf(b, "  ACRO    comment on %q: %s\n", o.ID, plain(text))
		}
		if o.Exception != "" {
			fmt.Fprintf(b, "  ACRO    exception asked for: %s\n", plain(o.Exception))
		}
	}
}

// folder prints what a folder of ACRO says of itself.
func (p *readable) folder(name string, f *acro.Folder) error {
	var b strings.Builder
	if p.files > 0 {
		b.WriteByte('\n')
	}
	for _, r := range f.Results {
		fmt.Fprintf(&b, "%s  a folder of %s (%s): %s\n", p.paint.in(bold, plain(name)), r.Source(), plain(r.Name), numberOf(int64(len(r.Outputs)), "output"))
	}
	for _, line := range checksumWords(f) {
		fmt.Fprintf(&b, "  checksums: %s\n", plain(line))
	}
	for _, line := range f.Config.Differences(p.profile) {
		fmt.Fprintf(&b, "  thresholds: %s\n", plain(line))
	}
	for _, line := range f.Notes {
		fmt.Fprintf(&b, "  not looked at: %s\n", plain(line))
	}
	b.WriteByte('\n')
	_, err := io.WriteString(p.out, b.String())
	return err
}

// checksumWords says how the files of a folder compare with their checksums.
func checksumWords(f *acro.Folder) []string {
	by := map[acro.Checksum][]string{}
	for name, sum := range f.Checksums {
		by[sum] = append(by[sum], name)
	}
	var out []string
	for sum, names := range by {
		slices.Sort(names)
		line := numberOf(int64(len(names)), "file") + " " + sum.Says()
		if sum.Sum != acro.Equal {
			line += ": " + few(names, "")
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

// end prints what it amounts to. It never says that a file is safe.
func (p *readable) end() error {
	if p.files == 0 {
		_, err := io.WriteString(p.out, "No file was looked at.\n")
		return err
	}
	text := numberOf(int64(p.files), "file") + " looked at: "
	if p.withFindings == 0 {
		text += "nothing found"
	} else {
		text += fmt.Sprintf("%s in %s", p.counted(p.weights), numberOf(int64(p.withFindings), "file"))
	}
	if p.unread > 0 {
		text += fmt.Sprintf("; %s cannot be read", numberOf(int64(p.unread), "file"))
	}
	if p.partly > 0 {
		text += fmt.Sprintf("; of %s not everything was looked at", numberOf(int64(p.partly), "file"))
	}
	_, err := fmt.Fprintf(p.out, "\n%s.\nLow counts are 1 to %d. Findings are advice: no finding does not mean that a file may be released, which people decide.\n", text, p.profile.Threshold)
	return err
}

// count counts findings by weight.
func count(list []checks.Finding) map[checks.Weight]int {
	n := map[checks.Weight]int{}
	for _, f := range list {
		n[f.Weight]++
	}
	return n
}

// colours are those of weights.
var colours = map[checks.Weight]string{checks.High: red, checks.Medium: yellow}

func (p *readable) weight(w checks.Weight) string {
	return p.paint.in(colours[w], fmt.Sprintf("%-6s", w))
}

// counted is a count of findings by weight, in words.
func (p *readable) counted(n map[checks.Weight]int) string {
	var parts []string
	for _, w := range []checks.Weight{checks.High, checks.Medium, checks.Low, checks.Info} {
		if n[w] > 0 {
			parts = append(parts, p.paint.in(colours[w], fmt.Sprintf("%d %s", n[w], w)))
		}
	}
	return strings.Join(parts, ", ")
}

// placeWords says where a finding is: its first places, cells as a spreadsheet
// names them.
func placeWords(f checks.Finding) string {
	var cells, lines []string
	for _, at := range f.Places {
		switch {
		case at.Column > 0:
			cells = append(cells, cellName(at))
		case at.Line > 0:
			if line := fmt.Sprint(at.Line); !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		default:
			lines = append(lines, fmt.Sprintf("byte %d", at.Byte))
		}
		if len(cells)+len(lines) > shownPlaces {
			break
		}
	}
	more := ""
	if n := f.Count - shownPlaces; n > 0 {
		more = fmt.Sprintf("%d more", n)
	}
	if len(cells) > 0 {
		return few(cells, more)
	}
	if len(lines) == 1 && strings.HasPrefix(lines[0], "byte") {
		return lines[0]
	}
	word := "lines "
	if len(lines) == 1 {
		word = "line "
	}
	return word + few(lines, more)
}

// cellWords names the cells of a verdict.
func cellWords(list []acro.Cell) string {
	var names, others []string
	for _, c := range list {
		switch {
		case c.Where != nil:
			names = append(names, cellName(*c.Where))
		case len(others) < shownPlaces:
			others = append(others, "“"+c.Label+"”")
		}
	}
	names = append(names, others...)
	more := ""
	if n := len(list) - shownPlaces; n > 0 {
		more = fmt.Sprintf("%d more", n)
	}
	return few(names, more)
}

// cellName is a cell as a spreadsheet names it: column B, row 7 is B7. In a file
// with several tables its table is named too.
func cellName(at checks.Place) string {
	const letters = 26
	name := ""
	for n := at.Column; n > 0; n = (n - 1) / letters {
		name = string(rune('A'+(n-1)%letters)) + name
	}
	name = fmt.Sprintf("%s%d", name, at.Row+1)
	if at.Table > 0 {
		return fmt.Sprintf("%s of table %d", name, at.Table)
	}
	return name
}

// few lists the first of some names, and says that there are more.
func few(names []string, more string) string {
	if len(names) > shownPlaces {
		if more == "" {
			more = fmt.Sprintf("%d more", len(names)-shownPlaces)
		}
		names = names[:shownPlaces]
	}
	if more == "" {
		return strings.Join(names, ", ")
	}
	return strings.Join(names, ", ") + " and " + more
}

// numberOf puts a number before a word.
func numberOf(n int64, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
