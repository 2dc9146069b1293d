// Package e2e drives Sallyport as people do: it builds the program, starts it,
// and looks at its pages in Chromium. It is a module of its own and imports
// nothing of the program, so that it sees what people see and no more. Its
// tests tell the main job; cmd/screenshots takes the pictures in
// docs/screenshots.
package e2e

import "context"

// T is what starting and driving things needs: a test, or a command that stands
// in for one.
type T interface {
	Helper()
	Context() context.Context
	TempDir() string
	Cleanup(f func())
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}
