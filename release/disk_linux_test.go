package release_test

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"sallyport/release"
	"sallyport/review"
)

// mount mounts a file system in memory and returns where, or "" if this process
// may not mount one.
func mount(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	err := unix.Mount("tmpfs", dir, "tmpfs", 0, options)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		t.Log("this process may not mount a file system: only the failures of TestDeliverFailsAnywhere were tested")
		return ""
	}
	if err != nil {
		t.Fatalf("mount tmpfs: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

func TestDeliverToFullDisk(t *testing.T) {
	dir := mount(t, "size=2m")
	if dir == "" {
		return
	}
	v := vault(t.TempDir())
	files := []review.Source{
		v.keep(t, "a.csv", bytes.Repeat([]byte("a"), 900_000)),
		v.keep(t, "b.csv", bytes.Repeat([]byte("b"), 900_000)),
		v.keep(t, "c.csv", bytes.Repeat([]byte("c"), 900_000)),
		v.keep(t, "d.csv", []byte("small")),
	}
	r := approved(t, files, "one")
	d := release.NewDirectory("one", dir)
	w := worker(r, v, d)
	w.Parallel = 1
	if err := w.Deliver(t.Context(), item); !errors.Is(err, unix.ENOSPC) || len(r.c.Arrived) != 3 {
		t.Errorf("Deliver to a full disk = %v with %d receipts, want ENOSPC with 3", err, len(r.c.Arrived))
	}
	checkSafe(t, v, files, dir, r.c.Arrived)
	if names := left(t, dir); len(names) != 0 {
		t.Errorf("left in .sallyport: %q", names)
	}
	if err := unix.Mount("", dir, "", unix.MS_REMOUNT, "size=4m"); err != nil {
		t.Fatal(err)
	}
	if err := w.Deliver(t.Context(), item); err != nil || !r.released() {
		t.Errorf("Deliver with more room = %v", err)
	}
	checkComplete(t, v, files, dir)
}

func TestDeliverToReadOnlyDisk(t *testing.T) {
	dir := mount(t, "size=2m")
	if dir == "" {
		return
	}
	v := vault(t.TempDir())
	files := someFiles(t, v)
	r := approved(t, files, "one")
	d := release.NewDirectory("one", dir)
	if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	w := worker(r, v, d)
	if err := w.Deliver(t.Context(), item); !errors.Is(err, unix.EROFS) {
		t.Errorf("Deliver to a read-only disk = %v, want EROFS", err)
	}
	if err := d.Usable(t.Context()); !errors.Is(err, unix.EROFS) {
		t.Errorf("Usable of a read-only disk = %v, want EROFS", err)
	}
	if entries, err := os.ReadDir(dir); len(entries) != 0 || err != nil {
		t.Errorf("a read-only disk has %v, %v", entries, err)
	}
	if err := unix.Mount("", dir, "", unix.MS_REMOUNT, ""); err != nil {
		t.Fatal(err)
	}
	if err := w.Deliver(t.Context(), item); err != nil || d.Usable(t.Context()) != nil {
		t.Errorf("Deliver when it can be written again = %v", err)
	}
	checkComplete(t, v, files, dir)
}
