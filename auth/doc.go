// Package auth says who is asking. It knows the form of a token, looks up by
// id what is known of it, and compares secrets; what a token's owner may do is
// for the room review to say.
//
// A token is `sp_<id>_<secret>`. The id finds it, the secret proves it. The
// database keeps only the SHA-256 of the secret: a secret is random and as
// long as a key, so that nothing slower is needed to keep it from being guessed.
package auth
