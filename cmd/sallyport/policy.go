package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"time"

	"sallyport/policy"
	"sallyport/review"
)

// policyCommand groups what is done with policies.
type policyCommand struct {
	Check policyCheck `cmd:"" help:"Say what is wrong with a policy, and what would hold. Example: sallyport policy check project.yaml --organisation organisation.yaml"`
}

type policyCheck struct {
	JSON         bool   `name:"json" help:"One JSON object."`
	Organisation string `name:"organisation" help:"The organisation’s policy; then FILE is a project’s, which may only tighten it." type:"path" placeholder:"FILE"`
	File         string `arg:"" name:"file" help:"The policy; /dev/stdin is what is piped in."`
}

// checkedPolicy is what `policy check --json` prints.
type checkedPolicy struct {
	File     string           `json:"file"`
	Readable bool             `json:"readable"`
	Problems []policy.Problem `json:"problems"`
	Policy   *review.Policy   `json:"policy"` // what would hold; null if something is wrong
	Hash     string           `json:"hash,omitempty"`
}

// Run prints what is wrong with a policy, or what would hold.
func (p policyCheck) Run(c *console) error {
	above := review.DefaultPolicy()
	if p.Organisation != "" {
		doc, err := readPolicy(p.Organisation)
		if err != nil {
			return usageError{err.Error()}
		}
		above = doc.Values.Over(above)
	}
	text, err := readBounded(p.File, policy.MaxSize+1)
	if err != nil {
		return err
	}
	doc, problems := policy.Parse(text)
	if len(problems) == 0 && p.Organisation != "" {
		problems = doc.Tightens(above)
	}
	result := checkedPolicy{File: p.File, Readable: true, Problems: problems}
	if len(problems) == 0 {
		holds := doc.Values.Over(above)
		result.Policy, result.Hash, result.Problems = &holds, holds.Hash(), []policy.Problem{}
	}
	if err := p.print(c.out, result); err != nil {
		return err
	}
	if len(problems) > 0 {
		return errFound
	}
	return nil
}

func (p policyCheck) print(w io.Writer, r checkedPolicy) error {
	encoder := json.NewEncoder(w)
	if p.JSON {
		return encoder.Encode(r)
	}
	for _, x := range r.Problems {
		if _, err := fmt.Fprintf(w, "%s:%d:%d: %s\n", r.File, x.Line, x.Column, said(x)); err != nil {
			return err
		}
	}
	if len(r.Problems) > 0 {
		return nil
	}
	if _, err := fmt.Fprintf(w, "%s: can be used; where nothing else is said, this would hold:\n", r.File); err != nil {
		return err
	}
	encoder.SetIndent("", "  ")
	return encoder.Encode(r.Policy)
}

// said is a problem without its place.
func said(p policy.Problem) string {
	if p.Key == "" {
		return p.Message
	}
	return p.Key + ": " + p.Message
}

// readPolicy reads a document of a file, or says everything that is wrong with it.
func readPolicy(name string) (policy.Document, error) {
	text, err := readBounded(name, policy.MaxSize+1)
	if err != nil {
		return policy.Document{}, err
	}
	doc, problems := policy.Parse(text)
	wrong := make([]error, 0, len(problems))
	for _, p := range problems {
		wrong = append(wrong, fmt.Errorf("%s: %s", name, p))
	}
	return doc, errors.Join(wrong...)
}

// defaultPolicyFile is the installation's document in POLICY_DIR.
const defaultPolicyFile = "default.yaml"

// heldFor are the built-in defaults with another hold.
func heldFor(hold time.Duration) review.Policy {
	p := review.DefaultPolicy()
	p.HoldSeconds = int64(hold / time.Second)
	return p
}

// installationPolicy is what holds where nothing else is said: the built-in
// defaults, over them the hold of the settings, over it the document of dir. A
// directory without one says nothing.
func installationPolicy(dir string, hold time.Duration) (review.Policy, error) {
	p := heldFor(hold)
	if dir == "" {
		return p, nil
	}
	if err := isDirectory(dir); err != nil {
		return p, err
	}
	doc, err := readPolicy(filepath.Join(dir, defaultPolicyFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return p, nil
	case err != nil:
		return p, err
	}
	return doc.Values.Over(p), nil
}
