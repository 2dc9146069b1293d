package pipeline

import (
	"slices"
	"strings"
)

// LastLine is the last line of an action that begins at line and column, both
// counted from 1, in the text of its project.yaml: what follows and is further
// in belongs to it.
func LastLine(text string, line, column int) int {
	last, at := line, 0
	for l := range strings.Lines(text) {
		at++
		rest := strings.TrimLeft(l, " ")
		switch {
		case at <= line, strings.TrimSpace(l) == "":
		case len(l)-len(rest) >= column:
			last = at
		case strings.HasPrefix(rest, "#"): // it may stand anywhere
		default:
			return last
		}
	}
	return min(last, at)
}

// mostPaths bounds how many paths of a command are looked for.
const mostPaths = 30

// PathsIn lists the words of a command that may be paths of files of the
// repository, also those inside words: each once, in the order of the command.
func PathsIn(run string) []string {
	words, _ := split(run)
	var paths []string
	for _, word := range words {
		for _, part := range append([]string{word}, strings.FieldsFunc(word, notOfPaths)...) {
			part = strings.TrimPrefix(part, "./")
			if len(paths) < mostPaths && strings.Trim(part, "./-") != "" && !slices.Contains(paths, part) && ValidPath(part) == nil {
				paths = append(paths, part)
			}
		}
	}
	return paths
}

// notOfPaths reports whether a character parts paths inside a word of a
// command: quotes, brackets and the like.
func notOfPaths(r rune) bool { return strings.ContainsRune("\"'`()[]{},;=<>|&$ \t\r\n", r) }
