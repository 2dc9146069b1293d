package acro

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Folder is a folder that ACRO wrote.
type Folder struct {
	Results   []*Results
	Config    *Config             // nil if there is none
	Checksums map[string]Checksum // of the files that are there, are listed or have a checksum
	Notes     []string            // what was not read, and why
	files     fs.FS
	unread    error // the last results that cannot be read
}

// The bounds of a folder.
const (
	maxNames   = 20_000 // files of a folder
	maxOthers  = 20     // JSON files of other names that are tried
	otherSize  = 4 << 20
	sniffBytes = 64 << 10
)

// usual are the names of results files.
var usual = []string{"results.json", "outputs.json"}

// Read reads a folder. One without results of ACRO is [ErrNotACRO]. Links are not
// followed.
func Read(folder fs.FS) (*Folder, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, fmt.Errorf("read the folder: %w", err)
	}
	f := &Folder{files: folder, Checksums: map[string]Checksum{}}
	if len(entries) > maxNames {
		f.note("only the first %d files of the folder were looked at", maxNames)
		entries = entries[:maxNames]
	}
	f.findResults(entries)
	if len(f.Results) == 0 {
		return nil, cmp.Or(f.unread, ErrNotACRO)
	}
	if err := f.readConfig(); err != nil {
		f.note("config.json cannot be read: %v", err)
	}
	f.compare(entries)
	return f, nil
}

func (f *Folder) note(format string, args ...any) {
	const most = 200
	if len(f.Notes) < most {
		f.Notes = append(f.Notes, fmt.Sprintf(format, args...))
	}
}

// findResults reads the files of the folder that hold results, those with the
// usual names first.
func (f *Folder) findResults(entries []fs.DirEntry) {
	names := slices.Clone(usual)
	for _, e := range entries {
		if e.Type().IsRegular() && strings.EqualFold(path.Ext(e.Name()), ".json") && !slices.Contains(usual, e.Name()) && len(names) < maxOthers+len(usual) {
			names = append(names, e.Name())
		}
	}
	for i, name := range names {
		most := int64(maxResults)
		if i >= len(usual) {
			if most = otherSize; !f.looksLike(name) {
				continue
			}
		}
		switch err := f.addResults(name, most); {
		case err == nil, errors.Is(err, fs.ErrNotExist), errors.Is(err, ErrNotACRO):
		case f.looksLike(name):
			f.unread = fmt.Errorf("%q looks like results of ACRO: %w", name, err)
			f.note("%v", f.unread)
		}
	}
}

// looksLike reports whether a file begins as results of ACRO do.
func (f *Folder) looksLike(name string) bool {
	if regular(f.files, name) != nil {
		return false
	}
	start, err := readStart(f.files, name, sniffBytes)
	return err == nil && bytes.Contains(start, []byte(`"command"`)) && bytes.Contains(start, []byte(`"summary"`))
}

func (f *Folder) addResults(name string, most int64) error {
	if err := regular(f.files, name); err != nil {
		return err
	}
	data, err := readAll(f.files, name, most)
	if err != nil {
		return err
	}
	r, err := Parse(name, bytes.NewReader(data))
	if err != nil {
		return err
	}
	f.Results = append(f.Results, r)
	f.Notes = append(f.Notes, r.Notes...)
	return nil
}

// compare compares all files with their checksums.
func (f *Folder) compare(entries []fs.DirEntry) {
	var names []string
	for _, e := range entries {
		switch {
		case e.Type().IsRegular():
			names = append(names, e.Name())
		case !e.IsDir():
			f.note("%q is no regular file, so that it was not opened", e.Name())
		}
	}
	for _, r := range f.Results {
		for _, o := range r.Outputs {
			for _, file := range o.Files {
				if file.Refused != "" {
					f.note("%s: output %q names the file %q, which was not looked for: %s", r.Name, o.ID, cut(file.Name, 100), file.Refused)
					continue
				}
				names = append(names, file.Name)
			}
		}
	}
	sums, err := fs.ReadDir(f.files, checksums)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.note("the checksums cannot be read: %v", err)
	}
	for _, e := range sums[:min(len(sums), maxNames)] {
		if name, is := strings.CutSuffix(e.Name(), ".txt"); is && refusal(name) == "" {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if _, done := f.Checksums[name]; done {
			continue
		}
		sum, err := compare(f.files, name)
		if err != nil {
			f.note("%q was not compared with its checksum: %v", name, err)
			continue
		}
		f.Checksums[name] = sum
	}
}

// OfFile is what a folder says of one of its files.
type OfFile struct {
	Source     string    `json:"source"` // which ACRO
	Listed     bool      `json:"listed"` // the results name the file, or it is ACRO's own
	Checksum   Checksum  `json:"checksum"`
	Verdicts   []Verdict `json:"verdicts"`
	Outputs    []Details `json:"outputs,omitempty"`
	Thresholds []string  `json:"thresholds,omitempty"` // where ACRO's are other than the policy's
	Config     *Config   `json:"-"`
	Missing    []string  `json:"missing,omitempty"` // of the results themselves: files that are named and are not there
	Notes      []string  `json:"notes,omitempty"`   // of the results themselves: what was not read
}

// Details are what is said of an output beside the verdicts.
type Details struct {
	ID        string   `json:"id"`
	Status    string   `json:"status"`
	Type      string   `json:"type,omitempty"`
	Method    string   `json:"method,omitempty"`
	Command   string   `json:"command,omitempty"`
	Timestamp string   `json:"timestamp,omitempty"`
	Comments  []string `json:"comments,omitempty"`  // of people
	Exception string   `json:"exception,omitempty"` // asked for by a person
	Remarks   []string `json:"remarks,omitempty"`   // of the tool
	Kept      bool     `json:"not_to_be_released,omitempty"`
}

// Of says what the results say of a file of the folder.
func (f *Folder) Of(name string) *OfFile {
	out := &OfFile{Source: f.Results[0].Source(), Checksum: f.Checksums[name], Verdicts: []Verdict{}}
	out.Listed, out.Config = name == configName, f.Config
	if out.Checksum.Sum == "" {
		out.Checksum.Sum = None
	}
	for _, r := range f.Results {
		for _, o := range r.about(name) {
			out.Listed = true
			out.Outputs = append(out.Outputs, o)
		}
		out.Verdicts = append(out.Verdicts, f.verdicts(r, name)...)
		if r.Name == name {
			out.Listed, out.Missing, out.Notes = true, f.Absent(), f.Notes
			out.Verdicts = append(out.Verdicts, r.Inside()...)
		}
	}
	return out
}

// verdicts reads a file to say what results say of it.
func (f *Folder) verdicts(r *Results, name string) []Verdict {
	if refusal(name) != "" || regular(f.files, name) != nil {
		return r.Verdicts(name, nil)
	}
	in, err := f.files.Open(name)
	if err != nil {
		return r.Verdicts(name, nil)
	}
	defer in.Close()
	return r.Verdicts(name, in)
}

// about are the outputs that name a file.
func (r *Results) about(name string) []Details {
	var out []Details
	for i := range r.Outputs {
		o := &r.Outputs[i]
		if slices.ContainsFunc(o.Files, func(f File) bool { return f.Name == name && f.Refused == "" }) {
			out = append(out, Details{
				ID: o.ID, Status: o.Status, Type: o.Type, Method: o.Properties["method"], Command: o.Command,
				Timestamp: o.Timestamp, Comments: o.Comments, Exception: o.Exception, Remarks: o.Remarks, Kept: o.kept(),
			})
		}
	}
	return out
}

// Own reports whether a file of the folder is one of ACRO's checksums, or its
// configuration, and nothing else.
func (f *Folder) Own(name string) bool {
	if name == configName {
		return f.Config != nil && f.Config.whole
	}
	of, is := strings.CutSuffix(strings.TrimPrefix(name, checksums+"/"), ".txt")
	if !is || path.Dir(name) != checksums {
		return false
	}
	_, sum := wanted(f.files, of)
	return sum == Equal
}

// ReadAs says what a file is that is no output: results of ACRO, or what ACRO made
// for output checkers; "" for all others. Results that hold tables are outputs.
func (f *Folder) ReadAs(name string) string {
	for _, r := range f.Results {
		if r.Name == name && r.Dialect != Inline {
			return "results of ACRO"
		}
		for i := range r.Outputs {
			o := &r.Outputs[i]
			if o.kept() && slices.ContainsFunc(o.Files, func(f File) bool { return f.Name == name }) {
				return "a summary that ACRO made for output checkers, not to be released"
			}
		}
	}
	return ""
}

// Absent are the files that the results name and the folder does not hold, or
// that have a checksum and are gone.
func (f *Folder) Absent() []string {
	var out []string
	for name, sum := range f.Checksums {
		if sum.Sum == Missing {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// errLink says that a name does not lead straight to a regular file.
var errLink = errors.New("it is a link, or no regular file")

// regular reports why a name does not lead to a regular file without a link on
// the way.
func regular(folder fs.FS, name string) error {
	for i, c := range name + "/" {
		if c != '/' {
			continue
		}
		at, err := fs.Lstat(folder, name[:i])
		switch {
		case err != nil:
			return err
		case i < len(name) && !at.IsDir(), i == len(name) && !at.Mode().IsRegular():
			return errLink
		}
	}
	return nil
}

// readAll reads a whole file, if it is not longer than most.
func readAll(folder fs.FS, name string, most int64) ([]byte, error) {
	data, err := readStart(folder, name, most+1)
	if err == nil && int64(len(data)) > most {
		return nil, fmt.Errorf("it is longer than %d bytes", most)
	}
	return data, err
}

// readStart reads the beginning of a file.
func readStart(folder fs.FS, name string, most int64) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}
