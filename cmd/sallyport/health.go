package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// healthCommand asks a running program whether it is ready: for containers,
// which have nothing else to ask with.
type healthCommand struct {
	URL string `arg:"" optional:"" placeholder:"URL" help:"What to ask; /readyz at SALLYPORT_LISTEN on this machine if left out."`
}

// healthTime is how long an answer may take.
const healthTime = 5 * time.Second

// Run asks, and prints what was answered.
func (h healthCommand) Run(c *console) error {
	if h.URL == "" {
		listen, err := fromEnvironment("LISTEN", c.lookup)
		if err != nil {
			return usageError{err.Error()}
		}
		if h.URL, err = readyAt(orElse(listen, "127.0.0.1:8080")); err != nil {
			return usageError{err.Error()}
		}
	}
	ctx, cancel := context.WithTimeout(c.ctx, healthTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL, nil)
	if err != nil {
		return usageError{err.Error()}
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(c.out, io.LimitReader(answer.Body, 1<<20)); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", h.URL, answer.Status)
	}
	return nil
}

// readyAt is where a program that listens at an address says whether it is
// ready. One that listens everywhere is asked on loopback.
func readyAt(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", fmt.Errorf("SALLYPORT_LISTEN: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port) + "/readyz", nil
}
