package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files again")

var noon = time.Date(2026, 5, 3, 12, 0, 0, 123456000, time.UTC)

// vote is an entry with every member that a checker's vote can have.
func vote() Entry {
	return Entry{
		Act: "vote", At: noon,
		Actor: Actor{ID: "01JTB0000000000000000000P1", Username: "checker1", Kind: Person, Automated: true},
		Role:  "checker", Grant: "01JTB0000000000000000000G1",
		Stream: "request/01JTB0000000000000000000R1", Version: 17,
		Place:   Place{Project: "demo-study", Workspace: "demo-study-main", Organisation: "University of Bristol", Backend: "tpp"},
		Subject: Subject{Request: "01JTB0000000000000000000R1", Group: "01JTB0000000000000000000K1", File: "01JTB0000000000000000000F1", Path: "output/tables/<été>.csv", SHA256: Hash([]byte("a,b\n"))},
		Policy:  Hash([]byte("policy")), Program: "1.0.0",
		Event: json.RawMessage(`{"v": 1, "vote": "approve", "turn": 1, "answer": "` + WordsHash([32]byte{1}, "It is rounded.") + `"}`),
	}
}

// opening is an entry with no version: somebody opened a file.
func opening() Entry {
	return Entry{
		Act: "open", At: noon, Actor: Actor{ID: "01JTB0000000000000000000P2", Username: "-cmd", Kind: Person}, Role: "researcher",
		Place: Place{Workspace: "demo-study-main"}, Subject: Subject{Path: "=1+1.csv", SHA256: Hash(nil)}, Program: "1.0.0", Event: json.RawMessage(`{"v":1}`),
	}
}

// delivery is an entry of the program itself.
func delivery() Entry {
	return Entry{
		Act: "delivery_begun", At: noon.Add(time.Second), Actor: Actor{Kind: System}, Stream: "request/01JTB0000000000000000000R1", Version: 18,
		Subject: Subject{Request: "01JTB0000000000000000000R1"}, Program: "1.0.0", Event: json.RawMessage(`{"v":2,"files":[]}`),
	}
}

func encode(t testing.TB, e Entry) []byte {
	t.Helper()
	b, err := Encode(e)
	if err != nil {
		t.Fatalf("Encode(%+v) = %v", e, err)
	}
	return b
}

// golden compares got with testdata/name, or writes it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what was written:\n%s\nwant\n%s", name, got, want)
	}
}

// The bytes of an entry are for ever: these hashes never change, with -update
// or without.
func TestEncodeGolden(t *testing.T) {
	for _, tt := range []struct {
		name string
		e    Entry
		hash string
	}{
		{"vote", vote(), "7c3daebff7e43f6c895785e58fb7114c3b05008edc76996ed6e09604594be3c6"},
		{"opening", opening(), "9eb2cf6098c40e4a448777ac3e1f4abd8555dc153b3062eba0cdd5a4cfdf0aba"},
		{"delivery", delivery(), "5e43dbc127bf8b0ff0a1f26ed40a3f4d7847b2380b9335b976ad8c23ab3e478a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := encode(t, tt.e)
			golden(t, tt.name+".golden", got)
			if Hash(got) != tt.hash {
				t.Errorf("Hash(Encode(%s)) = %s, want %s", tt.name, Hash(got), tt.hash)
			}
			if again, err := CanonicalJSON(got); err != nil || !bytes.Equal(again, got) {
				t.Errorf("Encode(%s) is not canonical: %s, %v", tt.name, again, err)
			}
		})
	}
}

// Every field of every part is written, and comes back.
func TestDecodeEveryField(t *testing.T) {
	e := vote()
	fill(reflect.ValueOf(&e.Subject).Elem())
	fill(reflect.ValueOf(&e.Place).Elem())
	e.Subject.SHA256 = Hash(nil)
	b := encode(t, e)
	if again, err := CanonicalJSON(b); err != nil || !bytes.Equal(again, b) {
		t.Errorf("Encode writes %s, in canonical form %s, %v", b, again, err)
	}
	got, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if e.Event, err = CanonicalJSON(e.Event); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, e) {
		t.Errorf("Decode(Encode(e)) = %+v, want %+v", got, e)
	}
}

// fill gives every text of a struct a value of its own.
func fill(v reflect.Value) {
	for i := range v.NumField() {
		v.Field(i).SetString("the " + v.Type().Field(i).Name)
	}
}

func TestEncodeRefuses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Entry)
		want   string
	}{
		{"no act", func(e *Entry) { e.Act = "" }, "act"},
		{"an act in capitals", func(e *Entry) { e.Act = "Vote" }, "act"},
		{"an act that is long", func(e *Entry) { e.Act = strings.Repeat("a", 65) }, "act"},
		{"an act with a comma", func(e *Entry) { e.Act = "a,b" }, "act"},
		{"no time", func(e *Entry) { e.At = time.Time{} }, "at is not"},
		{"the year 10000", func(e *Entry) { e.At = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, "at is not"},
		{"nanoseconds", func(e *Entry) { e.At = noon.Add(1) }, "finer"},
		{"no kind of actor", func(e *Entry) { e.Actor.Kind = "" }, "kind"},
		{"an unknown kind", func(e *Entry) { e.Actor.Kind = "robot" }, "kind"},
		{"a person without id", func(e *Entry) { e.Actor.ID = "" }, "person"},
		{"a person without username", func(e *Entry) { e.Actor.Username = "" }, "person"},
		{"a service without id", func(e *Entry) { e.Actor = Actor{Kind: Service} }, "service"},
		{"the system in a role", func(e *Entry) { e.Actor = Actor{Kind: System} }, "in a role"},
		{"an operator in a role", func(e *Entry) { e.Actor = Actor{Kind: Operator} }, "in a role"},
		{"a role that is no name", func(e *Entry) { e.Role = "=1" }, "role"},
		{"a grant without role", func(e *Entry) { e.Role = "" }, "grant"},
		{"a stream without kind", func(e *Entry) { e.Stream = "/1" }, "stream"},
		{"a stream of nothing", func(e *Entry) { e.Stream = "request/" }, "stream"},
		{"a stream with a line end", func(e *Entry) { e.Stream = "request/a\nb" }, "stream"},
		{"a long stream", func(e *Entry) { e.Stream = "workspace/" + strings.Repeat("a", 256) }, "stream"},
		{"a version without stream", func(e *Entry) { e.Stream = "" }, "version"},
		{"a negative version", func(e *Entry) { e.Version = -1 }, "version"},
		{"a version beyond 2^53", func(e *Entry) { e.Version = 1 << 53 }, "version"},
		{"a policy's short hash", func(e *Entry) { e.Policy = "abc" }, "hash"},
		{"a file's hash in capitals", func(e *Entry) { e.Subject.SHA256 = strings.Repeat("A", 64) }, "hash"},
		{"no program", func(e *Entry) { e.Program = "" }, "program"},
		{"a path not UTF-8", func(e *Entry) { e.Subject.Path = "a\xff" }, "path: text is not UTF-8"},
		{"no event", func(e *Entry) { e.Event = nil }, "event"},
		{"an event without version", func(e *Entry) { e.Event = json.RawMessage(`{"w":1}`) }, "event"},
		{"an event of version 0", func(e *Entry) { e.Event = json.RawMessage(`{"v":0}`) }, "event"},
		{"an event whose version is text", func(e *Entry) { e.Event = json.RawMessage(`{"v":"1"}`) }, "event"},
		{"a version deeper down", func(e *Entry) { e.Event = json.RawMessage(`{"a":{"v":1}}`) }, "event"},
		{"an event that is a list", func(e *Entry) { e.Event = json.RawMessage(`[{"v":1}]`) }, "event"},
		{"an event with a fraction", func(e *Entry) { e.Event = json.RawMessage(`{"v":1,"a":0.5}`) }, "event"},
		{"an event nested too deeply", func(e *Entry) {
			e.Event = json.RawMessage(`{"v":1,"a":` + strings.Repeat("[", 31) + strings.Repeat("]", 31) + `}`)
		}, "deeply"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := vote()
			tt.change(&e)
			got, err := Encode(e)
			if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), tt.want) || got != nil {
				t.Errorf("Encode = %s, %v, want ErrInvalid about %q", got, err, tt.want)
			}
		})
	}
}

// The other side of what TestEncodeRefuses refuses.
func TestEncodeAllows(t *testing.T) {
	for name, change := range map[string]func(*Entry){
		"another time zone":    func(e *Entry) { e.At = e.At.In(time.FixedZone("", 3600)) },
		"a longest act":        func(e *Entry) { e.Act = strings.Repeat("a", 64) },
		"a service":            func(e *Entry) { e.Actor = Actor{Kind: Service, ID: "tpp"} },
		"the system":           func(e *Entry) { e.Actor, e.Role, e.Grant = Actor{Kind: System}, "", "" },
		"an operator":          func(e *Entry) { e.Actor, e.Role, e.Grant = Actor{Kind: Operator}, "", "" },
		"a role without grant": func(e *Entry) { e.Grant = "" },
		"no role":              func(e *Entry) { e.Role, e.Grant = "", "" },
		"a stream, no version": func(e *Entry) { e.Version = 0 },
		"a policy's stream":    func(e *Entry) { e.Stream = "policy/organisation/bristol" },
		"no policy":            func(e *Entry) { e.Policy = "" },
		"nothing known":        func(e *Entry) { e.Place, e.Subject = Place{}, Subject{} },
		"deep facts": func(e *Entry) {
			e.Event = json.RawMessage(`{"v":1,"a":` + strings.Repeat("[", 30) + strings.Repeat("]", 30) + `}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := vote()
			change(&e)
			b := encode(t, e)
			got, err := Decode(b)
			if err != nil {
				t.Fatalf("Decode(%s) = %v", b, err)
			}
			if again := encode(t, got); !bytes.Equal(again, b) {
				t.Errorf("Encode(Decode(%s)) = %s", b, again)
			}
		})
	}
}

func TestEncodeSize(t *testing.T) {
	e := vote()
	with := func(n int) Entry {
		e.Event = json.RawMessage(`{"a":"` + strings.Repeat("x", n) + `","v":1}`)
		return e
	}
	room := MaxEntry - len(encode(t, with(0)))
	if b := encode(t, with(room)); len(b) != MaxEntry {
		t.Errorf("the largest entry has %d bytes, want %d", len(b), MaxEntry)
	}
	if _, err := Encode(with(room + 1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("Encode of one byte more = %v, want ErrTooLarge", err)
	}
	if _, err := Decode(make([]byte, MaxEntry+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("Decode of one byte more = %v, want ErrTooLarge", err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := string(encode(t, vote()))
	replace := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%s does not contain %s", good, old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for name, b := range map[string]string{
		"nothing":                     "",
		"not JSON":                    good[:len(good)-1],
		"a line end":                  good + "\n",
		"white space":                 replace(`,"v":`, `, "v":`),
		"members out of order":        replace(`"v":1,"version":17`, `"version":17,"v":1`),
		"an unknown member":           replace(`"v":1,"version"`, `"v":1,"vb":1,"version"`),
		"an unknown member of actor":  replace(`"automated":true`, `"automated":true,"b":1`),
		"a name in capitals":          replace(`"act"`, `"ACT"`),
		"a name twice, once capitals": replace(`{"act"`, `{"ACT":"withdraw","act"`),
		"a name twice":                replace(`"act":"vote"`, `"act":"vote","act":"vote"`),
		"an empty member":             replace(`"username":"checker1"`, `"session":"","username":"checker1"`),
		"null":                        replace(`"grant":"01JTB0000000000000000000G1"`, `"grant":null`),
		"false written":               replace(`"automated":true`, `"automated":false`),
		"escapes that are not needed": replace("été", `\u00e9t\u00e9`),
		"no format":                   replace(`"v":1,"version"`, `"version"`),
		"another format":              replace(`"v":1,"version"`, `"v":2,"version"`),
		"the time in another form":    replace(`12:00:00.123456Z`, `12:00:00.123456+00:00`),
		"a time with a comma":         replace(`12:00:00.123456Z`, `12:00:00,123456Z`),
		"milliseconds":                replace(`12:00:00.123456Z`, `12:00:00.123Z`),
		"facts not canonical":         replace(`{"answer"`, `{"z":1,"answer"`),
		"not UTF-8":                   replace("été", "\xff"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Decode([]byte(b))
			if !errors.Is(err, ErrNotCanonical) && !errors.Is(err, ErrInvalid) {
				t.Errorf("Decode(%s) = %v, want ErrNotCanonical or ErrInvalid", b, err)
			}
		})
	}
}

func TestWordsHash(t *testing.T) {
	var salt [32]byte
	for i := range salt {
		salt[i] = byte(i)
	}
	// printf '%b' '\x00\x01…\x1f' 'Rounded to 5.' | sha256sum
	for text, want := range map[string]string{
		"":              "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd",
		"Rounded to 5.": "07f8c0f60670bda46866d593f115ed585b02f58a6d9e04c73c81ad6357de9f66",
	} {
		if got := WordsHash(salt, text); got != want {
			t.Errorf("WordsHash(salt, %q) = %s, want %s", text, got, want)
		}
	}
	if WordsHash(salt, "x") == WordsHash([32]byte{}, "x") {
		t.Error("WordsHash does not depend on the salt")
	}
}

// FuzzDecode: what is decoded is encoded to the same bytes.
func FuzzDecode(f *testing.F) {
	for _, e := range []Entry{vote(), opening(), delivery()} {
		f.Add(encode(f, e))
	}
	f.Add([]byte(`{"act":"a","ACT":"b"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := Decode(b)
		if err != nil {
			return
		}
		if again := encode(t, e); !bytes.Equal(again, b) {
			t.Errorf("Encode(Decode(%q)) = %q", b, again)
		}
		if c, err := CanonicalJSON(b); err != nil || !bytes.Equal(c, b) {
			t.Errorf("Decode accepts %q, in canonical form %q, %v", b, c, err)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	e := vote()
	for b.Loop() {
		if _, err := Encode(e); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecode stands beside BenchmarkDecodeBaseline: encoding/json alone.
func BenchmarkDecode(b *testing.B) {
	raw := encode(b, vote())
	for b.Loop() {
		if _, err := Decode(raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeBaseline(b *testing.B) {
	raw := encode(b, vote())
	for b.Loop() {
		var w wire
		if err := json.Unmarshal(raw, &w); err != nil {
			b.Fatal(err)
		}
	}
}

// The page that describes the formats shows what is really written.
func TestDocument(t *testing.T) {
	page, err := os.ReadFile("../docs/ledger.md")
	if err != nil {
		t.Fatal(err)
	}
	b := encode(t, vote())
	for _, want := range []string{string(b), Hash(b), strings.Join(csvHeader, ",")} {
		if !strings.Contains(string(page), "\n"+want+"\n") && !strings.Contains(string(page), "`"+want+"`") && !strings.Contains(string(page), "    "+want+"\n") {
			t.Errorf("docs/ledger.md does not have %s", want)
		}
	}
	for _, part := range []reflect.Type{reflect.TypeFor[Entry](), reflect.TypeFor[Actor](), reflect.TypeFor[Place](), reflect.TypeFor[Subject]()} {
		for i := range part.NumField() {
			name, _, _ := strings.Cut(part.Field(i).Tag.Get("json"), ",")
			if name != "-" && !strings.Contains(string(page), "`"+name+"`") && !strings.Contains(string(page), "`"+name+":") {
				t.Errorf("docs/ledger.md does not describe %s", name)
			}
		}
	}
}
