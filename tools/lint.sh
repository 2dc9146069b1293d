#!/usr/bin/env bash
# lint.sh: everything that can be said about the code without running it. Each
# check runs, also when one before it has failed.
# shellcheck disable=SC2317 # the checks are called by name, by check
set -euo pipefail
cd "$(dirname "$0")/.."
tools/need.sh git shellcheck

failed=0
check() { # NAME COMMAND…: runs the command, shows its name and time
	local name=$1 start=$SECONDS
	shift
	if "$@"; then
		echo "ok      $name ($((SECONDS - start)) s)"
	else
		echo "FAILED  $name ($((SECONDS - start)) s)"
		failed=1
	fi
}

# The files of the working tree that match, less those that were removed.
sources() {
	git ls-files -z -co --exclude-standard -- "$@" |
		while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done
}

formatted() {
	local files
	files=$(sources '*.go' | xargs -0r gofmt -l) || return 1
	[ -z "$files" ] || { echo "not formatted (make fmt):"; echo "$files"; return 1; }
}

tidy() {
	local bad=0 mod difference
	while IFS= read -r -d '' mod; do
		difference=$(go -C "$(dirname "$mod")" mod tidy -diff 2>&1) && continue
		bad=1
		head -n 40 <<<"$difference"
		echo "  $mod is not tidy"
	done < <(sources 'go.mod' '*/go.mod')
	return "$bad"
}

# The linter is built once for each version of itself and of Go.
golangci() {
	local version binary bad=0 module
	version=$(go -C tools/lint list -m -f '{{.Version}}' github.com/golangci/golangci-lint/v2) || return 1
	binary=$PWD/bin/golangci-lint-$version-$(go env GOVERSION)
	if [ ! -x "$binary" ]; then
		echo "building golangci-lint $version (a minute or two)"
		go -C tools/lint build -o "$binary" github.com/golangci/golangci-lint/v2/cmd/golangci-lint || return 1
	fi
	for module in . e2e; do
		(cd "$module" && "$binary" run --timeout 10m ./...) || bad=1
	done
	return "$bad"
}

# absent FILES PATTERN WHY [BUT]: no line of these files matches the pattern,
# one file left out.
absent() {
	local found
	found=$(sources "$1" ${4:+":!$4"} | xargs -0r grep -nHE -- "$2" || true)
	[ -z "$found" ] || { echo "$found"; echo "  $3"; return 1; }
}

words() {
	local bad=0
	absent 'models/*.go' '\.AutoMigrate\(' 'the schema changes by written migrations only' || bad=1
	absent 'models/*.go' '\bgorm\.(Model|DeletedAt)\b' 'rows name their fields, and nothing is deleted softly' || bad=1
	absent 'models/*.go' '\.(Save|FirstOrCreate|FirstOrInit|Preload)\(' 'change named columns; no associations' || bad=1
	absent 'web/*.go' '\bgin\.(Default|H)\b' 'gin.New, and a struct for each page' || bad=1
	absent 'web/*.go' '\.(MustBindWith|Bind(JSON|Query|Uri|Header)?)\(' 'ShouldBind…, and return the error' || bad=1
	absent '*.go' '\btemplate\.(HTML|JS|CSS|URL|HTMLAttr|JSStr|Srcset)\b' 'templates escape everything' web/help/markup.go || bad=1
	absent '*_test.go' '\.(Skip|Skipf|SkipNow)\(|testing\.Short\(' 'nothing is skipped: a test brings what it needs' || bad=1
	absent '*.go' '//.*\b(TODO|FIXME|XXX)\b' 'do it, or write it down where work is planned' || bad=1
	return "$bad"
}

# Files that are longer than one can keep in mind.
short() {
	local long
	long=$(sources '*.go' | grep -zvE '_test\.go$' | xargs -0r wc -l | awk '$2 != "total" && $1 > 500')
	[ -z "$long" ] || { echo "over 500 lines:"; echo "$long"; return 1; }
}

scripts() { shellcheck .ci/run tools/*.sh deploy/*.sh deploy/postgres/*.sh; }

check 'gofmt' formatted
check 'go vet' go vet ./...
check 'go vet, e2e' go -C e2e vet ./...
check 'words' words
check 'size' short
check 'shellcheck' scripts
check 'go mod tidy' tidy
check 'golangci-lint' golangci
exit "$failed"
