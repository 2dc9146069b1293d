package outputs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/sys/unix"

	"sallyport/outputs"
	"sallyport/outputs/vaulttest"
)

func TestDirVault(t *testing.T) {
	vaulttest.Run(t, func(t *testing.T) outputs.Vault {
		v, _ := dirVault(t)
		return v
	})
}

func dirVault(t testing.TB) (*outputs.DirVault, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "vault")
	return openVault(t, dir), dir
}

func openVault(t testing.TB, dir string) *outputs.DirVault {
	t.Helper()
	v, err := outputs.OpenDirVault(dir, time.Now)
	if err != nil {
		t.Fatalf("OpenDirVault = %v", err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	return v
}

func TestOpenDirVaultRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	writeFile(t, file, "")
	for _, dir := range []string{file, filepath.Join(file, "vault"), filepath.Join(t.TempDir(), "a", "b")} {
		if v, err := outputs.OpenDirVault(dir, time.Now); err == nil {
			t.Errorf("OpenDirVault(%s) = %v, nil", dir, v)
		}
	}
	if v, err := outputs.OpenDirVault(t.TempDir(), nil); err == nil {
		t.Errorf("OpenDirVault without a clock = %v, nil", v)
	}
}

func TestDirVaultIsPrivate(t *testing.T) {
	v, dir := dirVault(t)
	if _, _, err := v.Keep(t.Context(), strings.NewReader("a")); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		st, err := e.Info()
		want := fs.FileMode(0o600)
		if e.IsDir() {
			want = 0o700
		}
		if err == nil && st.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, st.Mode().Perm(), want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDirVaultSweeps(t *testing.T) {
	v, dir := dirVault(t)
	sha, _, err := v.Keep(t.Context(), strings.NewReader("a"))
	if err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(dir, "tmp", "7")
	writeFile(t, left, "half a fi")
	// A file that is being written, by another process as far as one can tell.
	started, more := make(chan struct{}), make(chan struct{})
	done := make(chan error)
	go func() {
		_, _, err := v.Keep(t.Context(), readFunc(func(p []byte) (int, error) {
			started <- struct{}{}
			<-more
			return 0, errors.New("enough")
		}))
		done <- err
	}()
	<-started
	again := openVault(t, dir)
	names := tmpNames(t, dir)
	if len(names) != 1 || names[0] == "7" {
		t.Errorf("tmp holds %v after opening again, want only what is being written", names)
	}
	close(more)
	if err := <-done; err == nil || !strings.Contains(err.Error(), "enough") {
		t.Errorf("Keep = %v", err)
	}
	if names := tmpNames(t, dir); len(names) != 0 {
		t.Errorf("tmp holds %v after Keep failed", names)
	}
	if err := again.Verify(t.Context(), sha); err != nil {
		t.Errorf("Verify = %v", err)
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

func tmpNames(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "tmp"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestDirVaultLeavesCopiesAlone(t *testing.T) {
	v, dir := dirVault(t)
	sha, _, err := v.Keep(t.Context(), strings.NewReader("first"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, sha[:2], sha)
	long := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(path, long, long); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := v.Keep(t.Context(), strings.NewReader("first")); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(before, after) {
		t.Error("Keep of bytes that are there wrote them again")
	}
	if time.Since(after.ModTime()) > time.Hour {
		t.Errorf("Keep of bytes that are there did not touch them: %v", after.ModTime())
	}
}

func TestDirVaultFindsDamage(t *testing.T) {
	for name, damage := range map[string]string{"shorter": "firs", "other bytes": "FIRST"} {
		t.Run(name, func(t *testing.T) {
			v, dir := dirVault(t)
			sha, _, err := v.Keep(t.Context(), strings.NewReader("first"))
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, sha[:2], sha)
			writeFile(t, path, damage)
			if err := v.Verify(t.Context(), sha); !errors.Is(err, outputs.ErrDamaged) {
				t.Errorf("Verify = %v, want ErrDamaged", err)
			}
			_, _, err = v.Keep(t.Context(), strings.NewReader("first"))
			if wrong := len(damage) != len("first"); errors.Is(err, outputs.ErrDamaged) != wrong {
				t.Errorf("Keep over a damaged copy = %v", err)
			}
			if got := readFile(t, path); got != damage {
				t.Errorf("Keep rewrote a damaged copy: %q", got)
			}
			if names := tmpNames(t, dir); len(names) != 0 {
				t.Errorf("tmp holds %v", names)
			}
		})
	}
}

func TestDirVaultIgnoresOtherFiles(t *testing.T) {
	v, dir := dirVault(t)
	sha := vaulttest.Hash([]byte("a"))
	writeFile(t, filepath.Join(dir, sha[:2], "README"), "x")
	writeFile(t, filepath.Join(dir, "00", sha), "x") // in the wrong directory
	if err := os.Mkdir(filepath.Join(dir, sha[:2], sha), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Open(t.Context(), sha); !errors.Is(err, outputs.ErrDamaged) {
		t.Errorf("Open of a directory = %v, want ErrDamaged", err)
	}
	if _, _, err := v.Keep(t.Context(), strings.NewReader("a")); !errors.Is(err, outputs.ErrDamaged) {
		t.Errorf("Keep over a directory = %v, want ErrDamaged", err)
	}
}

func TestDirVaultOutOfReach(t *testing.T) {
	v, dir := dirVault(t)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := v.Usable(t.Context()); err == nil {
		t.Error("Usable of a vault that is gone = nil")
	}
	if _, _, err := v.Keep(t.Context(), strings.NewReader("a")); err == nil {
		t.Error("Keep in a vault that is gone = nil")
	}
	for _, err := range v.All(t.Context()) {
		if err == nil {
			t.Error("All of a vault that is gone has no error")
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, openErr := v.Open(ctx, vaulttest.Hash(nil))
	_, collectErr := v.Collect(ctx, vaulttest.Hash(nil), time.Now())
	for _, err := range []error{v.Usable(ctx), v.Remove(ctx, vaulttest.Hash(nil)), openErr, collectErr} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("with an ended context: %v", err)
		}
	}
}

func TestDirVaultFull(t *testing.T) {
	t.Run("as the system says it", func(t *testing.T) {
		v, dir := dirVault(t)
		for _, errno := range []error{unix.ENOSPC, unix.EDQUOT} {
			_, _, err := v.Keep(t.Context(), iotest.ErrReader(fmt.Errorf("write: %w", errno)))
			if !errors.Is(err, outputs.ErrFull) {
				t.Errorf("Keep that ends in %v = %v, want ErrFull", errno, err)
			}
		}
		if names := tmpNames(t, dir); len(names) != 0 {
			t.Errorf("tmp holds %v", names)
		}
	})
	t.Run("a real disk", func(t *testing.T) {
		disk := smallDisk(t)
		if disk == "" {
			t.Log("this process may not mount a file system: only the part above was tested")
			return
		}
		testFullDisk(t, filepath.Join(disk, "vault"))
	})
}

func testFullDisk(t *testing.T, dir string) {
	v := openVault(t, dir)
	small := []byte("small")
	if _, _, err := v.Keep(t.Context(), bytes.NewReader(small)); err != nil {
		t.Fatalf("Keep of a small file = %v", err)
	}
	for range 3 {
		_, _, err := v.Keep(t.Context(), bytes.NewReader(make([]byte, 4<<20)))
		if !errors.Is(err, outputs.ErrFull) {
			t.Errorf("Keep of more than the disk holds = %v, want ErrFull", err)
		}
		if names := tmpNames(t, dir); len(names) != 0 {
			t.Errorf("tmp holds %v", names)
		}
	}
	fill := filepath.Join(dir, "..", "fill")
	if err := os.WriteFile(fill, make([]byte, 4<<20), 0o600); err == nil {
		t.Fatal("the disk did not fill up")
	}
	if err := v.Usable(t.Context()); !errors.Is(err, outputs.ErrFull) {
		t.Errorf("Usable on a full disk = %v, want ErrFull", err)
	}
	if names := tmpNames(t, dir); len(names) != 0 {
		t.Errorf("tmp holds %v after Usable", names)
	}
	if all := vaulttest.Stored(t, v); len(all) != 1 || all[0].SHA256 != vaulttest.Hash(small) {
		t.Errorf("All = %v, want the small file", all)
	}
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	if _, _, err := v.Keep(t.Context(), strings.NewReader("later")); err != nil {
		t.Errorf("Keep after room was made = %v", err)
	}
	if err := v.Usable(t.Context()); err != nil {
		t.Errorf("Usable after room was made = %v", err)
	}
}

func writeFile(t testing.TB, path, data string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
