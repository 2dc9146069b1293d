package acro

import (
	"io/fs"
	"strings"
	"unicode"
)

// refusal says why a name that the results give leads to no file of the folder;
// "" if it may. Spaces at the ends of names are real.
func refusal(name string) string {
	const longest = 255
	switch {
	case name == "":
		return "it has no name"
	case len(name) > longest:
		return "its name is too long"
	case strings.ContainsFunc(name, unicode.IsControl):
		return "its name has control characters"
	case strings.HasPrefix(name, "/") || strings.HasPrefix(name, `\`) || len(name) > 1 && name[1] == ':':
		return "its name leads out of the folder"
	case strings.ContainsAny(name, `\`):
		return "its name has a backslash"
	case !fs.ValidPath(name):
		return "its name leads out of the folder"
	case name == ".":
		return "it names the folder itself"
	}
	return ""
}
