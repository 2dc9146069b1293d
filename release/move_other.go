//go:build !linux

package release

import "errors"

// errNoMove says that the system cannot move a file without the danger of
// overwriting another.
var errNoMove = errors.New("this system cannot move without overwriting")

// moveNew is for Linux only.
func moveNew(int, string, int, string) error { return errNoMove }

// dropCache is for Linux only.
func dropCache(int) {}
