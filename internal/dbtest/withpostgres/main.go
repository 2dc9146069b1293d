// Command withpostgres runs a command with a PostgreSQL cluster for tests, and
// takes the cluster away when the command has ended:
//
//	withpostgres go test ./...
//
// The command finds the cluster's address in SALLYPORT_TEST_POSTGRES. Where that
// is set already, that server is used and left alone. Ctrl-C and other signals
// reach the command and everything it started; a second one kills them. The
// exit status is the command's.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"sallyport/internal/dbtest"
	"sallyport/internal/dbtest/cluster"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: withpostgres COMMAND [ARGUMENT]…")
		os.Exit(2)
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM)
	code, err := run(os.Args[1:], signals)
	if err != nil {
		fmt.Fprintln(os.Stderr, "withpostgres:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// run starts the cluster, runs the command and stops the cluster. It returns
// the command's exit status.
func run(command []string, signals <-chan os.Signal) (code int, err error) {
	if os.Getenv(dbtest.Env) != "" {
		return follow(command, os.Environ(), signals)
	}
	c, err := cluster.Start()
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, c.Stop()) }()
	return follow(command, append(os.Environ(), dbtest.Env+"="+c.URL()), signals)
}

// follow runs the command in a process group of its own, hands on signals to
// the whole group, and returns when the command has ended.
func follow(command, environment []string, signals <-chan os.Signal) (int, error) {
	//nolint:gosec,noctx // to run what it is given, until that ends, is what this program is for
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = environment, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return 1, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for seen := 0; ; {
		select {
		case s := <-signals:
			if seen++; seen > 1 {
				s = syscall.SIGKILL
			}
			// The group may have ended by itself: that is what we want.
			_ = syscall.Kill(-cmd.Process.Pid, s.(syscall.Signal))
		case err := <-ended:
			return status(cmd.ProcessState), unlessExit(err)
		}
	}
}

// status is the exit status of an ended command as a shell would give it.
func status(state *os.ProcessState) int {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return state.ExitCode()
}

// unlessExit leaves out the error that only says that a command failed: the
// status says that.
func unlessExit(err error) error {
	if _, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil
	}
	return err
}
