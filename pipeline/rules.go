package pipeline

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// rules applies the rules that concern the file as a whole or an action's
// command (docs/pipeline.md, "Rules").
func (r *reader) rules() {
	byName := make(map[string]int, len(r.actions))
	for i, a := range r.actions {
		byName[a.Name] = i
	}
	for i := range r.actions {
		a := &r.actions[i]
		r.nameRule(a)
		r.commandRules(a)
		r.needsRules(a, byName)
	}
	r.cycleRule(byName)
	r.uniqueRuns()
	if r.version >= 2 {
		r.uniqueOutputs()
	}
	r.expectationRules()
}

func (r *reader) nameRule(a *actionNode) {
	if a.Name == "run_all" {
		r.add(SeverityWarning, "reserved_name", a.key, a.Name, "`run_all` is reserved: asking for it runs every action.")
	}
}

func (r *reader) needsRules(a *actionNode, byName map[string]int) {
	for i, need := range a.Needs {
		_, known := byName[need]
		switch {
		case known:
		case strings.Contains(need, " "):
			r.add(SeverityError, "needs_separator", a.needs[i], a.Name, "Action %s needs %s: several actions must be separated with commas.", shown(a.Name), shown(need))
		default:
			r.add(SeverityError, "needs_unknown", a.needs[i], a.Name, "Action %s needs %s, which is not an action of this file.", shown(a.Name), shown(need))
		}
	}
}

// cycleRule reports each need that closes a cycle. Jobs could never be ordered.
func (r *reader) cycleRule(byName map[string]int) {
	const (
		unseen = iota
		open
		done
	)
	state := make([]uint8, len(r.actions))
	var visit func(i int)
	visit = func(i int) {
		state[i] = open
		a := &r.actions[i]
		for k, need := range a.Needs {
			j, known := byName[need]
			switch {
			case !known || state[j] == done:
			case i == j:
				r.add(SeverityError, "needs_cycle", a.needs[k], a.Name, "Action %s needs itself.", shown(a.Name))
			case state[j] == open:
				r.add(SeverityError, "needs_cycle", a.needs[k], a.Name, "Action %s needs %s, which itself needs %s: a cycle.", shown(a.Name), shown(need), shown(a.Name))
			default:
				visit(j)
			}
		}
		state[i] = done
	}
	for i := range r.actions {
		if state[i] == unseen {
			visit(i)
		}
	}
}

// uniqueRuns compares the commands as they are written.
func (r *reader) uniqueRuns() {
	first := map[string]*actionNode{}
	for i := range r.actions {
		a := &r.actions[i]
		if a.Run == "" {
			continue
		}
		if other, twice := first[a.Run]; twice {
			r.add(SeverityWarning, "run_not_unique", a.run, a.Name, "Action %s has the same `run` as action %s (line %d).", shown(a.Name), shown(other.Name), other.Line)
			continue
		}
		first[a.Run] = a
	}
}

func (r *reader) uniqueOutputs() {
	type place struct {
		action string
		line   int
	}
	first := map[string]place{}
	for i := range r.actions {
		a := &r.actions[i]
		for k, d := range a.Outputs {
			if other, twice := first[d.Pattern]; twice {
				r.add(SeverityWarning, "output_not_unique", a.outputs[k], a.Name, "The pattern %s of action %s stands in the file before: action %s, line %d.", shown(d.Pattern), shown(a.Name), shown(other.action), other.line)
				continue
			}
			first[d.Pattern] = place{a.Name, d.Line}
		}
	}
}

// expectationRules: the section was required in version 3 and is gone since 4.
func (r *reader) expectationRules() {
	e := r.expectations
	warn := func(at *yaml.Node, message string) { r.add(SeverityWarning, "expectations", at, "", "%s", message) }
	switch {
	case r.version >= 4:
		if !isNull(e) {
			warn(e, "`expectations` is not supported since version 4.")
		}
	case r.version != 3:
	case isNull(e):
		r.addAt(SeverityWarning, "expectations", 1, 1, "", "Version 3 requires `expectations` with a `population_size`.")
	case e.Kind != yaml.MappingNode:
		warn(e, "`expectations` must be a mapping.")
	default:
		r.populationRules(e, warn)
	}
}

func (r *reader) populationRules(e *yaml.Node, warn func(*yaml.Node, string)) {
	es, _ := entries(e)
	found := false
	for _, x := range es {
		if x.key.Value != "population_size" {
			warn(x.key, fmt.Sprintf("%s is not a key of `expectations`.", shown(x.key.Value)))
			continue
		}
		found = true
		if !isNumber(x.value) {
			warn(x.value, "`population_size` must be a number.")
		}
	}
	if !found {
		warn(e, "`expectations` must have a `population_size`.")
	}
}
