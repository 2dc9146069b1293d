#!/usr/bin/env bash
# generate.sh: runs the go:generate lines, which find the generators of
# tools/generate in PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p bin
go -C tools/generate build -o "$PWD/bin/oapi-codegen" github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen
PATH="$PWD/bin:$PATH" go generate ./...
