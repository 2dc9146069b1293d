// Package release carries approved bytes to destinations and brings back
// receipts. A Worker does the work of one request: it takes the copies that
// were approved from the vault, carries each to each destination where it has
// not arrived, and records what was read back there. Destinations are of
// several kinds; a Directory is one.
//
// What happens on the way, and when something fails, is described in
// docs/release.md.
package release
