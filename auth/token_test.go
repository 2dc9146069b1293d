package auth_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"sallyport/auth"
)

const tokenID = "01JTB0000000000000000000T1"

func TestNewSecret(t *testing.T) {
	got, err := auth.NewSecret(bytes.NewReader(bytes.Repeat([]byte{0xff}, 32)))
	// 256 bits are 51 digits of 5 bits and one bit, the highest of the last.
	if want := strings.Repeat("7", 51) + "q"; got != want || err != nil {
		t.Errorf("NewSecret(ff…) = %q, %v; want %q", got, err, want)
	}
	one, err1 := auth.NewSecret(rand.Reader)
	two, err2 := auth.NewSecret(rand.Reader)
	if one == two || err1 != nil || err2 != nil {
		t.Errorf("two secrets are %q, %v and %q, %v; want them different", one, err1, two, err2)
	}
	id, secret, ok := auth.Parse(auth.Format(tokenID, one))
	if id != tokenID || secret != one || !ok {
		t.Errorf("Parse(Format(%q, %q)) = %q, %q, %v", tokenID, one, id, secret, ok)
	}
}

func TestNewSecretRefuses(t *testing.T) {
	broken := errors.New("no randomness")
	for name, random := range map[string]io.Reader{
		"too little":        bytes.NewReader(make([]byte, 31)),
		"a broken source":   iotest.ErrReader(broken),
		"breaks in between": io.MultiReader(bytes.NewReader(make([]byte, 8)), iotest.ErrReader(broken)),
	} {
		if s, err := auth.NewSecret(random); err == nil || s != "" {
			t.Errorf("NewSecret of %s = %q, %v; want an error", name, s, err)
		}
	}
}

func TestParse(t *testing.T) {
	for token, want := range map[string][2]string{
		"sp_01JT_abc":                {"01JT", "abc"},
		"sp_a_b_c-d":                 {"a", "b_c-d"}, // the first _ after the prefix ends the id
		"sp_a__":                     {"a", "_"},
		"sp_" + s(64) + "_" + s(128): {s(64), s(128)},
		"":                           {},
		"sp_":                        {},
		"sp_a":                       {},
		"sp_a_":                      {},
		"sp__b":                      {},
		"SP_a_b":                     {},
		"gh_a_b":                     {},
		" sp_a_b":                    {},
		"sp_a_b ":                    {},
		"sp_a_b\n":                   {},
		"sp_a-a_b":                   {},
		"sp_a_b.c":                   {},
		"sp_a_b=":                    {},
		"sp_a_\x00":                  {},
		"sp_é_b":                     {},
		"sp_a_é":                     {},
		"sp_' or 1=1_b":              {},
		"sp_" + s(65) + "_b":         {},
		"sp_a_" + s(129):             {},
		"sp_a_" + s(1<<20):           {},
	} {
		id, secret, ok := auth.Parse(token)
		if id != want[0] || secret != want[1] || ok != (want[0] != "") {
			t.Errorf("Parse(%.80q) = %q, %q, %v; want %q", token, id, secret, ok, want)
		}
	}
}

func s(n int) string { return strings.Repeat("s", n) }

func TestMatches(t *testing.T) {
	hash := auth.Hash("secret")
	if !auth.Matches(hash, "secret") {
		t.Error("Matches(Hash(secret), secret) = false")
	}
	for _, other := range []string{"", "Secret", "secret ", "secre"} {
		if auth.Matches(hash, other) {
			t.Errorf("Matches(Hash(secret), %q) = true", other)
		}
	}
	if auth.Matches([32]byte{}, "") {
		t.Error("Matches(no hash, no secret) = true")
	}
}

func TestBearer(t *testing.T) {
	for header, want := range map[string]string{
		"Bearer sp_a_b":            "sp_a_b",
		"bearer sp_a_b":            "sp_a_b",
		"BEARER abc-._~+/==":       "abc-._~+/==",
		"Bearer " + s(505):         s(505),
		"":                         "",
		"Bearer":                   "",
		"Bearer ":                  "",
		"Bearer =":                 "",
		"Bearer  sp_a_b":           "",
		" Bearer sp_a_b":           "",
		"Bearer sp_a_b ":           "",
		"Bearer sp_a_b, Basic abc": "",
		"Bearer sp_a b":            "",
		"Bearer\tsp_a_b":           "",
		"Bearer sp=a":              "",
		"Bearer sp_a_b\r\n":        "",
		"Bearer é":                 "",
		"Basic c3BfYV9i":           "",
		"Bearersp_a_b":             "",
		"sp_a_b":                   "",
		"Bearer " + s(506):         "",
		"Bearer " + s(1<<20):       "",
	} {
		got, ok := auth.Bearer(header)
		if got != want || ok != (want != "") {
			t.Errorf("Bearer(%.60q) = %.60q, %v; want %.60q", header, got, ok, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("sp_01JTB0000000000000000000T1_abc")
	f.Add("sp_a__b")
	f.Add("sp_")
	f.Fuzz(func(t *testing.T, token string) {
		id, secret, ok := auth.Parse(token)
		if ok && auth.Format(id, secret) != token {
			t.Errorf("Parse(%q) = %q, %q, which is another token", token, id, secret)
		}
		if !ok && (id != "" || secret != "") {
			t.Errorf("Parse(%q) = %q, %q with ok false", token, id, secret)
		}
	})
}
