// Package pipeline knows job requests, jobs and project.yaml: what is wrong
// with a file and where, which outputs an action declares, and which job a file
// belongs to. It is pure: bytes and values in, values out.
//
// The grammar, the rules and their sources are in docs/pipeline.md.
package pipeline

// Pipeline is a project.yaml that could be read: its actions in the order of
// the file.
type Pipeline struct {
	Version string   `json:"version"` // as written; empty where the file has none
	Actions []Action `json:"actions"`
}

// Action is one entry under `actions`: a command, the actions whose outputs it
// reads, and the outputs that it declares.
type Action struct {
	Name    string     `json:"name"`
	Run     string     `json:"run"`
	Needs   []string   `json:"needs"`
	Outputs []Declared `json:"outputs"`
	Line    int        `json:"line"`
	Column  int        `json:"column"`
}

// Declared is one output that an action declares: a pattern, which files of
// the workspace may match, at a security level. The name is for people only.
type Declared struct {
	Level   Level  `json:"level"`
	Name    string `json:"name"`
	Pattern string `json:"pattern"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
}

// Action returns the action with that name, and whether the pipeline has one.
// A nil pipeline has none.
func (p *Pipeline) Action(name string) (Action, bool) {
	if p == nil {
		return Action{}, false
	}
	for _, a := range p.Actions {
		if a.Name == name {
			return a, true
		}
	}
	return Action{}, false
}

// Count returns the number of output patterns declared at a level.
func (p *Pipeline) Count(level Level) int {
	n := 0
	for _, a := range p.Actions {
		for _, d := range a.Outputs {
			if d.Level == level {
				n++
			}
		}
	}
	return n
}

// Level is how sensitive an output is (docs/pipeline.md, "Levels"). The values
// are those of project.yaml and of the workspace's manifest.
type Level string

// The security levels, the most sensitive first.
const (
	HighlySensitive     Level = "highly_sensitive"
	ModeratelySensitive Level = "moderately_sensitive"
	MinimallySensitive  Level = "minimally_sensitive"
)

// Levels lists the security levels, the most sensitive first.
func Levels() []Level {
	return []Level{HighlySensitive, ModeratelySensitive, MinimallySensitive}
}

// Known reports whether the level is one of the three.
func (l Level) Known() bool {
	return l == HighlySensitive || l == ModeratelySensitive || l == MinimallySensitive
}

// MoreSensitive reports whether l is more sensitive than other. A level that is
// not known counts as highly_sensitive, so that a word nobody knows never makes
// a file easier to open.
func (l Level) MoreSensitive(other Level) bool { return l.rank() > other.rank() }

func (l Level) rank() int {
	switch l {
	case MinimallySensitive:
		return 0
	case ModeratelySensitive:
		return 1
	default:
		return 2
	}
}
