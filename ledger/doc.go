// Package ledger is the log of every act: the bytes of an entry, the hashes
// that stand for people's words, and the exports that auditors read. An entry
// is encoded once; its bytes are stored, hashed and exported as they are.
//
// The formats are described in docs/ledger.md.
package ledger
