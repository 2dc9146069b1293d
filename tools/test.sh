#!/usr/bin/env bash
# test.sh: every test. It installs what is missing where it can, builds without
# cgo, and runs the tests with one PostgreSQL cluster, which is gone at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/need.sh gcc postgresql curl jq chromium

# Rooms where several people act at once are tested with the race detector.
# `review` is too, with few random sequences: they are played at length without
# it, since the rules are pure.
racy='^sallyport/(models|auth|web|work|checking)(/|$)'

if [ "${1-}" != with-postgres ]; then
	echo '== build and vet, without cgo'
	CGO_ENABLED=0 go build ./...
	CGO_ENABLED=0 go vet ./...
	CGO_ENABLED=0 go -C e2e vet ./...
	CGO_ENABLED=0 go build -o bin/withpostgres ./internal/dbtest/withpostgres
	exec bin/withpostgres tools/test.sh with-postgres
fi

failed=0
packages=$(go list ./...)
mapfile -t with < <(grep -E "$racy" <<<"$packages" || true)
mapfile -t without < <(grep -vE "$racy" <<<"$packages" || true)
if [ ${#with[@]} -gt 0 ]; then
	echo '== tests with the race detector'
	CGO_ENABLED=1 go test -race -count=1 -timeout 20m "${with[@]}" || failed=1
	CGO_ENABLED=1 go test -race -count=1 -timeout 20m ./review -rapid.checks=300 || failed=1
fi
if [ ${#without[@]} -gt 0 ]; then
	echo '== tests'
	CGO_ENABLED=0 go test -count=1 -timeout 20m "${without[@]}" || failed=1
fi
echo '== tests in a browser'
CGO_ENABLED=0 go -C e2e test -count=1 -timeout 20m ./... || failed=1
exit $failed
