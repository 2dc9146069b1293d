package review

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
)

// FindingAnswer is what the author's side says to a finding. It holds as long
// as the finding is found.
type FindingAnswer struct {
	Finding string
	By      Person
	Text    Words
}

// Weighty reports whether a finding of this weight has to be answered, or
// fixed, before its file is submitted.
func (w Weight) Weighty() bool { return w == HighWeight || w == MediumWeight }

// answer finds what was said to a finding.
func (f *File) answer(finding string) (FindingAnswer, bool) {
	i := slices.IndexFunc(f.Answers, func(a FindingAnswer) bool { return a.Finding == finding })
	if i < 0 {
		return FindingAnswer{}, false
	}
	return f.Answers[i], true
}

// has reports whether a finding of weight is open on the file's bytes: answered
// or not.
func (c *FileChecked) has(finding string) bool {
	return c != nil && slices.ContainsFunc(c.Findings, func(x CheckedFinding) bool { return x.ID == finding })
}

// count counts the open findings of a weight.
func (c *FileChecked) count(w Weight) int {
	n := 0
	if c != nil {
		for _, x := range c.Findings {
			if x.Weight == w {
				n++
			}
		}
	}
	return n
}

// unansweredFindings counts the findings of weight that nobody answered.
func (f *File) unansweredFindings() int {
	n := 0
	if f.Check != nil {
		for _, x := range f.Check.Findings {
			if _, ok := f.answer(x.ID); !ok {
				n++
			}
		}
	}
	return n
}

// ProfileOf names the thresholds and the rules that checks are made with: what
// was checked with others is checked again before it is submitted.
func ProfileOf(p Policy, rules []string) string {
	b, err := json.Marshal(struct {
		Checks PolicyChecks `json:"checks"`
		Rules  []string     `json:"rules"`
	}{p.Checks, rules})
	if err != nil {
		panic(fmt.Sprintf("profile as JSON: %v", err)) // a struct of plain values always marshals
	}
	return shortHash(string(b))
}

func shortHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// bases works out what checks of a request's files rest on beside their bytes,
// each group's part once.
type bases struct {
	r      *Request
	paths  map[string]*File // of all files that count
	groups map[GroupID]string
	there  map[string]bool // SHA-256s of the files that count
}

func (r *Request) bases() *bases { return &bases{r: r, groups: map[GroupID]string{}} }

// of is the hash of what is said of f that checks rest on: its name, the
// controls that are declared of its group, and whether it is to be released.
func (b *bases) of(f *File) string {
	var codes []string
	if g := b.r.group(f.Group); g != nil {
		codes = g.Codes
	}
	text := f.Path + "\x00" + strings.Join(codes, ",")
	if f.Kind != Output { // of which some findings are not made: see checking
		text += "\x00" + string(Supporting)
	}
	for _, one := range b.acro(f) {
		text += "\x00" + one.Path + "\x00" + one.SHA256
	}
	return shortHash(text)
}

// acroNames are the names of the results that ACRO, a tool that checks outputs
// while they are made, writes of them into their folder, and of its
// configuration.
var acroNames = []string{"results.json", "outputs.json", "config.json"}

// acro are the files of the request that may be what ACRO wrote of f: those with
// its names in the same folder, and the checksum of f. They say nothing of
// themselves.
func (b *bases) acro(f *File) []Beside {
	if b.paths == nil {
		b.paths = map[string]*File{}
		for _, other := range b.r.Files {
			if other.Kind != WithdrawnFile {
				b.paths[other.Path] = other
			}
		}
	}
	folder, name := path.Split(f.Path)
	if slices.Contains(acroNames, name) {
		return nil
	}
	var list []Beside
	results := false
	for i, other := range slices.Concat(acroNames, []string{"checksums/" + name + ".txt"}) {
		if x := b.paths[folder+other]; x != nil {
			list = append(list, Beside{x.Path, x.SHA256, x.Size})
			results = results || i < 2
		}
	}
	if !results {
		return nil
	}
	return list
}

// others is the hash of the files that stand in a group.
func (b *bases) others(id GroupID) string {
	hash, ok := b.groups[id]
	if !ok {
		var lines []string
		for _, f := range b.r.Files {
			if f.Group == id && f.Kind != WithdrawnFile {
				lines = append(lines, f.Path+"\x00"+f.SHA256)
			}
		}
		slices.Sort(lines)
		hash = shortHash(strings.Join(lines, "\x00"))
		b.groups[id] = hash
	}
	return hash
}

// holds reports whether all files are still there that findings name.
func (b *bases) holds(c *FileChecked) bool {
	if len(c.Against) == 0 {
		return true
	}
	if b.there == nil {
		b.there = map[string]bool{}
		for _, f := range b.r.Files {
			if f.Kind != WithdrawnFile {
				b.there[f.SHA256] = true
			}
		}
	}
	return !slices.ContainsFunc(c.Against, func(sha256 string) bool { return !b.there[sha256] })
}

// checked reports whether the checks of f are done: on its bytes, on what they
// rest on beside them, and with the thresholds and rules of today. While the
// author does not have the request nothing of that changes, and a turn keeps
// the thresholds that it began under.
func (b *bases) checked(f *File, profile string) bool {
	c := f.Check
	if c == nil || c.SHA256 != f.SHA256 {
		return false
	}
	if !b.r.Status.authors() {
		return true
	}
	return c.Profile == profile && c.Basis == b.of(f) && (c.Others == "" || c.Others == b.others(f.Group)) && b.holds(c)
}

// unready refuses a submission before every output file is checked and its
// findings of weight are answered.
func (r *Request) unready(profile string) error {
	b := r.bases()
	var waiting, open []*File
	n := 0
	for _, f := range r.outputs() {
		if !b.checked(f, profile) {
			waiting = append(waiting, f)
		}
		if left := f.unansweredFindings(); left > 0 {
			open = append(open, f)
			n += left
		}
	}
	switch {
	case len(waiting) > 0:
		return checksRunning(len(waiting))
	case n > 0:
		first := slices.MinFunc(open, func(a, b *File) int { return strings.Compare(a.Path, b.Path) }) // whichever groups they are in
		return findingsOpen(n, len(open), first.Path)
	}
	return nil
}

func checksRunning(files int) *Error {
	if files == 1 {
		return ErrChecks.with("The disclosure checks of one output file have not finished. They go on by themselves; try again in a moment.")
	}
	return ErrChecks.with("The disclosure checks of %s output files have not finished. They go on by themselves; try again in a moment.", numberWord(files))
}

// findingsOpen says how many findings need an answer, in how many files, of
// which the first is at path.
func findingsOpen(findings, files int, path string) *Error {
	text := capital(numberWord(findings)) + " findings need"
	if findings == 1 {
		text = "One finding needs"
	}
	text += " an answer in words, or to be fixed, in "
	if files == 1 {
		return ErrFindings.with("%s`%s`.", text, path)
	}
	return ErrFindings.with("%s%s files, the first of which is `%s`.", text, numberWord(files), path)
}

// capital writes the first letter of a word large.
func capital(word string) string {
	if word == "" {
		return word
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// findingsHash names the findings of all files that are to be released.
func (r *Request) findingsHash() string {
	var lines []byte
	for _, f := range r.outputs() {
		if f.Check != nil {
			lines = fmt.Appendf(lines, "%s %s\n", f.ID, f.Check.FindingsHash)
		}
	}
	sum := sha256.Sum256(lines)
	return hex.EncodeToString(sum[:])
}

// findingsHash names the findings of the file; "" before it was checked.
func (f *File) findingsHash() string {
	if f.Check == nil {
		return ""
	}
	return f.Check.FindingsHash
}

// changeChecks applies what checks found, and what was said to it. Answers to
// what is not found any more are gone.
func (r *Request) changeChecks(rec Recorded) {
	switch e := rec.Event.(type) {
	case *FileChecked:
		r.setFile(r.fileIndex(e.File), func(f *File) {
			f.Check = e
			f.Answers = slices.DeleteFunc(slices.Clone(f.Answers), func(a FindingAnswer) bool { return !e.has(a.Finding) })
		})
	case *FindingsAnswered:
		r.edit(rec)
		r.setFile(r.fileIndex(e.File), func(f *File) {
			f.Answers = slices.DeleteFunc(slices.Clone(f.Answers), func(a FindingAnswer) bool { return slices.Contains(e.Findings, a.Finding) })
			for _, id := range e.Findings {
				f.Answers = append(f.Answers, FindingAnswer{Finding: id, By: rec.By, Text: e.Text})
			}
		})
	}
}

// FindingsHashes are the names of the findings that a view of the request shows.
func (r *Request) FindingsHashes() []string {
	var hashes []string
	for _, f := range r.Files {
		if f.Check != nil && f.Kind != WithdrawnFile && (len(f.Check.Findings) > 0 || f.Check.Lesser > 0) {
			hashes = append(hashes, f.Check.FindingsHash)
		}
	}
	return hashes
}
