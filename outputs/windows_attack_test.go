package outputs_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/outputs"
)

// meanwhile is a file during whose reading something else happens, once.
type meanwhile struct {
	*strings.Reader
	from  int64 // where reading sets it off
	armed bool
	do    func()
}

func (m *meanwhile) ReadAt(p []byte, at int64) (int, error) {
	if m.armed && at >= m.from {
		m.armed = false
		m.do()
	}
	return m.Reader.ReadAt(p, at)
}

// ascending is a table of so many rows, each with its number and a text.
func ascending(rows int, text string) string {
	var b strings.Builder
	b.WriteString("n,text\n")
	for i := range rows {
		fmt.Fprintf(&b, "%d,%s\n", i+1, text)
	}
	return b.String()
}

// TestHostileFilters reads filters that could be taken apart in very many
// ways.
func TestHostileFilters(t *testing.T) {
	info := outputs.TableInfo{Columns: 3}
	for _, text := range []string{"=", "<", "!", "~=", "1=", " ="} {
		begun := time.Now()
		_, err := info.ReadOrder([]string{"a", "b", "c"}, "", []string{strings.Repeat(text, 400_000/len(text))})
		if _, bad := errors.AsType[*outputs.BadOrder](err); !bad {
			t.Errorf("a filter of many %q: %v, want BadOrder", text, err)
		}
		if took := time.Since(begun); took > time.Second {
			t.Errorf("a filter of many %q took %v", text, took)
		}
	}
}

// TestSmallFilesDoNotWait counts and sorts small files while long ones take
// all the time that there is for these.
func TestSmallFilesDoNotWait(t *testing.T) {
	w, _ := newWindows(t, 0)
	held, blocked := make(chan struct{}), sync.WaitGroup{}
	var long sync.WaitGroup
	for n := range 2 {
		blocked.Add(1)
		f := &meanwhile{Reader: strings.NewReader(ascending(100_000, "x")), from: 1 << 16, armed: true, do: func() {
			blocked.Done()
			<-held
		}}
		long.Go(func() {
			table, err := w.Table(t.Context(), sumOf(n+1), f, 0)
			if err != nil {
				t.Error(err)
				return
			}
			if err := table.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	blocked.Wait()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	table, err := w.Table(ctx, sumOf(9), strings.NewReader("a,b\n2,x\n1,y\n"), 0)
	if err == nil {
		_, _, err = table.Ordered(ctx, outputs.Order{Sorted: true}, 0, 10, 1<<20)
		err = errors.Join(err, table.Close())
	}
	if err != nil {
		t.Errorf("a small table while two long ones are counted: %v", err)
	}
	close(held)
	long.Wait()
}

// numbersIn are the first column of some rows in an order.
func numbersIn(t *testing.T, table *outputs.Table, o outputs.Order, from, count int64) (numbers []string) {
	t.Helper()
	rows, _, err := table.Ordered(t.Context(), o, from, count, 1<<30)
	if err != nil {
		t.Errorf("order %+v: %v", o, err)
	}
	for _, r := range rows {
		numbers = append(numbers, r.Fields[0])
	}
	return numbers
}

var (
	lastFirst = outputs.Order{Sorted: true, Down: true}
	thousands = outputs.Order{Filters: []outputs.Filter{{Column: 0, How: outputs.AtLeast, Value: "1000"}}}
)

// TestWindowsShared sorts in two programs that share a directory and have the
// same number, as in containers, at the same time.
func TestWindowsShared(t *testing.T) {
	one, dir := newWindows(t, 0)
	two, err := outputs.OpenWindows(outputs.WindowsConfig{Path: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := two.Close(); err != nil {
			t.Error(err)
		}
	}()
	other := tableOf(t, two, sumOf(2), ascending(120_000, "other"))
	f := &meanwhile{Reader: strings.NewReader(ascending(100_000, "one")), from: 1 << 19}
	f.do = func() { numbersIn(t, other, thousands, 0, 3) }
	table, err := one.Table(t.Context(), sumOf(1), f, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.armed = true
	if got := numbersIn(t, table, thousands, 99_000, 3); !slices.Equal(got, []string{"100000"}) {
		t.Errorf("the end of one order = %v, want 100000", got)
	}
	if got := numbersIn(t, other, thousands, 0, 2); !slices.Equal(got, []string{"1000", "1001"}) {
		t.Errorf("the beginning of the other = %v, want 1000 and 1001", got)
	}
	if err := table.Close(); err != nil {
		t.Error(err)
	}
}

// TestWindowsEmptied empties the directory while a table is sorted.
func TestWindowsEmptied(t *testing.T) {
	w, dir := newWindows(t, 0)
	f := &meanwhile{Reader: strings.NewReader(ascending(300_000, "x")), from: 2 << 20, do: func() {
		for _, name := range filesIn(t, dir) {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Error(err)
			}
		}
	}}
	table, err := w.Table(t.Context(), sumOf(1), f, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []outputs.Order{lastFirst, thousands} {
		f.armed = true
		if got := numbersIn(t, table, o, 2, 1); len(got) != 1 || got[0] != "299998" && got[0] != "1002" {
			t.Errorf("order %+v has %v at its third place", o, got)
		}
	}
	if err := table.Close(); err != nil {
		t.Error(err)
	}
}

func filesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestWindowsDamaged damages what is remembered: what is shown stays right.
func TestWindowsDamaged(t *testing.T) {
	w, dir := newWindows(t, 0)
	text := ascending(100_000, "some text")
	want := [][]string{{"51235", "51236"}, {"48766", "48765"}, {"52234", "52235"}}
	look := func() [][]string {
		table, err := w.Table(t.Context(), sumOf(1), strings.NewReader(text), 0)
		if err != nil {
			t.Error(err)
			return nil
		}
		got := [][]string{
			numbersIn(t, table, outputs.Order{}, 51_234, 2), numbersIn(t, table, lastFirst, 51_234, 2), numbersIn(t, table, thousands, 51_234, 2),
		}
		if err := table.Close(); err != nil {
			t.Error(err)
		}
		return got
	}
	if got := look(); !slices.EqualFunc(got, want, slices.Equal) {
		t.Fatalf("before = %v, want %v", got, want)
	}
	names := filesIn(t, dir)
	if len(names) != 3 {
		t.Fatalf("%v are remembered, want three files", names)
	}
	for what, damage := range damages() {
		for _, name := range names {
			if err := damage(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // also from what was remembered anew
			if got := look(); !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
		for _, name := range names { // nothing takes the place of a folder
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		look()
	}
}

// damages are what may happen to a file.
func damages() map[string]func(path string) error {
	all := map[string]func(string) error{
		"cut":       func(path string) error { return os.Truncate(path, 1000) },
		"emptied":   func(path string) error { return os.Truncate(path, 0) },
		"a link":    func(path string) error { return errors.Join(gone(path), os.Symlink("/etc/hostname", path)) },
		"its own":   func(path string) error { return errors.Join(gone(path), os.Symlink(filepath.Base(path), path)) },
		"a folder":  func(path string) error { return errors.Join(gone(path), os.Mkdir(path, 0o700)) },
		"not there": gone,
	}
	for _, percent := range []int{0, 1, 5, 25, 50, 51, 52, 75, 99} {
		all[fmt.Sprintf("other bytes at %d %%", percent)] = func(path string) error {
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for i := range b[:8] {
				b[min(len(b)*percent/100+i, len(b)-1)] ^= 0x15
			}
			return os.WriteFile(path, b, 0o600)
		}
	}
	return all
}

func gone(path string) error {
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// TestWindowsFull sorts a table for whose order there is no room.
func TestWindowsFull(t *testing.T) {
	dir := smallDisk(t)
	if dir == "" {
		t.Log("no small disk can be made here")
		return
	}
	w, err := outputs.OpenWindows(outputs.WindowsConfig{Path: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}()
	table := tableOf(t, w, sumOf(1), ascending(700_000, "x"))
	for _, o := range []outputs.Order{lastFirst, thousands} {
		if _, _, err := table.Ordered(t.Context(), o, 0, 1, 1<<20); !errors.Is(err, outputs.ErrFull) {
			t.Errorf("order %+v on a full disk: %v, want ErrFull", o, err)
		}
	}
	if got := numbersIn(t, table, outputs.Order{}, 5, 1); !slices.Equal(got, []string{"6"}) {
		t.Errorf("row 6 = %v", got)
	}
	for _, name := range filesIn(t, dir) {
		if strings.HasPrefix(name, "tmp-") {
			t.Errorf("%s stays on the full disk", name)
		}
	}
}
