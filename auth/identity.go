package auth

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"
)

// Identity is who a provider says somebody is. Issuer and Subject together are
// the person, for ever; everything else may change.
type Identity struct {
	Issuer   string
	Subject  string
	Username string
	// FromEmail says that the provider sent no username, and that Username is
	// the verified e-mail address instead: it names a new account, and finds none.
	FromEmail bool
	Name      string   // "" if none was sent that can be shown on one line
	Claims    []string // the values of the role claim
}

// The bounds of what is taken from an ID token. A subject has 255 ASCII
// characters at most (OpenID Connect Core 1.0 §2).
const (
	maxSubject   = 255
	maxUsername  = 100
	maxFullName  = 200
	maxClaims    = 1000
	maxClaimSize = 256
)

// identityOf reads a verified ID token.
func identityOf(token *oidc.IDToken, roleClaim string) (Identity, error) {
	var said struct {
		Username      string          `json:"preferred_username"`
		Email         string          `json:"email"`
		EmailVerified json.RawMessage `json:"email_verified"`
		Name          string          `json:"name"`
	}
	if err := token.Claims(&said); err != nil {
		return Identity{}, ErrUntrusted.because("read the claims: %v", err)
	}
	if !isSubject(token.Subject) {
		return Identity{}, ErrUntrusted.because("read the claims: a subject of %d bytes", len(token.Subject))
	}
	id := Identity{Issuer: token.Issuer, Subject: token.Subject, Username: said.Username, Name: lineOf(said.Name)}
	if verified := string(said.EmailVerified); id.Username == "" && (verified == "true" || verified == `"true"`) {
		id.Username, id.FromEmail = said.Email, true
	}
	if id.Username == "" || len(id.Username) > maxUsername || lineOf(id.Username) != id.Username {
		return Identity{}, ErrNoUsername
	}
	var all map[string]any
	if err := token.Claims(&all); err != nil {
		return Identity{}, ErrUntrusted.because("read the claims: %v", err)
	}
	var ok bool
	if id.Claims, ok = rolesIn(all, roleClaim); !ok {
		return Identity{}, ErrUntrusted.because("read the claim %.60q: not a text or up to %d texts", roleClaim, maxClaims)
	}
	return id, nil
}

func isSubject(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return s != "" && len(s) <= maxSubject
}

// lineOf is text if it can be shown on one line, else "".
func lineOf(text string) string {
	text = strings.TrimSpace(text)
	bad := !utf8.ValidString(text) || utf8.RuneCountInString(text) > maxFullName
	if bad || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
		return ""
	}
	return text
}

// rolesIn are the values of a claim: a text or a list of texts. A dot leads
// into an object, as in realm_access.roles, unless a claim has that very name.
// A claim that is not there has no values. Anything else is not ok: roles that
// cannot be read are not guessed at.
func rolesIn(claims map[string]any, name string) (values []string, ok bool) {
	if name == "" {
		return nil, true
	}
	value, there := claims[name]
	if outer, inner, dotted := strings.Cut(name, "."); !there && dotted {
		object, isObject := claims[outer].(map[string]any)
		if !isObject {
			return nil, claims[outer] == nil
		}
		return rolesIn(object, inner)
	}
	switch value := value.(type) {
	case nil:
		return nil, true
	case string:
		return textsOf([]any{value})
	case []any:
		return textsOf(value)
	}
	return nil, false
}

func textsOf(list []any) ([]string, bool) {
	if len(list) > maxClaims {
		return nil, false
	}
	texts := make([]string, 0, len(list))
	for _, v := range list {
		text, ok := v.(string)
		if !ok || len(text) > maxClaimSize {
			return nil, false
		}
		texts = append(texts, text)
	}
	return texts, true
}
