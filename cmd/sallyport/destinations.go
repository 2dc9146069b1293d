package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gopkg.in/yaml.v3"

	"sallyport/release"
)

// destination is one entry of the DESTINATIONS file.
type destination struct {
	Name string `yaml:"name"`
	Kind string `yaml:"kind"`
	Path string `yaml:"path"`
}

// destinations reads the DESTINATIONS file (docs/release.md).
func destinations(file string) ([]release.Destination, error) {
	f, err := os.Open(file) // #nosec G304 -- the operator names the file
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var entries []destination
	d := yaml.NewDecoder(io.LimitReader(f, maxSettingsFile))
	d.KnownFields(true)
	if err := d.Decode(&entries); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return openDestinations(entries)
}

func openDestinations(entries []destination) ([]release.Destination, error) {
	if len(entries) == 0 {
		return nil, errors.New("no destination is named")
	}
	var list []release.Destination
	seen := map[string]bool{}
	for i, e := range entries {
		switch {
		case e.Name == "" || seen[e.Name]:
			return nil, fmt.Errorf("destination %d needs a name of its own", i+1)
		case e.Kind != "directory":
			return nil, fmt.Errorf("destination %s: there is no kind %q; there is directory", e.Name, e.Kind)
		case !filepath.IsAbs(e.Path):
			return nil, fmt.Errorf("destination %s: path must be absolute", e.Name)
		}
		seen[e.Name] = true
		list = append(list, release.NewDirectory(e.Name, e.Path))
	}
	return list, nil
}
