package pipeline

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// moderateTypes are the file types that project.yaml may declare as
// moderately_sensitive since 2023-11-03 (docs/pipeline.md, "Patterns"). What
// may be requested is policy, not this.
var moderateTypes = []string{
	".csv", ".jpg", ".jpeg", ".png", ".svg", ".svgz", ".html", ".txt", ".log", ".json", ".md",
}

var driveLetter = regexp.MustCompile(`^[A-Za-z]:`)

// refusedPattern says why a pattern can name no output of a workspace, or
// nothing. A refused pattern is listed and matches no file.
func refusedPattern(p string) string {
	switch {
	case p == "":
		return "is empty"
	case len(p) > MaxPath:
		return "is longer than 1,024 bytes"
	case strings.ContainsFunc(p, unicode.IsControl):
		return "contains a line break or another control character"
	case strings.Contains(p, `\`):
		return "contains back slashes (use forward slashes only)"
	case strings.HasPrefix(p, "/") || driveLetter.MatchString(p):
		return "is an absolute path"
	case slices.Contains(strings.Split(p, "/"), ".."):
		return "contains `..`"
	case path.Clean(p) == "metadata" || strings.HasPrefix(path.Clean(p), "metadata/"):
		return "is in the metadata directory"
	}
	return ""
}

// patternRules reports what is wrong with a declared pattern.
func (r *reader) patternRules(a *actionNode, d Declared, at *yaml.Node) {
	warn := func(code, reason string) {
		r.add(SeverityWarning, code, at, a.Name, "The pattern %s of action %s %s.", shown(d.Pattern), shown(a.Name), reason)
	}
	if reason := refusedPattern(d.Pattern); reason != "" {
		r.add(SeverityError, "pattern_refused", at, a.Name, "The pattern %s of action %s %s: it is refused and matches no file.", shown(d.Pattern), shown(a.Name), reason)
		return
	}
	if strings.Contains(d.Pattern, "**") || strings.ContainsAny(d.Pattern, "?[") {
		warn("pattern_wildcard", "uses a wildcard other than `*`; only `*` is one, and it stays within its folder")
	}
	if path.Clean(d.Pattern) != d.Pattern {
		warn("pattern_form", "is not in standard form (double slashes, `./` or a slash at the end)")
	}
	switch suffix := suffix(d.Pattern); {
	case suffix == "" || strings.HasSuffix(suffix, "*"):
		warn("pattern_extension", "must have a file type extension at the end")
	case d.Level == ModeratelySensitive && !slices.Contains(moderateTypes, suffix):
		warn("pattern_type", "has a file type that is not allowed for moderately_sensitive outputs")
	}
}

// suffix returns the extension of a path as the reference implementation takes
// it: a name that begins with its only dot, or ends with one, has none.
func suffix(p string) string {
	name := path.Base(p)
	if i := strings.LastIndexByte(name, '.'); i > 0 && i < len(name)-1 {
		return name[i:]
	}
	return ""
}

// MaxPath is the longest path, in bytes, that an output may have.
const MaxPath = 1024

// PathError says why a path can name no output.
type PathError struct {
	Path   string
	Reason string
}

func (e *PathError) Error() string { return "path " + shown(e.Path) + " " + e.Reason }

// ValidPath refuses, with a *PathError, what cannot be the path of an output
// relative to its workspace: anything empty, absolute, too long or not UTF-8, a
// back slash, a control character, an empty component, `.` and `..`. It says
// nothing about what is on disk.
func ValidPath(p string) error {
	switch {
	case p == "":
		return &PathError{p, "is empty"}
	case len(p) > MaxPath:
		return &PathError{p, "is longer than 1,024 bytes"}
	case !utf8.ValidString(p):
		return &PathError{p, "is not UTF-8"}
	case strings.ContainsFunc(p, unicode.IsControl):
		return &PathError{p, "contains a control character"}
	case strings.Contains(p, `\`):
		return &PathError{p, "contains a back slash"}
	case p[0] == '/':
		return &PathError{p, "is absolute"}
	}
	for part := range strings.SplitSeq(p, "/") {
		switch part {
		case "":
			return &PathError{p, "has an empty component"}
		case ".", "..":
			return &PathError{p, "has the component `" + part + "`"}
		}
	}
	return nil
}
