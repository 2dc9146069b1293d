//go:build !linux

package outputs_test

import "testing"

// smallDisk is for Linux only.
func smallDisk(*testing.T) string { return "" }
