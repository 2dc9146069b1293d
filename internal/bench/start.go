package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// startLimit is how long the demo may take before it counts as not starting.
const startLimit = time.Minute

// start measures how long the demo takes from its start to being ready, with a
// new sample each time.
func (b *bench) start() error {
	var all []float64
	for n := range 5 {
		seconds, err := b.startOnce(filepath.Join(b.dir, fmt.Sprintf("demo-%d", n)))
		if err != nil {
			return err
		}
		all = append(all, seconds)
	}
	slices.Sort(all)
	typical := all[len(all)/2]
	b.addRow(row{
		work: "start to ready, demo, median of 5", on: onSQLite, measured: lasted(typical), value: typical,
		bar: bar{text: "≤ 2 s", limit: 2},
	})
	return nil
}

func (b *bench) startOnce(data string) (seconds float64, err error) {
	address, err := freeAddress(b.ctx)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(b.ctx, startLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, b.program, "demo", "--listen", address, "--data", data) //nolint:gosec // the program that is measured
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = startLimit
	cmd.Stderr = os.Stderr
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	err = ready(ctx, "http://"+address+"/readyz")
	seconds = time.Since(began).Seconds()
	cancel()
	if ended := cmd.Wait(); ended != nil && !errors.Is(ended, context.Canceled) {
		err = errors.Join(err, ended)
	}
	return seconds, err
}

// freeAddress is an address that nobody listens on.
func freeAddress(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// ready asks until the answer is that everything is ready.
func ready(ctx context.Context, address string) error {
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for {
		if ok, err := readyNow(ctx, address); ok {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the program is not ready: %w", ctx.Err())
		case <-again.C:
		}
	}
}

func readyNow(ctx context.Context, address string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return true, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false, nil //nolint:nilerr // nobody listens yet
	}
	return res.StatusCode == http.StatusOK, res.Body.Close()
}
