package pipeline

// ActionOutputs is what one action of a job request's pipeline declares and
// what came of it. Why a file may not be requested is not said here: that is a
// rule, and needs what this holds.
type ActionOutputs struct {
	Action     string           `json:"action"`
	InPipeline bool             `json:"in_pipeline"` // false: the job ran, but the pipeline has no such action
	Requested  bool             `json:"requested"`
	Job        *Job             `json:"job"` // nil: the action did not run
	Outputs    []DeclaredOutput `json:"outputs"`
	Undeclared []Written        `json:"undeclared"` // of this job, at no level that the action declares
}

// DeclaredOutput is a declared pattern with the files of this job request that
// match it, by path.
type DeclaredOutput struct {
	Declared
	Files []Written `json:"files"`
}

// JobStatus returns the status of the action's job, and whether it has one.
func (row ActionOutputs) JobStatus() (Status, bool) {
	if row.Job == nil {
		return "", false
	}
	return row.Job.Status.Or(StatusUnknown), true
}

// Table returns, for each action of the pipeline in the order of the file and
// then for each job whose action is not in it, the declared patterns with the
// files that this job request wrote. The pipeline may be nil. Files of other
// job requests are left out.
func Table(r JobRequest, p *Pipeline, written []Written) []ActionOutputs {
	files := map[string][]Written{}
	for _, w := range written {
		if w.JobRequest == r.Identifier {
			files[w.Action] = append(files[w.Action], w)
		}
	}
	jobs := map[string]*Job{}
	ran := r.Ran(p)
	for i := range ran {
		jobs[ran[i].Action] = &ran[i]
	}
	table := []ActionOutputs{}
	inPipeline := map[string]bool{}
	if p != nil {
		for _, a := range p.Actions {
			inPipeline[a.Name] = true
			row := ActionOutputs{Action: a.Name, InPipeline: true, Requested: r.Requests(a.Name), Job: jobs[a.Name]}
			row.fill(a, files[a.Name])
			table = append(table, row)
		}
	}
	for i, j := range ran {
		if inPipeline[j.Action] {
			continue
		}
		row := ActionOutputs{Action: j.Action, Requested: r.Requests(j.Action), Job: &ran[i]}
		row.fill(Action{Name: j.Action}, files[j.Action])
		table = append(table, row)
	}
	return table
}

// fill puts each file under every pattern of its level that it matches.
func (row *ActionOutputs) fill(a Action, files []Written) {
	sortWritten(files)
	patterns := make([]string, len(a.Outputs))
	row.Outputs = make([]DeclaredOutput, len(a.Outputs))
	for i, d := range a.Outputs {
		patterns[i] = d.Pattern
		row.Outputs[i] = DeclaredOutput{Declared: d, Files: []Written{}}
	}
	row.Undeclared = []Written{}
	m := NewMatcher(patterns)
	for _, w := range files {
		placed := false
		for _, i := range m.Match(nil, w.Path) {
			if out := &row.Outputs[i]; out.Level == w.Level {
				out.Files = append(out.Files, w)
				placed = true
			}
		}
		if !placed {
			row.Undeclared = append(row.Undeclared, w)
		}
	}
}
