// Package models is the database: the tables, their migrations, and the stores
// that the other rooms ask for. Rows stay in this package; what leaves it are
// the types of review, work and ledger.
//
// PostgreSQL and SQLite are used alike, by the same code. docs/database.md says
// what the tables are, in which order a command changes them, and how the
// database is set up.
package models
