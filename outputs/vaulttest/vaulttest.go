// Package vaulttest holds what every vault must do, as a test.
package vaulttest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"sallyport/outputs"
)

// Run tests the vaults that open makes. Each call of open gives an empty one.
func Run(t *testing.T, open func(t *testing.T) outputs.Vault) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, outputs.Vault){
		"keeps bytes":                    keeps,
		"keeps the same bytes once":      keepsOnce,
		"keeps nothing half":             keepsNothingHalf,
		"has what it was given only":     hasOnly,
		"removes":                        removes,
		"collects what is untouched":     collects,
		"lists in order":                 lists,
		"is used by many":                concurrent,
		"collects and keeps at one time": collectsWhileKeeping,
		"is usable":                      usable,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// Hash returns the name that a vault gives to data.
func Hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Stored returns what a vault lists.
func Stored(t *testing.T, v outputs.Vault) []outputs.Stored {
	t.Helper()
	var all []outputs.Stored
	for s, err := range v.All(t.Context()) {
		if err != nil {
			t.Fatalf("All: %v", err)
		}
		all = append(all, s)
	}
	return all
}

func keep(t *testing.T, v outputs.Vault, data []byte) string {
	t.Helper()
	sha, size, err := v.Keep(t.Context(), bytes.NewReader(data))
	if err != nil || sha != Hash(data) || size != int64(len(data)) {
		t.Errorf("Keep of %d bytes = %q, %d, %v; want %q", len(data), sha, size, err, Hash(data))
	}
	return Hash(data)
}

func keeps(t *testing.T, v outputs.Vault) {
	big := bytes.Repeat([]byte("0123456789abcdef"), 300_000)
	for _, data := range [][]byte{nil, []byte("a"), []byte("a,b\n1,2\n"), big} {
		sha := keep(t, v, data)
		b, err := v.Open(t.Context(), sha)
		if err != nil {
			t.Fatalf("Open(%s) = %v", sha, err)
		}
		got, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
		if err != nil || !bytes.Equal(got, data) || b.Size() != int64(len(data)) {
			t.Errorf("copy of %d bytes has %d, size %d, %v", len(data), len(got), b.Size(), err)
		}
		if len(data) > 10 {
			part := make([]byte, 4)
			if n, err := b.ReadAt(part, 10); n != 4 || err != nil || !bytes.Equal(part, data[10:14]) {
				t.Errorf("ReadAt(4, 10) = %d, %v, %q, want %q", n, err, part, data[10:14])
			}
		}
		if n, err := b.ReadAt(make([]byte, 1), b.Size()); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("ReadAt at the end = %d, %v, want 0, EOF", n, err)
		}
		if err := b.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
		if err := v.Verify(t.Context(), sha); err != nil {
			t.Errorf("Verify(%s) = %v", sha, err)
		}
	}
}

func keepsOnce(t *testing.T, v outputs.Vault) {
	data := []byte("the same")
	keep(t, v, data)
	first := Stored(t, v)
	keep(t, v, data)
	second := Stored(t, v)
	if len(first) != 1 || len(second) != 1 {
		t.Fatalf("All = %v, then %v, want one copy", first, second)
	}
	if second[0].Touched.Before(first[0].Touched) {
		t.Errorf("touched at %v, then at %v", first[0].Touched, second[0].Touched)
	}
}

func keepsNothingHalf(t *testing.T, v outputs.Vault) {
	broken := errors.New("broken")
	long := strings.Repeat("x", 400_000)
	sha, size, err := v.Keep(t.Context(), io.MultiReader(strings.NewReader(long), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || sha != "" || size != 0 {
		t.Errorf("Keep of a reader that breaks = %q, %d, %v, want its error", sha, size, err)
	}
	if _, _, err := v.Keep(t.Context(), iotest.ErrReader(&outputs.Refused{Path: "a", Reason: outputs.Changed})); err == nil {
		t.Error("Keep of a refused file = nil")
	} else if r, ok := errors.AsType[*outputs.Refused](err); !ok || r.Reason != outputs.Changed {
		t.Errorf("Keep of a refused file = %v, want the refusal", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := v.Keep(ctx, strings.NewReader(long)); !errors.Is(err, context.Canceled) {
		t.Errorf("Keep with an ended context = %v", err)
	}
	if all := Stored(t, v); len(all) != 0 {
		t.Errorf("All = %v, want nothing", all)
	}
}

func hasOnly(t *testing.T, v outputs.Vault) {
	sha := keep(t, v, []byte("a"))
	for _, name := range []string{
		"", "..", "../" + sha, "aa/" + sha, sha[:63], sha + "0", strings.ToUpper(sha), sha[:2], Hash([]byte("b")),
	} {
		if b, err := v.Open(t.Context(), name); !errors.Is(err, outputs.ErrNoCopy) || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open(%q) = %v, %v, want ErrNoCopy", name, b, err)
		}
		if err := v.Verify(t.Context(), name); !errors.Is(err, outputs.ErrNoCopy) {
			t.Errorf("Verify(%q) = %v, want ErrNoCopy", name, err)
		}
		if err := v.Remove(t.Context(), name); err != nil {
			t.Errorf("Remove(%q) = %v", name, err)
		}
	}
	if all := Stored(t, v); len(all) != 1 || all[0].SHA256 != sha || all[0].Size != 1 {
		t.Errorf("All = %v, want %s", all, sha)
	}
}

func removes(t *testing.T, v outputs.Vault) {
	a, b := keep(t, v, []byte("a")), keep(t, v, []byte("b"))
	for range 2 {
		if err := v.Remove(t.Context(), a); err != nil {
			t.Errorf("Remove = %v", err)
		}
	}
	if _, err := v.Open(t.Context(), a); !errors.Is(err, outputs.ErrNoCopy) {
		t.Errorf("Open of what was removed = %v", err)
	}
	if all := Stored(t, v); len(all) != 1 || all[0].SHA256 != b {
		t.Errorf("All = %v, want %s", all, b)
	}
	keep(t, v, []byte("a"))
}

func collects(t *testing.T, v outputs.Vault) {
	sha := keep(t, v, []byte("a"))
	touched := Stored(t, v)[0].Touched
	for _, since := range []time.Time{touched, touched.Add(-time.Hour)} {
		if removed, err := v.Collect(t.Context(), sha, since); removed || err != nil {
			t.Errorf("Collect of a copy touched at %v, since %v = %v, %v", touched, since, removed, err)
		}
	}
	later := touched.Add(time.Hour)
	if removed, err := v.Collect(t.Context(), sha, later); !removed || err != nil {
		t.Errorf("Collect of an untouched copy = %v, %v", removed, err)
	}
	for _, name := range []string{sha, "..", ""} {
		if removed, err := v.Collect(t.Context(), name, later); removed || err != nil {
			t.Errorf("Collect(%q) = %v, %v, want nothing done", name, removed, err)
		}
	}
}

func lists(t *testing.T, v outputs.Vault) {
	var want []string
	for i := range 40 {
		want = append(want, keep(t, v, []byte{byte(i)}))
	}
	slices.Sort(want)
	var got []string
	for _, s := range Stored(t, v) {
		got = append(got, s.SHA256)
	}
	if !slices.Equal(got, want) {
		t.Errorf("All = %v\nwant %v", got, want)
	}
	for s, err := range v.All(t.Context()) {
		if err != nil || s.SHA256 != want[0] {
			t.Errorf("the first of All = %v, %v, want %s", s, err, want[0])
		}
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range v.All(ctx) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("All with an ended context = %v", err)
		}
	}
}

func concurrent(t *testing.T, v outputs.Vault) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 20 {
				data := bytes.Repeat([]byte{byte(i)}, i*1000)
				sha, _, err := v.Keep(t.Context(), bytes.NewReader(data))
				if err != nil || sha != Hash(data) {
					t.Errorf("Keep = %s, %v, want %s", sha, err, Hash(data))
				}
			}
		})
	}
	wg.Wait()
	all := Stored(t, v)
	if len(all) != 20 {
		t.Errorf("All = %d copies, want 20", len(all))
	}
	for _, s := range all {
		if err := v.Verify(t.Context(), s.SHA256); err != nil {
			t.Errorf("Verify = %v", err)
		}
	}
}

// collectsWhileKeeping: a copy that nobody wanted is collected at the moment
// in which somebody keeps the same bytes. Whoever is first, it is there
// afterwards.
func collectsWhileKeeping(t *testing.T, v outputs.Vault) {
	data := []byte("wanted again")
	sha := keep(t, v, data)
	for range 100 {
		since := Stored(t, v)[0].Touched.Add(time.Nanosecond)
		var both sync.WaitGroup
		both.Go(func() {
			if _, err := v.Collect(t.Context(), sha, since); err != nil {
				t.Errorf("Collect = %v", err)
			}
		})
		both.Go(func() { keep(t, v, data) })
		both.Wait()
		if err := v.Verify(t.Context(), sha); err != nil {
			t.Fatalf("Verify after Keep and Collect = %v", err)
		}
	}
}

func usable(t *testing.T, v outputs.Vault) {
	if err := v.Usable(t.Context()); err != nil {
		t.Errorf("Usable = %v", err)
	}
	if all := Stored(t, v); len(all) != 0 {
		t.Errorf("All after Usable = %v, want nothing", all)
	}
}
