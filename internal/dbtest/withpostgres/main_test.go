package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sallyport/internal/dbtest"
)

func TestRun(t *testing.T) {
	t.Run("the command sees the cluster, and its status is returned", func(t *testing.T) {
		t.Setenv(dbtest.Env, "")
		file := filepath.Join(t.TempDir(), "address")
		code, err := run([]string{"sh", "-c", `echo "$` + dbtest.Env + `" >"$0"; exit 3`, file}, nil)
		if code != 3 || err != nil {
			t.Errorf("run = %d, %v; want 3, nil", code, err)
		}
		address := read(t, file)
		if !strings.HasPrefix(address, "postgres://") {
			t.Errorf("%s = %q, want an address", dbtest.Env, address)
		}
		_, host, _ := strings.Cut(address, "host=%2Ftmp%2F")
		host, _, _ = strings.Cut(host, "&")
		if host == "" {
			t.Fatalf("no directory in %q", address)
		}
		if _, err := os.Stat("/tmp/" + host); !os.IsNotExist(err) {
			t.Errorf("stat /tmp/%s = %v, want that it is gone", host, err)
		}
	})
	t.Run("a server that is there is used", func(t *testing.T) {
		t.Setenv(dbtest.Env, "postgres://elsewhere/")
		file := filepath.Join(t.TempDir(), "address")
		code, err := run([]string{"sh", "-c", `echo "$` + dbtest.Env + `" >"$0"`, file}, nil)
		if address := read(t, file); code != 0 || err != nil || address != "postgres://elsewhere/" {
			t.Errorf("run = %d, %v with address %q; want 0, nil, the one that was set", code, err, address)
		}
	})
	t.Run("no such command", func(t *testing.T) {
		t.Setenv(dbtest.Env, "postgres://elsewhere/")
		if code, err := run([]string{"/no/such/command"}, nil); code == 0 || err == nil {
			t.Errorf("run = %d, %v; want a failure", code, err)
		}
	})
}

func TestFollowHandsOnSignals(t *testing.T) {
	for name, test := range map[string]struct {
		script  string
		signals []os.Signal
		want    int
	}{
		"the first as it is":  {`echo >"$0"; sleep 60`, []os.Signal{syscall.SIGTERM}, 128 + 15},
		"the second as kill":  {`trap '' TERM; echo >"$0"; sleep 60; sleep 60`, []os.Signal{syscall.SIGTERM, syscall.SIGTERM}, 128 + 9},
		"to its children too": {`trap 'exit 7' TERM; echo >"$0"; sleep 60`, []os.Signal{syscall.SIGTERM}, 7},
	} {
		t.Run(name, func(t *testing.T) {
			// The fifo tells when the command runs and has set its trap.
			fifo := filepath.Join(t.TempDir(), "runs")
			if err := syscall.Mkfifo(fifo, 0o600); err != nil {
				t.Fatal(err)
			}
			signals := make(chan os.Signal, len(test.signals))
			go func() {
				_, _ = os.ReadFile(fifo)
				for _, s := range test.signals {
					signals <- s
				}
			}()
			code, err := follow([]string{"sh", "-c", test.script, fifo}, os.Environ(), signals)
			if code != test.want || err != nil {
				t.Errorf("follow = %d, %v; want %d, nil", code, err, test.want)
			}
		})
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}
