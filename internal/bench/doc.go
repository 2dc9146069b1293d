// Command bench measures what docs/costs.md says that Sallyport may cost, on
// SQLite and PostgreSQL, each beside a baseline in the same run, and prints one
// table. `make bench` builds it and runs it with a PostgreSQL cluster:
//
//	tools/bench.sh            # all of it
//	tools/bench.sh 'vote|page' # only what matches
//
// A bar that is missed is no failure of the command: it exits with 1 only if
// something could not be measured.
package main
