package review

import (
	"encoding/json"
	"reflect"
	"testing"
)

// quickly reads body both ways and fails unless they agree; read says whether
// the quick way took it.
func quickly(t *testing.T, e, plain quick, body string) (read bool) {
	t.Helper()
	read = e.quick([]byte(body))
	if err := json.Unmarshal([]byte(body), plain); read && (err != nil || !reflect.DeepEqual(e, plain)) {
		t.Errorf("%s is read quickly as %+v, as JSON as %+v, %v", body, e, plain, err)
	}
	if !read && !reflect.ValueOf(e).Elem().IsZero() {
		t.Errorf("%s was refused, but left %+v", body, e)
	}
	return read
}

// What the program writes is read the quick way, and as JSON says; everything
// else is left to JSON.
func TestQuickEvents(t *testing.T) {
	source := Source{Path: "output/a b.csv", SHA256: "abc", Size: 12, Job: "j", JobRequest: "r", Action: "act", Commit: "c"}
	for _, e := range []quick{
		&VoteCast{File: "F", SHA256: "abc", Turn: 3, Vote: RequestChanges}, &VoteCast{},
		&FileAdded{File: "F", Group: "G", Kind: Supporting, Source: source}, &FileAdded{Source: Source{Path: "a", Size: 1 << 40}},
	} {
		body, _, err := EncodeEvent(e)
		if err != nil {
			t.Fatal(err)
		}
		empty := func() quick { return reflect.New(reflect.TypeOf(e).Elem()).Interface().(quick) }
		got := empty()
		if !quickly(t, got, empty(), `{"v":1,`+string(body[1:])) || !reflect.DeepEqual(got, e) {
			t.Errorf("%s is read as %+v, want %+v", body, got, e)
		}
	}
	for _, body := range []string{
		``, `{`, `{}`, `[]`, `null`, `{"file"}`, `{"file":}`, `{"file":"a"`, `{"file":"a",}`, `{"file":"a"}x`, ` {"file":"a"}`, `{"file": "a"}`,
		`{"file":"a\u0041"}`, `{"file":"å"}`, "{\"file\":\"\xff\"}", `{"file":null}`, `{"file":1}`, `{"file":"a","file":"b"}`, `{"FILE":"a"}`,
		`{"turn":-1}`, `{"turn":1.5}`, `{"turn":01}`, `{"turn":1e3}`, `{"turn":9999999999999999999}`, `{"turn":"1"}`, `{"other":"a"}`, `{"v":"1"}`,
		`{"file":["a"]}`, `{"source.path":"a"}`, `{"source":{}}`, `{"source":{"path":{"a":"b"}}}`, `{"source":{"path":1}}`, `{"source":"a"}`,
	} {
		if quickly(t, new(VoteCast), new(VoteCast), body) || quickly(t, new(FileAdded), new(FileAdded), body) {
			t.Errorf("%s was read quickly", body)
		}
	}
}

func FuzzQuickEvents(f *testing.F) {
	f.Add(`{"file":"F","sha256":"abc","turn":1,"v":1,"vote":"approve"}`)
	f.Add(`{"file":"F","group":"G","kind":"output","source":{"path":"a","sha256":"b","size":1},"v":1}`)
	f.Fuzz(func(t *testing.T, body string) {
		quickly(t, new(VoteCast), new(VoteCast), body)
		quickly(t, new(FileAdded), new(FileAdded), body)
	})
}
