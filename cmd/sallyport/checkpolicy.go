package main

import (
	"bytes"
	"fmt"
	"regexp"

	"gopkg.in/yaml.v3"

	"sallyport/checks"
)

// maxPolicy bounds a policy in bytes.
const maxPolicy = 1 << 20

// checkPolicy is the part of a policy that checks read.
type checkPolicy struct {
	Checks struct {
		Threshold        *int            `yaml:"threshold"`
		ZeroIsLow        bool            `yaml:"zero_is_low"`
		Rounding         checks.Control  `yaml:"rounding"`
		Masks            []string        `yaml:"masks"`
		MaxRows          *int64          `yaml:"max_rows"`
		DegreesOfFreedom *int            `yaml:"degrees_of_freedom"`
		Dominance        []dominanceRule `yaml:"dominance"`
		PPercent         *float64        `yaml:"p_percent"`
		Patterns         []patternRule   `yaml:"patterns"`
		Off              []string        `yaml:"off"`
	} `yaml:"checks"`
	Others map[string]any `yaml:",inline"` // the other parts of a policy
}

type dominanceRule struct {
	N     int     `yaml:"n"`
	Share float64 `yaml:"share"`
}

type patternRule struct {
	Name string `yaml:"name"`
	Like string `yaml:"like"`
}

// readCheckPolicy reads the part of a policy that checks read, over the
// defaults. A key that is not known is refused.
func readCheckPolicy(name string) (checks.Profile, error) {
	p := checks.DefaultProfile()
	data, err := readBounded(name, maxPolicy+1)
	if err != nil {
		return p, err
	}
	if len(data) > maxPolicy {
		return p, fmt.Errorf("%s is longer than 1 MiB", name)
	}
	var in checkPolicy
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&in); err != nil {
		return p, fmt.Errorf("%s: %w", name, err)
	}
	c := in.Checks
	override(&p.Threshold, c.Threshold)
	override(&p.MaxRows, c.MaxRows)
	override(&p.DegreesOfFreedom, c.DegreesOfFreedom)
	override(&p.PPercent, c.PPercent)
	p.ZeroIsLow, p.Rounding, p.Masks, p.Off = c.ZeroIsLow, c.Rounding, c.Masks, c.Off
	if c.Dominance != nil {
		p.Dominance = nil
	}
	for _, d := range c.Dominance {
		p.Dominance = append(p.Dominance, checks.Dominance{N: d.N, Share: d.Share})
	}
	for _, x := range c.Patterns {
		like, err := regexp.Compile(x.Like)
		if err != nil {
			return p, fmt.Errorf("%s: the pattern %q: %w", name, x.Name, err)
		}
		p.Patterns = append(p.Patterns, checks.Pattern{Name: x.Name, Like: like})
	}
	return p, p.Check()
}

// override takes a value where one was given.
func override[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}
