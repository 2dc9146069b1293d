#!/usr/bin/env bash
# bench.sh [PATTERN]: the benchmarks whose names match, all by default, with one
# PostgreSQL cluster, which is gone at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/need.sh postgresql
CGO_ENABLED=0 go build -o bin/withpostgres ./internal/dbtest/withpostgres
export CGO_ENABLED=0
exec bin/withpostgres go test -run '^$' -bench "${1:-.}" -timeout 60m ./...
