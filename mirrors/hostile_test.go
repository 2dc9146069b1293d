package mirrors_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"sallyport/mirrors"
)

func hashOf(kind, body string) string {
	sum := sha1.Sum([]byte(fmt.Sprintf("%s %d\x00%s", kind, len(body), body)))
	return hex.EncodeToString(sum[:])
}

// alike finds words of two commits whose hashes begin with the same seven
// digits.
func alike(t *testing.T, tree string) (one, two string) {
	t.Helper()
	seen := map[string]string{}
	for i := range 1_000_000 {
		words := fmt.Sprint("Commit ", i, "\n")
		id := hashOf("commit", commitText(tree, words))[:7]
		if other, ok := seen[id]; ok {
			return other, words
		}
		seen[id] = words
	}
	t.Fatal("no two commits begin alike")
	return "", ""
}

// refused is what reading what is wrong may say.
func refused(err error) bool {
	var large *mirrors.TooLargeError
	return errors.Is(err, mirrors.ErrBroken) || errors.As(err, &large)
}

// TestBrokenObjects reads objects that are not what they should be.
func TestBrokenObjects(t *testing.T) {
	s := newStudy(t)
	s.commit("One")
	s.publish(false)
	blob := s.putObject("blob", "text\n")
	zeros := strings.Repeat("\x00", 1<<20)
	name := func(i int) string { return fmt.Sprintf("%040x", i+1) }
	for what, id := range map[string]string{
		"nothing in it":      s.putLoose(name(1), ""),
		"no header":          s.putLoose(name(2), strings.Repeat("x", 64<<20)),
		"no size":            s.putLoose(name(3), "blob x\x00text"),
		"size below none":    s.putLoose(name(4), "blob -1\x00text"),
		"a huge size":        s.putLoose(name(5), "blob 99999999999999\x00text"),
		"a size that lies":   s.putLoose(name(6), "blob 4096\x00text"),
		"longer than it is":  s.putLoose(name(7), "blob 4\x00"+strings.Repeat(zeros, 64)),
		"no known kind":      s.putLoose(name(8), "thing 4\x00text"),
		"the wrong bytes":    s.putLoose(name(9), "blob 5\x00text\n"),
		"a folder as a file": s.putObject("tree", entryText("100644", "a", blob)),
		"no file there":      name(10),
	} {
		tree := s.putObject("tree", entryText("100644", "file", id))
		m := s.open()
		c := at(t, m, s.putCommit(tree, what))
		if f, err := file(t, m, c, "file"); !refused(err) {
			t.Errorf("%s: File = %s, %d bytes, %v; want it refused", what, f.Kind, len(f.Text), err)
		}
	}
}

func TestBrokenFolders(t *testing.T) {
	s := newStudy(t)
	s.commit("One")
	s.publish(false)
	blob := s.putObject("blob", "text\n")
	for what, body := range map[string]string{
		"a slash":          entryText("100644", "a/b", blob),
		"nowhere":          entryText("100644", ".", blob),
		"upwards":          entryText("100644", "..", blob),
		"no name":          entryText("100644", "", blob),
		"cut short":        entryText("100644", "a", blob)[:20],
		"no NUL":           "100644 a",
		"no kind":          entryText("777777", "a", blob),
		"a kind of digits": entryText("1006440000000", "a", blob),
		"words":            entryText("x", "a", blob),
	} {
		m := s.open()
		c := at(t, m, s.putCommit(s.putObject("tree", body), what))
		root, err := m.Entry(t.Context(), c, "")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := m.List(t.Context(), root); !refused(err) {
			t.Errorf("%s: List = %+v, %v; want it refused", what, got, err)
		}
	}
	m := s.open()
	if c, err := m.Commit(t.Context(), s.putObject("commit", "no tree\n\nwords")); !refused(err) {
		t.Errorf("Commit without a tree = %+v, %v", c, err)
	}
}

// TestLarge reads what is large: a file, a folder, folders in folders, and a
// comparison of many files.
func TestLarge(t *testing.T) {
	s := newStudy(t)
	s.write("large.csv", strings.Repeat("0,1,2,3,4,5,6,7,8,9\n", mirrors.MostFile/20+1))
	large := s.commit("Large")
	for _, packed := range []bool{false, true} {
		s.publish(packed)
		m := s.open()
		var too *mirrors.TooLargeError
		if _, err := file(t, m, at(t, m, large), "large.csv"); !errors.As(err, &too) || too.Size < mirrors.MostFile {
			t.Errorf("File of a large file = %v, want a TooLargeError", err)
		}
	}
	blob := s.putObject("blob", "text\n")
	var many strings.Builder
	for i := range 150_000 {
		many.WriteString(entryText("100644", fmt.Sprintf("file%06d", i), blob))
	}
	m := s.open()
	wide := at(t, m, s.putCommit(s.putObject("tree", many.String()), "wide"))
	if _, err := file(t, m, wide, "file000001"); !refused(err) {
		t.Errorf("File in a huge folder = %v, want it refused", err)
	}
	some := at(t, m, s.putCommit(s.putObject("tree", many.String()[:3_600_000/38*38]), "some"))
	empty := at(t, m, s.putCommit(s.putObject("tree", ""), "empty"))
	changes, more, err := m.Compare(t.Context(), some, empty)
	if err != nil || !more || len(changes) != 2000 {
		t.Errorf("Compare of many = %d, more %v, %v; want 2000 and more", len(changes), more, err)
	}
	tree := s.putObject("tree", entryText("100644", "x", blob))
	for range 500 {
		tree = s.putObject("tree", entryText("40000", "x", tree))
	}
	deep := at(t, m, s.putCommit(tree, "deep"))
	if _, more, err := m.Compare(t.Context(), empty, deep); err != nil || !more {
		t.Errorf("Compare of deep folders = more %v, %v; want more", more, err)
	}
}

// bomb is a pack whose last object is small, and comes of a huge one.
func (s *study) bomb(size int) (id string) {
	s.t.Helper()
	base := strings.Repeat("x", 1<<16)
	copies := size / len(base)
	grow := binary.AppendUvarint(nil, uint64(len(base)))
	grow = binary.AppendUvarint(grow, uint64(copies*len(base)))
	for range copies {
		grow = append(grow, 0x80) // all of 64 KiB from the beginning
	}
	shrink := binary.AppendUvarint(nil, uint64(copies*len(base)))
	shrink = binary.AppendUvarint(shrink, 10)
	shrink = append(shrink, 0x90, 10)

	var b bytes.Buffer
	b.WriteString("PACK\x00\x00\x00\x02\x00\x00\x00\x03")
	put := func(kind byte, body, before []byte) int {
		start := b.Len()
		n := len(body)
		head := []byte{kind<<4 | byte(n&15)}
		for n >>= 4; n > 0; n >>= 7 {
			head[len(head)-1] |= 0x80
			head = append(head, byte(n&0x7f))
		}
		b.Write(head)
		b.Write(before)
		z := zlib.NewWriter(&b)
		if _, err := z.Write(body); err != nil {
			s.t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			s.t.Fatal(err)
		}
		return start
	}
	ref := func(kind, body string) []byte {
		raw, err := hex.DecodeString(hashOf(kind, body))
		if err != nil {
			s.t.Fatal(err)
		}
		return raw
	}
	put(3, []byte(base), nil)
	put(7, grow, ref("blob", base))
	put(7, shrink, ref("blob", strings.Repeat(base, copies)))
	sum := sha1.Sum(b.Bytes())
	b.Write(sum[:])
	file := filepath.Join(s.mirror, "objects", "pack", "pack-bomb.pack")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		s.t.Fatal(err)
	}
	runGit(s.t, s.mirror, "index-pack", file)
	return hashOf("blob", base[:10])
}

// TestDeltaBomb reads a file of ten bytes that is made from a huge one.
func TestDeltaBomb(t *testing.T) {
	for _, c := range []struct {
		size int
		fine bool
	}{{1 << 20, true}, {64 << 20, false}} {
		s := newStudy(t)
		s.commit("One")
		s.publish(false)
		id := s.bomb(c.size)
		m := s.open()
		commit := at(t, m, s.putCommit(s.putObject("tree", entryText("100644", "file", id)), "bomb"))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f, err := file(t, m, commit, "file")
		runtime.ReadMemStats(&after)
		if c.fine && (err != nil || string(f.Text) != "xxxxxxxxxx") || !c.fine && !refused(err) {
			t.Errorf("a file made from %d bytes = %q, %v; want it read: %v", c.size, f.Text, err, c.fine)
		}
		if used := after.TotalAlloc - before.TotalAlloc; !c.fine && used > 16<<20 {
			t.Errorf("refusing it took %d bytes", used)
		}
	}
}

// TestNothingElse makes a mirror whose other files lead elsewhere.
func TestNothingElse(t *testing.T) {
	s, other := newStudy(t), newStudy(t)
	s.write("a", "a\n")
	id := s.commit("One")
	other.write("secret", "secret\n")
	secret := other.commit("Secret")
	s.publish(false)
	other.publish(false)
	for name, text := range map[string]string{
		"objects/info/alternates": filepath.Join(other.mirror, "objects") + "\n",
		"config":                  "[include]\n\tpath = /etc/passwd\n[core]\n\tfsmonitor = touch " + filepath.Join(s.dir, "ran") + "\n",
		"HEAD":                    "ref: ../../../../etc/passwd\n",
	} {
		if err := os.WriteFile(filepath.Join(s.mirror, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m := s.open()
	at(t, m, id)
	if c, err := m.Commit(t.Context(), secret); !errors.Is(err, mirrors.ErrNoCommit) {
		t.Errorf("Commit by alternates = %+v, %v, want ErrNoCommit", c, err)
	}
	own := filepath.Join(s.mirror, "objects", secret[:2])
	if err := os.RemoveAll(own); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(other.mirror, "objects", secret[:2]), own); err != nil {
		t.Fatal(err)
	}
	if c, err := m.Commit(t.Context(), secret); err == nil {
		t.Errorf("Commit by a link = %+v", c)
	}
}

// TestEnds is given up when nobody waits any more.
func TestEnds(t *testing.T) {
	s := newStudy(t)
	id := s.commit("One")
	s.publish(true)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.open().Commit(ctx, id); !errors.Is(err, context.Canceled) {
		t.Errorf("Commit when nobody waits = %v", err)
	}
}

// TestDamagedPacks changes bytes of a pack at random: what is read is right, or
// refused.
func TestDamagedPacks(t *testing.T) {
	s := newStudy(t)
	line := "a line that comes again, and again\n"
	for i := range 20 {
		s.write(fmt.Sprint("f", i%4), strings.Repeat(line, 40+i)+fmt.Sprint(i))
		s.commit(fmt.Sprint("Commit ", i))
	}
	id := s.git("rev-parse", "HEAD")
	s.publish(true)
	packs, err := filepath.Glob(filepath.Join(s.mirror, "objects", "pack", "*.pack"))
	if err != nil || len(packs) != 1 {
		t.Fatalf("packs = %q, %v", packs, err)
	}
	if err := os.Chmod(packs[0], 0o600); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	wrong := 0
	for range 1500 {
		damaged := bytes.Clone(whole)
		for range 1 + random.IntN(3) {
			damaged[12+random.IntN(len(damaged)-12)] = byte(random.Uint32())
		}
		if err := os.WriteFile(packs[0], damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		m := s.open()
		c, err := m.Commit(t.Context(), id)
		for i := 0; err == nil && i < 4; i++ {
			var f mirrors.File
			if f, err = file(t, m, c, fmt.Sprint("f", i)); err == nil && !strings.HasPrefix(string(f.Text), line) {
				t.Fatalf("File = %q", f.Text)
			}
		}
		if err != nil {
			wrong++
			if !refused(err) {
				t.Fatalf("a damaged pack = %v", err)
			}
		}
	}
	if wrong == 0 {
		t.Error("no damage was noticed")
	}
}
