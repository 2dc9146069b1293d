package pipeline

import (
	"math"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Read reads a project.yaml. A file of the right shape is read even where a
// rule is broken; the broken rules are reported with their place. The pipeline
// is nil if the file cannot be read at all: it is not YAML, too large, empty,
// has a duplicate key, or its `actions` are not a mapping. The grammar and the
// rules are in docs/pipeline.md.
func Read(data []byte) (*Pipeline, []Problem) {
	r := &reader{}
	root := parse(data, &r.problems)
	if root == nil {
		return nil, r.sorted()
	}
	p := r.project(root)
	return p, r.sorted()
}

// reader turns nodes into a Pipeline and collects problems on the way.
type reader struct {
	problems
	version      float64 // 0 where it cannot be known
	actions      []actionNode
	expectations *yaml.Node
	globs        int // declared patterns with a wildcard
}

// actionNode is an action with the places that the rules over all actions need.
type actionNode struct {
	Action
	key, run *yaml.Node
	needs    []*yaml.Node
	outputs  []*yaml.Node // one for each of Action.Outputs
	levels   []Level      // the levels that are there, with or without outputs
}

func (r *reader) project(root *yaml.Node) *Pipeline {
	top, ok := entries(root)
	if !ok {
		if isNull(root) {
			r.add(SeverityError, "empty", root, "", "The file is empty.")
		} else {
			r.add(SeverityError, "shape", root, "", "The file must be a mapping with `version` and `actions`.")
		}
		return nil
	}
	p := &Pipeline{Actions: []Action{}}
	var version, actions *yaml.Node
	for _, e := range top {
		switch e.key.Value {
		case "version":
			version = e.value
		case "actions":
			actions = e.value
		case "expectations":
			r.expectations = e.value
		default:
			r.add(SeverityWarning, "unknown_key", e.key, "", "%s is not a key of a project file, so what stands there is ignored.", shown(e.key.Value))
		}
	}
	p.Version = r.readVersion(root, version)
	if !r.readActions(root, actions) {
		return nil
	}
	r.rules()
	for _, a := range r.actions {
		p.Actions = append(p.Actions, a.Action)
	}
	return p
}

// latestVersion is the newest version of the format whose rules are known.
const latestVersion = 5

func (r *reader) readVersion(root, version *yaml.Node) string {
	if isNull(version) {
		r.add(SeverityError, "version_missing", root, "", "The file has no `version` (a number between 1 and %d).", latestVersion)
		return ""
	}
	if version.Kind != yaml.ScalarNode {
		r.add(SeverityError, "version_invalid", version, "", "`version` must be a number between 1 and %d.", latestVersion)
		return ""
	}
	text := strings.TrimSpace(version.Value)
	if text == "latest" {
		r.version = latestVersion
		return text
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || n < 1 || n >= latestVersion+1 {
		r.add(SeverityError, "version_invalid", version, "", "`version` must be a number between 1 and %d, not %s.", latestVersion, shown(text))
		return text
	}
	r.version = n
	return text
}

// readActions reads the actions, and reports false where there can be none.
func (r *reader) readActions(root, actions *yaml.Node) bool {
	if isNull(actions) {
		at := root
		if actions != nil {
			at = actions
		}
		r.add(SeverityError, "actions_missing", at, "", "The file has no actions: `actions` must be a mapping.")
		return true
	}
	es, ok := entries(actions)
	if !ok {
		r.add(SeverityError, "shape", actions, "", "`actions` must be a mapping of names to actions.")
		return false
	}
	for _, e := range es {
		if e.key.Kind != yaml.ScalarNode {
			r.add(SeverityError, "action_name", e.key, "", "The name of an action must be text.")
			continue
		}
		r.actions = append(r.actions, r.readAction(e.key, e.value))
	}
	if r.globs > maxGlobs {
		r.add(SeverityError, "too_many_globs", actions, "", "The file declares %d patterns with a wildcard; at most %d are read.", r.globs, maxGlobs)
		return false
	}
	return true
}

// readAction reads one action. An integer key becomes text.
func (r *reader) readAction(key, value *yaml.Node) actionNode {
	name := key.Value
	a := actionNode{key: key, Action: Action{
		Name: name, Needs: []string{}, Outputs: []Declared{}, Line: key.Line, Column: key.Column,
	}}
	if name == "" {
		r.add(SeverityError, "action_name", key, "", "An action must have a name.")
	}
	es, ok := entries(value)
	if !ok {
		r.add(SeverityError, "action_shape", key, name, "Action %s must be a mapping with `run` and `outputs`.", shown(name))
		return a
	}
	var outputs *yaml.Node
	for _, e := range es {
		switch e.key.Value {
		case "run":
			a.run = e.value
		case "outputs":
			outputs = e.value
		case "needs":
			r.readNeeds(&a, e.value)
		case "config":
			if !isNull(e.value) && e.value.Kind != yaml.MappingNode {
				r.add(SeverityWarning, "config_shape", e.value, name, "`config` of action %s must be a mapping.", shown(name))
			}
		case "dummy_data_file":
			if !isNull(e.value) && !isText(e.value) {
				r.add(SeverityWarning, "dummy_data_shape", e.value, name, "`dummy_data_file` of action %s must be text.", shown(name))
			}
		default:
			r.add(SeverityWarning, "unknown_key", e.key, name, "%s is not a key of an action, so what stands there in action %s is ignored.", shown(e.key.Value), shown(name))
		}
	}
	r.readRun(&a)
	r.readOutputs(&a, outputs)
	return a
}

func (r *reader) readRun(a *actionNode) {
	name := a.Name
	switch {
	case a.run == nil:
		r.add(SeverityError, "run_missing", a.key, name, "Action %s has no `run`.", shown(name))
	case a.run.Kind != yaml.ScalarNode || !isText(a.run) && !isNull(a.run):
		r.add(SeverityError, "run_shape", a.run, name, "`run` of action %s must be text.", shown(name))
	case strings.TrimSpace(a.run.Value) == "" || isNull(a.run):
		r.add(SeverityError, "run_empty", a.run, name, "`run` of action %s is empty.", shown(name))
	default:
		a.Run = a.run.Value
	}
}

func (r *reader) readNeeds(a *actionNode, needs *yaml.Node) {
	if isNull(needs) {
		return
	}
	if needs.Kind != yaml.SequenceNode {
		r.add(SeverityError, "needs_shape", needs, a.Name, "`needs` of action %s must be a list of actions.", shown(a.Name))
		return
	}
	for _, item := range needs.Content {
		item = follow(item)
		if item.Kind != yaml.ScalarNode || isNull(item) {
			r.add(SeverityError, "needs_shape", item, a.Name, "`needs` of action %s must list names of actions.", shown(a.Name))
			continue
		}
		if !isText(item) {
			r.add(SeverityWarning, "needs_number", item, a.Name, "Action %s needs %s, which is not written as text; put it in quotes.", shown(a.Name), shown(item.Value))
		}
		a.Needs = append(a.Needs, item.Value)
		a.needs = append(a.needs, item)
	}
}

func (r *reader) readOutputs(a *actionNode, outputs *yaml.Node) {
	if outputs == nil {
		r.add(SeverityError, "outputs_missing", a.key, a.Name, "Action %s has no `outputs`.", shown(a.Name))
		return
	}
	levels, ok := entries(outputs)
	if !ok {
		r.add(SeverityError, "outputs_shape", outputs, a.Name, "`outputs` of action %s must be a mapping of levels.", shown(a.Name))
		return
	}
	for _, e := range levels {
		switch level := Level(e.key.Value); {
		case !level.Known():
			r.add(SeverityError, "unknown_level", e.key, a.Name, "%s is not a security level, so the outputs that action %s declares there are left out.", shown(e.key.Value), shown(a.Name))
		case !isNull(e.value):
			a.levels = append(a.levels, level)
			r.readLevel(a, level, e.value)
		}
	}
	if len(a.levels) == 0 {
		r.add(SeverityError, "outputs_empty", outputs, a.Name, "Action %s must declare outputs at one level at least: highly_sensitive, moderately_sensitive or minimally_sensitive.", shown(a.Name))
	}
}

func (r *reader) readLevel(a *actionNode, level Level, value *yaml.Node) {
	outputs, ok := entries(value)
	if !ok {
		r.add(SeverityError, "level_shape", value, a.Name, "`%s` of action %s must be a mapping of names to patterns.", level, shown(a.Name))
		return
	}
	for _, e := range outputs {
		if !isText(e.value) {
			r.add(SeverityError, "output_shape", e.value, a.Name, "The output %s of action %s must be text.", shown(e.key.Value), shown(a.Name))
			continue
		}
		d := Declared{Level: level, Name: e.key.Value, Pattern: e.value.Value, Line: e.value.Line, Column: e.value.Column}
		if strings.Contains(d.Pattern, "*") {
			r.globs++
		}
		a.Outputs, a.outputs = append(a.Outputs, d), append(a.outputs, e.value)
		r.patternRules(a, d, e.value)
	}
}
