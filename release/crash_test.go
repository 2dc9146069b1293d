package release_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"sallyport/release"
	"sallyport/review"
)

// crashVariable makes the test binary a process that delivers and kills
// itself: `<folder> <parallel> <step>`.
const crashVariable = "SALLYPORT_RELEASE_TEST_CRASH"

func TestMain(m *testing.M) {
	if v := os.Getenv(crashVariable); v != "" {
		os.Exit(deliverAndDie(strings.Fields(v)))
	}
	os.Exit(m.Run())
}

// A failure at any system call of a delivery leaves nothing that was not
// approved, and the next attempt delivers everything.
func TestDeliverFailsAnywhere(t *testing.T) {
	steps := 1
	for n := 0; n < steps; n++ {
		v, dir := vault(t.TempDir()), t.TempDir()
		files := someFiles(t, v)
		r := approved(t, files, "one")
		r.onDone = func() { checkComplete(t, v, files, dir) }
		d := release.NewDirectory("one", dir)
		seen, failed := 0, ""
		d.Before(func(step string) error {
			seen++
			if seen == n {
				failed = step
				return unix.ENOSPC
			}
			return nil
		})
		w := worker(r, v, d)
		w.Parallel = 1
		err := w.Deliver(t.Context(), item)
		steps = max(steps, seen+1)
		if n > 0 && !errors.Is(err, unix.ENOSPC) {
			t.Errorf("Deliver with ENOSPC at step %d (%s) = %v", n, failed, err)
		}
		checkSafe(t, v, files, dir, r.c.Arrived)
		d.Before(nil)
		if err := w.Deliver(t.Context(), item); err != nil || !r.released() {
			t.Errorf("Deliver after ENOSPC at step %d (%s) = %v", n, failed, err)
		}
		checkComplete(t, v, files, dir)
	}
	if steps < 80 {
		t.Errorf("a delivery has only %d steps: is it watched?", steps)
	}
}

// A process killed at any system call of a delivery, while it carries one file
// or several, leaves nothing that was not approved, and the next one delivers
// everything.
func TestDeliverKilledAnywhere(t *testing.T) {
	for _, parallel := range []int{1, 3} {
		for n := 1; n <= 75; n += 3 {
			t.Run(fmt.Sprintf("%d at a time, step %d", parallel, n), func(t *testing.T) {
				t.Parallel()
				killAt(t, parallel, n)
			})
		}
	}
}

func killAt(t *testing.T, parallel, n int) {
	folder := t.TempDir()
	v, dir := vault(filepath.Join(folder, "vault")), filepath.Join(folder, "to")
	if err := errors.Join(os.Mkdir(string(v), 0o750), os.Mkdir(dir, 0o750)); err != nil {
		t.Fatal(err)
	}
	files := someFiles(t, v)
	b, err := json.Marshal(files)
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "files"), b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	run := func(step int) *os.ProcessState {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %d", crashVariable, folder, parallel, step))
		var output bytes.Buffer
		cmd.Stdout, cmd.Stderr = &output, &output
		err := cmd.Run()
		if cmd.ProcessState == nil || err != nil && cmd.ProcessState.ExitCode() >= 0 {
			t.Errorf("the process to be killed at step %d ended with %v: %s", step, err, &output)
		}
		return cmd.ProcessState
	}
	died := run(n)
	if status, ok := died.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL {
		t.Errorf("the process was not killed at step %d: %v", n, died)
	}
	checkSafe(t, v, files, dir, receiptsIn(t, folder))
	if ended := run(0); !ended.Success() {
		t.Errorf("the process after the one that was killed at step %d: %v", n, ended)
	}
	checkComplete(t, v, files, dir)
	if got := len(receiptsIn(t, folder)); got != len(files) {
		t.Errorf("%d receipts, want %d", got, len(files))
	}
}

// deliverAndDie is the process: it delivers what is in the vault of the folder,
// and kills itself before the given system call, if there is one.
func deliverAndDie(arguments []string) int {
	folder := arguments[0]
	parallel, err1 := strconv.Atoi(arguments[1])
	at, err2 := strconv.ParseInt(arguments[2], 10, 64)
	if err := errors.Join(err1, err2); err != nil {
		fmt.Println(err)
		return 2
	}
	d := release.NewDirectory("one", filepath.Join(folder, "to"))
	var steps atomic.Int64
	d.Before(func(string) error {
		if steps.Add(1) == at {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // it takes a moment
		}
		return nil
	})
	r, err := onDisk(folder)
	if err != nil {
		fmt.Println(err)
		return 2
	}
	w := worker(r, vault(filepath.Join(folder, "vault")), d)
	w.Parallel = parallel
	if err := w.Deliver(context.Background(), item); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// persistent is a request whose receipts are in a file.
type persistent struct {
	c      review.Consignment
	folder string
}

func onDisk(folder string) (*persistent, error) {
	b, err := os.ReadFile(filepath.Join(folder, "files"))
	if err != nil {
		return nil, err
	}
	p := &persistent{folder: folder}
	p.c = review.Consignment{Request: requestID, Workspace: workspace, Destinations: []string{"one"}, Begun: true}
	if err := json.Unmarshal(b, &p.c.Files); err != nil {
		return nil, err
	}
	for i := range p.c.Files {
		p.c.IDs = append(p.c.IDs, review.FileID(strconv.Itoa(i)))
	}
	p.c.Arrived, err = readReceipts(folder)
	return p, err
}

func (p *persistent) BeginDelivery(context.Context, review.RequestID) error { return nil }

func (p *persistent) Consignment(context.Context, review.RequestID) (review.Consignment, error) {
	if len(p.c.Arrived) == len(p.c.Files) {
		return review.Consignment{}, review.ErrStatus
	}
	return p.c, nil
}

func (p *persistent) RecordDeliveries(_ context.Context, _ review.RequestID, arrived []review.Delivered) error {
	f, err := os.OpenFile(filepath.Join(p.folder, "receipts"), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for _, d := range arrived {
		if err := json.NewEncoder(&b).Encode(d); err != nil {
			return err
		}
	}
	_, err = f.Write(b.Bytes())
	return errors.Join(err, f.Close())
}

func readReceipts(folder string) ([]review.Delivered, error) {
	b, err := os.ReadFile(filepath.Join(folder, "receipts"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var all []review.Delivered
	for line := range bytes.Lines(b) {
		var d review.Delivered
		if err := json.Unmarshal(line, &d); err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, err
}

func receiptsIn(t *testing.T, folder string) []review.Delivered {
	t.Helper()
	all, err := readReceipts(folder)
	if err != nil {
		t.Error(err)
	}
	return all
}

// checkSafe checks what must hold at any moment: every name means approved
// bytes, what has a receipt is there, and a manifest only where all files are.
func checkSafe(t *testing.T, v vault, files []review.Source, dir string, receipts []review.Delivered) {
	t.Helper()
	got, want := tree(t, dir), delivered(t, v, files)
	manifest := filepath.Join(workspace, requestID, "manifest.json")
	if _, ok := got[manifest]; ok && len(got) != len(want)+1 {
		t.Errorf("a manifest beside %d of %d files", len(got)-1, len(want))
	}
	delete(got, manifest)
	for name, b := range got {
		if whole, ok := want[name]; !ok || b != whole {
			t.Errorf("%s is at the destination with %d bytes, which were not approved", name, len(b))
		}
	}
	for _, d := range receipts {
		if _, ok := got[filepath.FromSlash(d.Location)]; !ok {
			t.Errorf("receipt %+v of what is not there", d)
		}
	}
}

// checkComplete checks that all files and the manifest are there, and nothing
// else.
func checkComplete(t *testing.T, v vault, files []review.Source, dir string) {
	t.Helper()
	got := tree(t, dir)
	manifest := filepath.Join(workspace, requestID, "manifest.json")
	for _, f := range files {
		if !strings.Contains(got[manifest], f.SHA256) {
			t.Errorf("manifest.json does not name %s", f.Path)
		}
	}
	delete(got, manifest)
	if diff := cmp.Diff(delivered(t, v, files), got); diff != "" {
		t.Errorf("delivered (-want +got):\n%s", diff)
	}
	if names := left(t, dir); len(names) != 0 {
		t.Errorf("left in .sallyport: %q", names)
	}
}
