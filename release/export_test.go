package release

// Before makes the directory call f before each system call, with its name. If
// f returns an error, that is what the call fails with.
func (d *Directory) Before(f func(step string) error) { d.steps = f }

// ErrNoMove is what a file system answers that cannot move without the danger
// of overwriting.
var ErrNoMove = errNoMove
