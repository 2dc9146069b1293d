package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"gopkg.in/yaml.v3"

	"sallyport/auth"
	"sallyport/review"
)

// maxMapping bounds a ROLE_MAPPING file, in bytes.
const maxMapping = 1 << 20

// roleMapping reads the ROLE_MAPPING file (docs/sign-in.md "Roles from the
// provider"). What is wrong with it is said all at once, with lines.
func roleMapping(file string) (auth.Mapping, error) {
	f, err := os.Open(file) // #nosec G304 -- the operator names the file
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxMapping+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxMapping {
		return nil, fmt.Errorf("%s: more than %d bytes", file, maxMapping)
	}
	m, err := parseMapping(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return m, nil
}

// mappedRole is one role of a claim's value, with the line where it stands.
type mappedRole struct {
	Role  string `yaml:"role"`
	Scope string `yaml:"scope"`
	line  int
}

// UnmarshalYAML reads role and scope, and nothing else.
func (r *mappedRole) UnmarshalYAML(n *yaml.Node) error {
	r.line = n.Line
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: a role is {role: …, scope: …}", n.Line)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if value.Kind != yaml.ScalarNode {
			return fmt.Errorf("line %d: %s must be a word", value.Line, key.Value)
		}
		switch key.Value {
		case "role":
			r.Role = value.Value
		case "scope":
			r.Scope = value.Value
		default:
			return fmt.Errorf("line %d: a role has no %q; it has role and scope", key.Line, key.Value)
		}
	}
	return nil
}

// parseMapping reads one document: each value of the claim with its roles. A
// value that stands there twice is refused by the YAML reader.
func parseMapping(b []byte) (auth.Mapping, error) {
	var values map[string][]mappedRole
	d := yaml.NewDecoder(bytes.NewReader(b))
	switch err := d.Decode(&values); {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, err
	case len(values) == 0:
		return nil, errors.New("no value of the claim is named")
	case !errors.Is(d.Decode(&yaml.Node{}), io.EOF):
		return nil, errors.New("there is more than one document")
	}
	m := auth.Mapping{}
	var problems []error
	for _, value := range slices.Sorted(maps.Keys(values)) {
		roles := values[value]
		if value == "" || len(roles) == 0 {
			problems = append(problems, fmt.Errorf("the value %q has no name or no roles", value))
		}
		for _, r := range roles {
			mapped := auth.MappedRole{Role: review.Role(r.Role), Scope: review.Scope(r.Scope)}
			if err := auth.CheckMapped(mapped); err != nil {
				problems = append(problems, fmt.Errorf("line %d: %s: %w", r.line, value, err))
			}
			m[value] = append(m[value], mapped)
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return m, nil
}
