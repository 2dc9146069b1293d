package pipeline

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

var (
	imageVersion    = regexp.MustCompile(`^((v[\d.]+(-pre)?)|dev|latest)$`)
	generateDataset = regexp.MustCompile(`^generate[-_]dataset$`)
)

// commandRules reports what is wrong with an action's command, and with the
// outputs that the command cannot have. The command is looked at as the words
// that will be run, so that line breaks in it hide nothing.
func (r *reader) commandRules(a *actionNode) {
	if a.Run == "" {
		return
	}
	warn := func(code, reason string) {
		r.add(SeverityWarning, code, a.run, a.Name, "Action %s %s.", shown(a.Name), reason)
	}
	words, closed := split(a.Run)
	if !closed || len(words) == 0 {
		warn("run_quotes", "has a `run` whose quotes or escapes are not closed")
		return
	}
	image, version, _ := strings.Cut(words[0], ":")
	if !imageVersion.MatchString(version) {
		warn("image_version", "must name a version of "+shown(image)+", for example "+shown(image+":v2"))
	}
	if r.version >= 4 && strings.HasPrefix(words[0], "cohortextractor") {
		warn("image_unsupported", "uses cohortextractor, which is not supported since version 4")
	}
	if r.version >= 5 && strings.HasSuffix(words[0], ":latest") {
		warn("image_latest", "uses "+shown(words[0])+"; version 5 requires a version such as `:v2`")
	}
	if len(words) < 2 {
		return
	}
	switch {
	case image == "cohortextractor" && words[1] == "generate_cohort":
		cohortRules(a, words, warn)
	case (image == "ehrql" || image == "databuilder") && generateDataset.MatchString(words[1]):
		datasetRules(a, words, warn)
	}
}

func cohortRules(a *actionNode, words []string, warn func(code, reason string)) {
	if len(a.levels) != 1 {
		warn("image_outputs", "is a `generate_cohort` action, so it must declare outputs at exactly one level")
	}
	_, given := argument(words, "--output-dir")
	dirs := map[string]bool{}
	for _, d := range a.Outputs {
		dirs[path.Dir(d.Pattern)] = true
	}
	if !given && len(dirs) > 1 {
		warn("image_outputs", "is a `generate_cohort` action, so its outputs must be in one directory")
	}
}

func datasetRules(a *actionNode, words []string, warn func(code, reason string)) {
	if slices.ContainsFunc(a.levels, func(l Level) bool { return l != HighlySensitive }) {
		warn("image_outputs", "is a `generate-dataset` action, so all its outputs must be highly_sensitive")
	}
	output, given := argument(words, "--output")
	if !given {
		warn("image_outputs", "is a `generate-dataset` action without an `--output` argument")
		return
	}
	dir, ext, isDir := strings.Cut(output, ":")
	matches := func(d Declared) bool { return d.Pattern == output }
	if isDir {
		dir = strings.TrimSuffix(dir, "/") + "/"
		matches = func(d Declared) bool {
			return strings.HasPrefix(d.Pattern, dir) && strings.HasSuffix(d.Pattern, "."+ext)
		}
	}
	ok := slices.ContainsFunc(a.Outputs, matches)
	if isDir {
		ok = !slices.ContainsFunc(a.Outputs, func(d Declared) bool { return !matches(d) })
	}
	if !ok {
		warn("image_outputs", "declares outputs that do not match its `--output` argument "+shown(output))
	}
}

// argument returns the value of `--name value` or `--name=value`.
func argument(words []string, name string) (string, bool) {
	for i, w := range words {
		if value, ok := strings.CutPrefix(w, name+"="); ok {
			return value, true
		}
		if w == name && i+1 < len(words) {
			return words[i+1], true
		}
	}
	return "", false
}

// split splits a command into words as a POSIX shell does, and reports whether
// every quote and escape is closed. Nothing is expanded.
func split(s string) (words []string, closed bool) {
	var word strings.Builder
	var quote byte
	inWord := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\' && quote != '\'':
			if i++; i == len(s) {
				return words, false
			}
			if quote == '"' && s[i] != '"' && s[i] != '\\' {
				word.WriteByte(c)
			}
			word.WriteByte(s[i])
			inWord = true
		case quote != 0:
			word.WriteByte(c)
		case c == '"' || c == '\'':
			quote, inWord = c, true
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, quote == 0
}

// isNumber reports whether a node is a number, or text that is one.
func isNumber(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode {
		return false
	}
	_, err := strconv.ParseFloat(n.Value, 64)
	return err == nil
}
