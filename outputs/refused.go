package outputs

import (
	"io/fs"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Reason says in words why a path was refused. It reads as the end of a
// sentence that begins with the path.
type Reason string

// The reasons for which a path is refused.
const (
	BadWorkspace Reason = "is not the name of a workspace"
	Outside      Reason = "leads out of its workspace"
	NotUTF8      Reason = "has a name that is not UTF-8"
	BadPath      Reason = "is not a path that an output can have"
	Missing      Reason = "does not exist"
	Unreadable   Reason = "may not be read by this program"
	Link         Reason = "is a symbolic link, or lies behind one"
	HardLink     Reason = "has a second name (a hard link)"
	NotRegular   Reason = "is not a regular file"
	NotFolder    Reason = "lies below something that is not a directory"
	Changed      Reason = "changed while it was read"
	OtherBytes   Reason = "does not have the bytes that the manifest names"
	TooLarge     Reason = "is larger than allowed"
	TooDeep      Reason = "lies too deep"
	TooMany      Reason = "holds too many files"
	Sensitive    Reason = "is highly_sensitive: nobody can open or release it"
	Excluded     Reason = "was excluded when its job ended: only a note of why is there"
	OutOfDate    Reason = "is out of date"
	NotALog      Reason = "is not a job's log"
	IsOutput     Reason = "is the name of an output"
	NotViewable  Reason = "has no security level that may be opened"
)

// Refused says that a path was not read, and why. Nothing of a refused file
// has been given to the caller. A path that does not exist is also
// [fs.ErrNotExist].
type Refused struct {
	Path   string // relative to its workspace, as it was asked for
	Reason Reason
}

// Error is a sentence without its full stop. The path is escaped.
func (r *Refused) Error() string {
	return Escape(r.Path) + " " + string(r.Reason)
}

// Is makes a missing path an [fs.ErrNotExist].
func (r *Refused) Is(target error) bool {
	return target == fs.ErrNotExist && r.Reason == Missing
}

// Problem is something in a workspace or manifest that was left out, and why.
type Problem struct {
	Name    string // what it is about, escaped: never to be used as a path
	Message string // the end of a sentence that begins with Name
}

// maxProblems bounds how many problems are listed; the others are counted.
const maxProblems = 10_000

// problems lists problems up to maxProblems.
type problems struct {
	list []Problem
	more int
}

func (p *problems) add(name, message string) {
	if len(p.list) >= maxProblems {
		p.more++
		return
	}
	p.list = append(p.list, Problem{Name: Escape(name), Message: message})
}

// maxEscaped bounds an escaped name, in bytes. An output's path has at most
// 1,024, so only what is refused is ever cut.
const maxEscaped = 1100

// Escape returns name as it can be shown to people and written to logs: as it
// is if it can be printed, otherwise quoted with what cannot be printed as
// escapes. A very long name is cut.
func Escape(name string) string {
	cut := ""
	if len(name) > maxEscaped {
		name, cut = name[:maxEscaped], "…"
	}
	if plain(name) {
		return name + cut
	}
	return strconv.QuoteToASCII(name) + cut
}

// plain reports whether name can be shown as it is. U+FFFD stands for bytes
// that were not UTF-8, so that it is not.
func plain(name string) bool {
	return name != "" && utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool {
		return r == utf8.RuneError || r == '"' || r == '\\' || !strconv.IsPrint(r)
	})
}
