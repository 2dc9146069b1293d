package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// The first two are RFC 8785 §3.2.3 and the string of §3.2.2.
func TestCanonicalJSON(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"the RFC's sorting", `{
		  "\u20ac": "Euro Sign",
		  "\r": "Carriage Return",
		  "\ufb33": "Hebrew Letter Dalet With Dagesh",
		  "1": "One",
		  "\ud83d\ude00": "Emoji: Grinning Face",
		  "\u0080": "Control",
		  "\u00f6": "Latin Small Letter O With Diaeresis"
		}`, `{"\r":"Carriage Return","1":"One","` + "\u0080" + `":"Control",` +
			`"ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign",` +
			`"😀":"Emoji: Grinning Face","` + "\ufb33" + `":"Hebrew Letter Dalet With Dagesh"}`},
		{"the RFC's string", `{"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [true, false]}`,
			`{"literals":[true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}`},
		{"every control character", `"\u0000\u0001\u0007\b\t\n\u000b\f\r\u001f\u007f"`,
			`"\u0000\u0001\u0007\b\t\n\u000b\f\r\u001f` + "\u007f" + `"`},
		{"no HTML escaping", `"\u003cb\u003e&\u2028"`, "\"<b>&\u2028\""},
		{"U+FFFD and U+FFFF", `"\ufffd\uffff"`, "\"\ufffd\uffff\""},
		{"integers", `[0, -0, 1, -1, 9007199254740991, -9007199254740991]`, `[0,0,1,-1,9007199254740991,-9007199254740991]`},
		{"nested objects out of order", `{"b":{"d":1,"c":[{"f":2,"e":3}]},"a":{}}`, `{"a":{},"b":{"c":[{"e":3,"f":2}],"d":1}}`},
		{"a name that starts another", `{"ab":1,"a":2,"":3}`, `{"":3,"a":2,"ab":1}`},
		{"white space", " \t\r\n[ 1 , 2 ] \n", `[1,2]`},
		{"as deep as allowed", strings.Repeat("[", 32) + strings.Repeat("]", 32), strings.Repeat("[", 32) + strings.Repeat("]", 32)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := CanonicalJSON([]byte(tt.in))
			if err != nil || string(got) != tt.want {
				t.Errorf("CanonicalJSON(%s) = %q, %v, want %q", tt.in, got, err, tt.want)
			}
		})
	}
}

func TestCanonicalJSONRefuses(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{``, "a value is expected"},
		{`null`, "null"},
		{`{"a":null}`, "null"},
		{`1.0`, "only integers"},
		{`1e3`, "only integers"},
		{`01`, "does not start with 0"},
		{`-`, "a digit"},
		{`+1`, "a value"},
		{`9007199254740992`, "too large"},
		{`-9007199254740992`, "too large"},
		{`99999999999999999999`, "too large"},
		{`{"a":1,"a":1}`, "twice"},
		{`{"b":1,"a":1,"b":1}`, "twice"},
		{`{"a":1,"\u0061":1}`, "twice"},
		{"\"\xff\"", "UTF-8"},
		{"\"\xed\xa0\x80\"", "UTF-8"},
		{"\"\xe2\\u0080\"", "UTF-8"},
		{"{\"\xff\":1}", "UTF-8"},
		{`"\ud800"`, "surrogate"},
		{`"\ud800\u0041"`, "surrogate"},
		{`"\udc00\ud800"`, "surrogate"},
		{`"\ud83dx"`, "surrogate"},
		{`"\u12g4"`, "hexadecimal"},
		{`"\u12`, "does not end"},
		{`"\x"`, "no such escape"},
		{`"\`, "no such escape"},
		{`"abc`, "does not end"},
		{"\"a\nb\"", "control character"},
		{"\"\x00\"", "control character"},
		{`[1,]`, "a value"},
		{`[,1]`, "a value"},
		{`[1 2]`, "comma"},
		{`[1`, "comma"},
		{`{"a":1,}`, "name in quotes"},
		{`{a:1}`, "name in quotes"},
		{`{"a" 1}`, "colon"},
		{`{"a":}`, "a value"},
		{`{} {}`, "after the value"},
		{`1a`, "after the value"},
		{"\ufeff{}", "a value"},
		{`True`, "a value"},
		{strings.Repeat("[", 33) + strings.Repeat("]", 33), "too deeply"},
		{strings.Repeat(`{"a":`, 100000), "too deeply"},
	} {
		got, err := CanonicalJSON([]byte(tt.in))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("CanonicalJSON(%.40q) = %q, %v, want an error with %q", tt.in, got, err, tt.want)
		}
	}
}

func TestCanonical(t *testing.T) {
	type inner struct {
		Path string `json:"path"`
	}
	type facts struct {
		Z     []inner         `json:"z"`
		A     map[string]int  `json:"a"`
		Any   any             `json:"any,omitempty"`
		Raw   json.RawMessage `json:"raw,omitempty"`
		Float float64         `json:"float,omitempty"`
	}
	ok := facts{Z: []inner{{"a<b"}}, A: map[string]int{"y": 2, "x": 1}, Raw: json.RawMessage(`{"d": 1, "c": 2}`)}
	const want = `{"a":{"x":1,"y":2},"raw":{"c":2,"d":1},"z":[{"path":"a<b"}]}`
	if got, err := Canonical(ok); err != nil || string(got) != want {
		t.Errorf("Canonical(%+v) = %s, %v, want %s", ok, got, err, want)
	}
	bad := "a\xffb"
	loop := &struct{ Next any }{}
	loop.Next = loop
	for name, v := range map[string]any{
		"text":        facts{Z: []inner{{bad}}, A: map[string]int{}},
		"a map's key": facts{Z: []inner{}, A: map[string]int{bad: 1}},
		"a pointer":   &[]any{&inner{bad}},
		"raw text":    json.RawMessage(`"` + bad + `"`),
		"null":        facts{A: map[string]int{}},
		"a fraction":  facts{Z: []inner{}, A: map[string]int{}, Float: 0.5},
		"a function":  func() {},
		"a loop":      loop,
	} {
		if got, err := Canonical(v); err == nil {
			t.Errorf("Canonical of %s = %s, want an error", name, got)
		}
	}
}

// FuzzCanonicalJSON: the canonical form of a canonical form is itself, and says
// what the original said to a reader that is not ours.
func FuzzCanonicalJSON(f *testing.F) {
	for _, s := range []string{
		`{"b":[1,-2,true,false,"x"],"a":{"\ud83d\ude00":"\u20ac","\ufb33":""}}`, `"\u000f\n\\\/"`, `[[],{}]`, `-0`, `{"a":1,"a":2}`, "\"\xff\"", `9007199254740992`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		once, err := CanonicalJSON(raw)
		if err != nil {
			return
		}
		twice, err := CanonicalJSON(once)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("CanonicalJSON(%q) = %q, %v, want it unchanged", once, twice, err)
		}
		if before, after := decode(t, raw), decode(t, once); !reflect.DeepEqual(before, after) {
			t.Fatalf("CanonicalJSON(%q) = %q, which says something else", raw, once)
		}
	})
}

// decode is what encoding/json reads, its integers as they are written but for
// minus zero.
func decode(t *testing.T, raw []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("encoding/json refuses %q: %v", raw, err)
	}
	return plain(v)
}

func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if v == "-0" {
			return json.Number("0")
		}
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	}
	return v
}

func BenchmarkCanonicalJSON(b *testing.B) {
	var list []string
	for i := range 100 {
		list = append(list, fmt.Sprintf(`{"path":"output/table_%d.csv","at":%d,"ok":true}`, i, i))
	}
	raw := []byte("[" + strings.Join(list, ",") + "]")
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, err := CanonicalJSON(raw); err != nil {
			b.Fatal(err)
		}
	}
}
