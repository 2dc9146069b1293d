package auth

import (
	"net/http"
	"time"
)

// The names of our cookies. A browser takes a name that begins with __Host-
// only over a safe connection, without a domain, for the whole of this host (RFC
// 6265bis §4.1.3.2): no other host and no page of this one without https can
// plant one.
const (
	sessionCookie = "__Host-sallyport_session"
	flowCookie    = "__Host-sallyport_sign_in"
)

// SessionCookie holds the value of a session, as long as a session can last.
// Without a value it removes the cookie.
func SessionCookie(value string) *http.Cookie { return cookie(sessionCookie, value, SessionAge) }

// FlowCookie holds a sign-in under way. The zero Flow removes the cookie.
func FlowCookie(f Flow) *http.Cookie {
	value := ""
	if f != (Flow{}) {
		value = f.String()
	}
	return cookie(flowCookie, value, FlowAge)
}

func cookie(name, value string, age time.Duration) *http.Cookie {
	c := &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(age / time.Second), Secure: true, HttpOnly: true,
		// Lax, not Strict: the provider's redirect comes from another site.
		SameSite: http.SameSiteLaxMode,
	}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

// SessionOf is the value of the session's cookie that came with r; "" if there
// is none, or more than one.
func SessionOf(r *http.Request) string { return valueOf(r, sessionCookie) }

// FlowOf is the sign-in under way in the browser that sent r; the zero Flow if
// there is none.
func FlowOf(r *http.Request) Flow {
	f, _ := ParseFlow(valueOf(r, flowCookie))
	return f
}

func valueOf(r *http.Request, name string) string {
	if found := r.CookiesNamed(name); len(found) == 1 {
		return found[0].Value
	}
	return ""
}
