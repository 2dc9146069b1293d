package e2e

import (
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
)

// owner runs a program, whose input it closes, and ends it when its own input
// ends: however the process that started it dies.
const owner = `
trap '' HUP INT TERM PIPE
"$@" </dev/null &
child=$!
read -r _
kill -TERM $child
wait $child || echo "ended with $?" >&2
`

// process is a program that runs beside the test, and ends with it.
type process struct {
	command *exec.Cmd
	alive   io.Closer // its end ends the program
	log     string    // the file that has what it wrote to stderr
}

// startProcess starts a program with more in its environment, which writes its
// stdout to out.
func startProcess(t T, out io.Writer, environment []string, program string, args ...string) *process {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatalf("log of %s: %v", program, err)
	}
	//nolint:gosec,noctx // our own script, which must outlive every context of the test
	command := exec.Command("/bin/sh", append([]string{"-c", owner, "owner", program}, args...)...)
	command.Env = append(os.Environ(), environment...)
	command.Stdout, command.Stderr = out, log
	alive, err := command.StdinPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	p := &process{command, alive, log.Name()}
	t.Cleanup(func() {
		if err := errors.Join(alive.Close(), command.Wait(), log.Close()); err != nil {
			t.Errorf("stop %s: %v\n%s", program, err, p.said())
		}
	})
	return p
}

// said is the end of what the program wrote to stderr.
func (p *process) said() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4000):])
}

// freeAddress is an address of this machine where nobody listens.
func freeAddress(t T) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err == nil {
		err = l.Close()
	}
	if err != nil {
		t.Fatalf("find a free port: %v", err)
	}
	return l.Addr().String()
}
