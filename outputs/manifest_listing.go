package outputs

import (
	"errors"
	"path"
	"slices"
	"strings"

	"sallyport/pipeline"
)

// listing gathers the entries of a manifest, and what is wrong with them.
type listing struct {
	entries  []Entry
	at       map[string]int      // path → index in entries
	spoilt   map[string]bool     // paths with an entry that could not be read
	names    map[string]bool     // every name that was listed, by sameName
	guarded  map[string][]string // the hashes of what is highly_sensitive, by sameName; "" is unknown
	words    map[string]string   // texts that many entries share
	problems problems
}

func newListing() listing {
	return listing{
		at: make(map[string]int), spoilt: make(map[string]bool), names: make(map[string]bool),
		guarded: make(map[string][]string), words: make(map[string]string),
	}
}

// add takes one entry of the manifest.
func (l *listing) add(name string, raw *entryJSON) {
	e, fault := raw.entry(name)
	if err := checkPath(name); err != nil {
		l.problems.add(name, pathFault(err))
		l.names[sameName(clean(name))] = true
		if fault != "" {
			l.guard(name, "")
		} else if e.Level == pipeline.HighlySensitive {
			l.guard(name, e.SHA256)
		}
		return
	}
	if fault != "" {
		l.bad(name, fault)
		return
	}
	l.names[sameName(name)] = true
	l.share(&e)
	if e.Level == pipeline.HighlySensitive {
		l.guard(name, e.SHA256)
	}
	i, twice := l.at[name]
	if !twice {
		l.at[name] = len(l.entries)
		l.entries = append(l.entries, e)
		return
	}
	l.problems.add(name, "is listed more than once; the most sensitive level counts")
	l.entries[i] = merge(l.entries[i], e)
}

// bad leaves out a path whose entry cannot be read. What is not known of it is
// taken to be highly_sensitive.
func (l *listing) bad(name, fault string) {
	l.problems.add(name, fault)
	l.spoilt[name] = true
	l.guard(name, "")
}

func (l *listing) guard(name, sum string) {
	key := sameName(clean(name))
	l.names[key] = true
	if !slices.Contains(l.guarded[key], sum) {
		l.guarded[key] = append(l.guarded[key], sum)
	}
}

// merge joins two entries of the same path: the later one says what the file
// is, and whatever keeps it closed counts from both.
func merge(a, b Entry) Entry {
	if a.Level.MoreSensitive(b.Level) {
		b.Level = a.Level
	}
	b.Excluded = a.Excluded || b.Excluded
	b.OutOfDateAction = a.OutOfDateAction || b.OutOfDateAction
	b.OutOfDateOutput = a.OutOfDateOutput || b.OutOfDateOutput
	return b
}

// share makes entries that carry the same words hold them once.
func (l *listing) share(e *Entry) {
	level := string(e.Level)
	for _, s := range []*string{&level, &e.JobID, &e.JobRequest, &e.Action, &e.User, &e.Repo, &e.Commit} {
		if known, ok := l.words[*s]; ok {
			*s = known
		} else {
			l.words[*s] = *s
		}
	}
	e.Level = pipeline.Level(level)
}

// manifest returns what was gathered.
func (l *listing) manifest() *Manifest {
	l.entries = slices.DeleteFunc(l.entries, func(e Entry) bool { return l.spoilt[e.Path] })
	for i := range l.entries {
		l.raise(&l.entries[i])
		l.checkPlaceholder(&l.entries[i])
	}
	slices.SortFunc(l.entries, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	return &Manifest{
		Outputs: l.entries, Problems: l.problems.list, MoreProblems: l.problems.more, names: l.names,
	}
}

// raise makes an entry highly_sensitive if another one is, with the same bytes
// and under a name that a file system could take for the same file.
func (l *listing) raise(e *Entry) {
	if e.Level == pipeline.HighlySensitive {
		return
	}
	for _, sum := range l.guarded[sameName(e.Path)] {
		if sum == "" || e.SHA256 == "" || sum == e.SHA256 {
			e.Level = pipeline.HighlySensitive
			l.problems.add(e.Path, "is also listed as highly_sensitive under a name that can mean the same file")
			return
		}
	}
}

func (l *listing) checkPlaceholder(e *Entry) {
	if e.Excluded && e.Level == pipeline.ModeratelySensitive && l.names[sameName(e.Path+".txt")] {
		l.problems.add(e.Path, "was excluded, but its note has the name of another output and is not shown")
	}
}

// clean is the path that a file system would make of name.
func clean(name string) string {
	return strings.TrimPrefix(path.Clean("/"+name), "/")
}

// pathFault says why a path cannot be an output's, without the path itself.
func pathFault(err error) string {
	if r, ok := errors.AsType[*Refused](err); ok {
		return string(r.Reason)
	}
	return string(BadPath)
}
