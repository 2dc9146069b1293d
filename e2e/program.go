package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// patience is how long something may take that takes a moment: a page, a
// program's start. A busy machine needs it.
const patience = 60 * time.Second

// top is the repository, seen from the folder of this package, in which its
// tests run, or from the top itself.
var top = sync.OnceValues(func() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		b, err := os.ReadFile(filepath.Join(dir, "go.mod")) //nolint:gosec // our own file
		if err == nil && bytes.HasPrefix(b, []byte("module sallyport\n")) {
			return dir, nil
		}
	}
	return "", errors.New("this is not in the repository")
})

// goBuild builds a program of a module of the repository into bin, which a
// second process waits for.
func goBuild(module, name, what string) (string, error) {
	dir, err := top()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "bin", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // as git makes it
		return "", err
	}
	lock, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // our own file
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	command := exec.Command("go", "build", "-buildvcs=false", "-o", path, what) //nolint:gosec,noctx // our own code
	command.Dir = filepath.Join(dir, module)
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", what, err, out)
	}
	return path, nil
}

// build builds the program, once.
var build = sync.OnceValues(func() (string, error) { return goBuild(".", "sallyport-e2e", "./cmd/sallyport") })

// Program is a running Sallyport.
type Program struct {
	URL        string
	Workspaces string // the directory of the workspaces
	Released   string // where released files arrive

	t           T
	dir         string // where it keeps everything
	binary      string
	issuer      string            // the sign-in provider's address, if it is not the program's
	tokens      map[string]string // of the demo's people
	environment []string          // of commands on the same database
	data        []string          // the same, as a flag
	process     *process
}

// StartDemo starts the demo with a new sample.
func StartDemo(t T) *Program {
	t.Helper()
	p := newProgram(t)
	dir := p.dir
	tokens := filepath.Join(dir, "tokens.json")
	p.data = []string{"--data", filepath.Join(dir, "data")}
	p.Workspaces, p.Released = filepath.Join(dir, "data/workspaces"), filepath.Join(dir, "data/released")
	out, in := io.Pipe()
	p.process = startProcess(t, in, nil, p.binary, append([]string{"demo", "--listen", "127.0.0.1:0", "--tokens", tokens}, p.data...)...)
	found := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if _, address, ok := strings.Cut(lines.Text(), "demo is at "); ok {
				found <- address
			}
		}
	}()
	t.Cleanup(func() { _ = in.Close() })
	select {
	case p.URL = <-found:
	case <-time.After(patience):
		t.Fatalf("the demo did not say where it is:\n%s", p.process.said())
	}
	p.ready()
	text, err := os.ReadFile(tokens) //nolint:gosec // our own file
	if err == nil {
		err = json.Unmarshal(text, &p.tokens)
	}
	if err != nil {
		t.Fatalf("tokens of the demo: %v", err)
	}
	return p
}

func newProgram(t T) *Program {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatalf("%v", err)
	}
	p := &Program{t: t, binary: binary, dir: t.TempDir()}
	t.Cleanup(func() { p.quiet() })
	return p
}

// quiet fails the test if the program logged an error.
func (p *Program) quiet() {
	if p.process == nil {
		return
	}
	text, err := os.ReadFile(p.process.log)
	if err != nil {
		p.t.Errorf("log of the program: %v", err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, `"level":"ERROR"`) || strings.HasPrefix(line, "panic") || strings.HasPrefix(line, "ended with") {
			p.t.Errorf("the program logged: %s", line)
		}
	}
}

// ready waits until the program says that it is.
func (p *Program) ready() {
	p.t.Helper()
	Until(p.t, "the program is ready", func(ctx context.Context) error {
		return fetch(ctx, p.URL+"/readyz", "")
	})
}

// fetch asks for an address, which must answer 200 and with some words.
func fetch(ctx context.Context, address, words string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && (answer.StatusCode != http.StatusOK || !strings.Contains(string(body), words)) {
		err = fmt.Errorf("%s: %s %.200s", address, answer.Status, body)
	}
	return err
}

// Until tries something again and again until it succeeds.
func Until(t T, what string, try func(context.Context) error) {
	t.Helper()
	if err := await(t.Context(), try); err != nil {
		t.Fatalf("not so after %v: %s: %v", patience, what, err)
	}
}

// await tries something again and again, for a while, and returns why it does
// not succeed.
func await(ctx context.Context, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return err
		}
	}
}

// Run runs a command of the program on the same database, and returns what it
// printed. It must succeed.
func (p *Program) Run(args ...string) string {
	p.t.Helper()
	//nolint:gosec // the program under test
	command := exec.CommandContext(p.t.Context(), p.binary, append(args, p.data...)...)
	command.Env = append(os.Environ(), p.environment...)
	var said bytes.Buffer
	command.Stderr = &said
	out, err := command.Output()
	if err != nil {
		p.t.Fatalf("sallyport %s: %v\n%s%s", strings.Join(args, " "), err, out, said.Bytes())
	}
	return string(out)
}
