package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"sallyport/pipeline"
)

// pipelineCommand groups what is done with project.yaml files.
type pipelineCommand struct {
	Check pipelineCheck `cmd:"" help:"Say what is wrong with project.yaml files, and where. Example: sallyport pipeline check project.yaml"`
}

type pipelineCheck struct {
	JSON  bool     `name:"json" help:"One JSON object a line."`
	Files []string `arg:"" name:"file" help:"The project.yaml files; /dev/stdin is what is piped in."`
}

// checkedPipeline is what `pipeline check --json` prints for a file.
type checkedPipeline struct {
	File     string                 `json:"file"`
	Readable bool                   `json:"readable"`
	Version  string                 `json:"version"`
	Actions  int                    `json:"actions"`
	Outputs  map[pipeline.Level]int `json:"outputs"`
	Problems []pipeline.Problem     `json:"problems"`
}

// Run reads each file and prints what it found. It finds something if a file
// is not there, not readable or breaks a rule.
func (p pipelineCheck) Run(c *console) error {
	var found error
	for _, name := range p.Files {
		data, err := readBounded(name, pipeline.MaxFileSize+1)
		if err != nil { // which keeps no other file from being read
			found = errFound
			if _, err := fmt.Fprintln(c.err, "sallyport:", err); err != nil {
				return err
			}
			continue
		}
		result := checkPipeline(name, data)
		if !result.Readable || pipeline.HasErrors(result.Problems) {
			found = errFound
		}
		if err := p.print(c.out, result); err != nil {
			return err
		}
	}
	return found
}

func checkPipeline(name string, data []byte) checkedPipeline {
	read, problems := pipeline.Read(data)
	out := checkedPipeline{
		File: name, Readable: read != nil, Problems: problems,
		Outputs: map[pipeline.Level]int{},
	}
	for _, l := range pipeline.Levels() {
		out.Outputs[l] = 0
	}
	if problems == nil {
		out.Problems = []pipeline.Problem{}
	}
	if read == nil {
		return out
	}
	out.Version, out.Actions = read.Version, len(read.Actions)
	for _, a := range read.Actions {
		for _, o := range a.Outputs {
			out.Outputs[o.Level]++
		}
	}
	return out
}

func (p pipelineCheck) print(w io.Writer, r checkedPipeline) error {
	if p.JSON {
		return json.NewEncoder(w).Encode(r)
	}
	if _, err := fmt.Fprintf(w, "%s: %s\n", r.File, r.summary()); err != nil {
		return err
	}
	for _, x := range r.Problems {
		if _, err := fmt.Fprintf(w, "%s:%d:%d: %s: %s\n", r.File, x.Line, x.Column, x.Severity, x.Message); err != nil {
			return err
		}
	}
	return nil
}

// summary is what a file amounts to, in a line.
func (r checkedPipeline) summary() string {
	if !r.Readable {
		return "cannot be read"
	}
	var levels []string
	for _, l := range pipeline.Levels() {
		if n := r.Outputs[l]; n > 0 {
			levels = append(levels, fmt.Sprintf("%d %s", n, l))
		}
	}
	outputs := "no outputs"
	if len(levels) > 0 {
		outputs = "outputs: " + strings.Join(levels, ", ")
	}
	s := "s"
	if r.Actions == 1 {
		s = ""
	}
	return fmt.Sprintf("can be read, %d action%s, %s", r.Actions, s, outputs)
}

// readBounded reads at most limit bytes of a file that somebody named on the
// command line.
func readBounded(name string, limit int64) ([]byte, error) {
	// A named pipe that nobody writes to is empty, and not waited for.
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // #nosec G304 -- the operator names the file
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}
