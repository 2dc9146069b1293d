# The two commands: make demo, make test. The others: make help.

.DEFAULT_GOAL := help
SHELL := /bin/bash

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
# The version comes from -ldflags, so Go need not ask git, which refuses in a
# folder that belongs to somebody else.
export GOFLAGS := $(strip $(shell go env GOFLAGS) -buildvcs=false)

.PHONY: help
help: ## list these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: demo
demo: ## start everything, with a sample, on this machine (the first build takes a minute or two)
	go run ./cmd/sallyport demo

.PHONY: test
test: ## run every test; as root on Debian it installs what is missing
	tools/test.sh

.PHONY: browser
browser: ## run the tests in a browser alone
	tools/need.sh postgresql chromium
	go -C e2e test -count=1 ./...

.PHONY: screenshots
screenshots: ## take the pictures in docs/screenshots
	tools/need.sh chromium
	go -C e2e run ./cmd/screenshots -o $(CURDIR)/docs/screenshots

.PHONY: lint
lint: ## check format, style and imports; the first run builds the linter
	tools/lint.sh

.PHONY: bench
bench: ## measure, on SQLite and PostgreSQL
	tools/bench.sh

.PHONY: bench-checks
bench-checks: ## measure the disclosure checks: precision, recall, throughput
	go test -count=1 -v -run 'TestReleasedFiles|TestInjectedDisclosures|TestInjectedHidden' ./checks
	go test -run '^$$' -bench Check -benchtime 3x ./checks

.PHONY: build
build: ## build the program: bin/sallyport
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/sallyport ./cmd/sallyport

.PHONY: fmt
fmt: ## format the code
	gofmt -w -l .
