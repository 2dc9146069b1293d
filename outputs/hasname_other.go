//go:build !linux

package outputs

// settle is for Linux, as hasName is.
func settle(int) error { return nil }

// hasName is for Linux, where Sallyport runs in production. Elsewhere nothing
// says by which name a file was opened.
func hasName(_, _ uintptr, _ string) (bool, error) { return true, nil }
