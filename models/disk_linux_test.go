package models

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// smallDisk mounts a file system of its own; "" if this process may not.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m")
	if errors.Is(err, syscall.EPERM) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestSQLiteOnAFullDisk(t *testing.T) {
	dir := smallDisk(t)
	if dir == "" {
		return // only root mounts; for others TestSQLiteFull shows the same
	}
	file := filepath.Join(dir, "sallyport.db")
	if err := Migrate(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	s := newScene(t, openForTest(t, file), 2)
	ballast := filepath.Join(dir, "ballast")
	if err := fill(ballast); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	s.fullUp(t, func() {
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	})
}

// fill writes until there is no room.
func fill(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	for {
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			return errors.Join(err, f.Close())
		}
	}
}
