package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"sallyport/checks"
	"sallyport/checks/acro"
)

// checkRun is one run of `check`.
type checkRun struct {
	console  *console
	profile  checks.Profile
	known    *checks.Index // what was released, and what was checked before
	print    printer
	progress *progress
	files    []fileToCheck
	beside   map[string][]checks.Companion // the files that are checked together, by their folder
	listed   map[string]bool               // the files, by their paths: one that is named twice is checked once
	roots    []*os.Root
	found    bool
}

// fileToCheck is a file that was found below what was named.
type fileToCheck struct {
	root   *os.Root
	inside string // its path there
	shown  string
	acro   *acro.Folder // that it is in; nil if in none
	name   string       // in that folder
}

// maxListed bounds the files of one run.
const maxListed = 200_000

func (r *checkRun) close() {
	for _, root := range r.roots {
		_ = root.Close() // opened for reading
	}
}

// fail says that something could not be read, which is found at the end.
func (r *checkRun) fail(format string, args ...any) {
	r.progress.clear()
	complain(r.console.err, "%s", plain(fmt.Sprintf(format, args...)))
	r.found = true
}

// list finds the files that a path names.
func (r *checkRun) list(name string) {
	at, err := os.Stat(name)
	switch {
	case err != nil:
		r.fail("%v", err)
	case at.IsDir():
		r.listFolder(name)
	case !at.Mode().IsRegular():
		r.fail("%s is no regular file", name)
	default:
		if root := r.open(filepath.Dir(name)); root != nil {
			r.add(fileToCheck{root: root, inside: filepath.Base(name), shown: filepath.ToSlash(name)})
		}
	}
}

// add adds a file, once.
func (r *checkRun) add(file fileToCheck) {
	at := path.Clean(file.shown)
	if r.listed == nil {
		r.listed = map[string]bool{}
	}
	if !r.listed[at] {
		r.listed[at] = true
		r.files = append(r.files, file)
	}
}

// open opens a folder until the run ends.
func (r *checkRun) open(name string) *os.Root {
	root, err := os.OpenRoot(name)
	if err != nil {
		r.fail("%v", err)
		return nil
	}
	r.roots = append(r.roots, root)
	return root
}

// listFolder finds the regular files below a folder, and which of its folders
// are of ACRO.
func (r *checkRun) listFolder(name string) {
	root := r.open(name)
	if root == nil {
		return
	}
	some := false
	folders := map[string]*acro.Folder{}
	r.walk(root, name, func(inside string, d fs.DirEntry) {
		if d.IsDir() {
			if f := r.acroFolder(root, inside, path.Join(filepath.ToSlash(name), inside)); f != nil {
				folders[inside] = f
			}
			return
		}
		file := fileToCheck{root: root, inside: inside, shown: path.Join(filepath.ToSlash(name), inside)}
		for dir := path.Dir(inside); ; dir = path.Dir(dir) {
			if f := folders[dir]; f != nil {
				file.acro, file.name = f, strings.TrimPrefix(inside, strings.TrimSuffix(dir, "."))
				file.name = strings.TrimPrefix(file.name, "/")
				break
			}
			if dir == "." {
				break
			}
		}
		if file.acro == nil || !file.acro.Own(file.name) {
			r.add(file)
		}
		some = true
	})
	if !some {
		complain(r.console.err, "%s holds no files: nothing in it was looked at", plain(name))
	}
}

// walk does something with each folder and regular file below a root. Links are
// not followed, and what cannot be read stops nothing else.
func (r *checkRun) walk(root *os.Root, name string, do func(inside string, d fs.DirEntry)) {
	shown := func(inside string) string { return path.Join(filepath.ToSlash(name), inside) }
	err := fs.WalkDir(root.FS(), ".", func(inside string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			r.fail("%s cannot be read: %v", shown(inside), reason(err))
			return fs.SkipDir
		case r.console.ctx.Err() != nil:
			return r.console.ctx.Err()
		case len(r.files) == maxListed:
			return fmt.Errorf("there are more than %d files", maxListed)
		case d.Type()&fs.ModeSymlink != 0:
			complain(r.console.err, "%s is a link, which is not followed", plain(shown(inside)))
		case !d.IsDir() && !d.Type().IsRegular():
			complain(r.console.err, "%s is no regular file, and is not opened", plain(shown(inside)))
		default:
			do(inside, d)
		}
		return nil
	})
	if err != nil {
		r.fail("%s: %v", name, err)
	}
}

// acroFolder reads a folder as ACRO's; it is nil if it is none.
func (r *checkRun) acroFolder(root *os.Root, inside, shown string) *acro.Folder {
	sub, err := fs.Sub(root.FS(), inside)
	if err == nil {
		var f *acro.Folder
		if f, err = acro.Read(sub); err == nil {
			return f
		}
	}
	if !errors.Is(err, acro.ErrNotACRO) && !errors.Is(err, fs.ErrPermission) {
		r.fail("%s cannot be read as a folder of ACRO: %v", shown, reason(err))
	}
	return nil
}

// earlier keeps the tables of what was released.
func (r *checkRun) earlier(name string) {
	root := r.open(name)
	if root == nil {
		return
	}
	r.walk(root, name, func(inside string, d fs.DirEntry) {
		if d.IsDir() {
			return
		}
		file := fileToCheck{root: root, inside: inside, shown: path.Join(filepath.ToSlash(name), inside)}
		r.progress.say("reading what was released: " + file.shown)
		if _, err := r.look(file, checks.DefaultProfile()); err != nil {
			r.fail("%s cannot be compared with: %v", file.shown, reason(err))
		}
	})
}

// checkAll checks the files and prints what was found.
func (r *checkRun) checkAll() error {
	r.noteKinds()
	said := map[*acro.Folder]bool{nil: true}
	for i, file := range r.files {
		if !said[file.acro] {
			said[file.acro] = true
			r.progress.clear()
			if err := r.print.folder(path.Clean(strings.TrimSuffix(file.shown, file.name)), file.acro); err != nil {
				return err
			}
		}
		r.progress.say(fmt.Sprintf("%d of %d: %s", i+1, len(r.files), file.shown))
		if err := r.check(file); err != nil {
			return err
		}
	}
	r.progress.clear()
	return nil
}

// check checks a file and prints what was found.
func (r *checkRun) check(file fileToCheck) error {
	p := r.profile
	p.Earlier, p.Companions = r.known, r.companions(file.shown)
	var result fileChecked
	var err error
	if as := file.readAs(); as != "" {
		result, err = r.asWhatItIs(file, as)
	} else {
		result, err = r.look(file, p)
	}
	switch {
	case r.console.ctx.Err() != nil:
		return r.console.ctx.Err()
	case err != nil:
		says := reason(err).Error()
		r.fail("%s cannot be read: %s", file.shown, says)
		result = fileChecked{File: file.shown, Error: says, Report: &checks.Report{NotExamined: []string{"the file cannot be read: " + says}, Findings: []checks.Finding{}}}
	}
	if file.acro != nil {
		result.ACRO = file.acro.Of(file.name)
		result.ACRO.Thresholds = result.ACRO.Config.Differences(r.profile)
		acro.Compare(result.ACRO.Verdicts, result.Findings)
	}
	r.found = r.found || result.Has(checks.High)
	r.progress.clear()
	return r.print.file(result)
}

// readAs says what a file of ACRO's is that is no output; "" for all others.
func (f fileToCheck) readAs() string {
	if f.acro == nil {
		return ""
	}
	return f.acro.ReadAs(f.name)
}

// asWhatItIs is what is said of a file that is no output.
func (r *checkRun) asWhatItIs(file fileToCheck, as string) (fileChecked, error) {
	f, err := file.root.Open(file.inside)
	if err != nil {
		return fileChecked{}, err
	}
	defer f.Close()
	at, err := f.Stat()
	if err != nil {
		return fileChecked{}, err
	}
	sum, err := hashOf(f)
	report := &checks.Report{NotExamined: []string{"this is " + as + ", which was read as such and not checked as an output"}, Findings: []checks.Finding{}}
	report.Examined = checks.Examined{Kind: "other", Bytes: at.Size(), Rules: []string{}, Limits: checks.Limits{LowCount: r.profile.Threshold, Declared: []checks.Control{}}}
	return fileChecked{File: file.shown, SHA256: sum, Report: report}, err
}

// reason is why something could not be read, without the path.
func reason(err error) error {
	if at := new(fs.PathError); errors.As(err, &at) {
		return at.Err
	}
	return err
}

// look opens a file and checks it, again if it changed meanwhile.
func (r *checkRun) look(file fileToCheck, p checks.Profile) (fileChecked, error) {
	for range 2 {
		f, err := file.root.Open(file.inside)
		if err != nil {
			return fileChecked{}, err
		}
		result, tables, err := lookAt(r.console, f, file.shown, p)
		if closing := f.Close(); err == nil {
			err = closing
		}
		if errors.Is(err, errChanged) {
			continue
		}
		if err == nil {
			r.known.Add(file.shown, result.SHA256, tables)
		}
		return result, err
	}
	return fileChecked{}, errChanged
}

// errChanged says that a file was written while it was read, so that what was
// found may be of neither state.
var errChanged = errors.New("it changes while it is read")

// openFile is a file that is checked.
type openFile interface {
	io.Reader
	io.ReaderAt
	Stat() (fs.FileInfo, error)
}

// lookAt checks a file and returns its tables.
func lookAt(c *console, f openFile, shown string, p checks.Profile) (fileChecked, []checks.Extract, error) {
	before, err := f.Stat()
	if err != nil {
		return fileChecked{}, nil, err
	}
	if !before.Mode().IsRegular() {
		return fileChecked{}, nil, errors.New("it is no regular file")
	}
	sum, err := hashOf(f)
	if err != nil {
		return fileChecked{}, nil, err
	}
	report, tables, failed := checks.CheckTables(c.ctx, checks.File{Name: shown, Bytes: f, Size: before.Size()}, p)
	after, err := f.Stat()
	if err != nil {
		return fileChecked{}, nil, err
	}
	if before.Size() != after.Size() || !before.ModTime().Equal(after.ModTime()) {
		return fileChecked{}, nil, errChanged
	}
	return fileChecked{File: shown, SHA256: sum, Report: report}, tables, failed
}

func hashOf(r io.Reader) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
