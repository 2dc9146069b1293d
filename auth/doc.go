// Package auth says who is asking, and leaves what they may do to the room
// review. A person at a browser signs in through an OpenID Connect provider
// (Provider) and is known by their session from then on (Sessions). A program
// is known by its token (Tokens).
//
// A token is `sp_<id>_<secret>`, the value of a session's cookie
// `<id>.<secret>`. The id finds it, the secret proves it. The database keeps only
// the SHA-256 of the secret: a secret is random and as long as a key, so that
// nothing slower is needed to keep it from being guessed.
package auth
