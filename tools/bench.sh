#!/usr/bin/env bash
# bench.sh [PATTERN [FLAG…]]: measures what docs/costs.md names, all of it by
# default, with one PostgreSQL cluster, which is gone at the end, and prints one
# table. The rooms' own benchmarks are run by `go test -bench`.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/need.sh postgresql
export CGO_ENABLED=0
go build -o bin/withpostgres ./internal/dbtest/withpostgres
go build -o bin/bench ./internal/bench
go build -trimpath -ldflags '-s -w' -o bin/sallyport ./cmd/sallyport
exec bin/withpostgres bin/bench -only "${1-}" "${@:2}"
