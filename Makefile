# What there is to do here. Every target works in a fresh clone.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
export CGO_ENABLED := 0

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
GO_FILES = $(shell git ls-files '*.go')

# How long each fuzz target runs, how often the kill loop kills, how much the model test does, and what the load
# generator does.
FUZZTIME ?= 10s
KILLS    ?= 50
OPERATIONS ?= 10000
LOAD     ?= private
ARGS     ?=

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

# The web client. Without Node.js all else is built, and the server says at its address what is missing.
PAGE := web/dist/page/index.html
PAGE_SOURCES = $(shell find web/src web/lang web/public web/build -type f) web/index.html web/vite.config.ts web/package-lock.json

.PHONY: page
page: $(PAGE) ## build the web client, when its sources are newer

$(PAGE): $(PAGE_SOURCES)
	@if command -v npm >/dev/null; then bash web/install.sh web && cd web && npm run --silent build; \
	else echo "no Node.js: building without the web client" >&2; fi

.PHONY: build
build: page ## build bin/hermod and bin/hermod-load
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/ ./cmd/hermod ./cmd/hermod-load

.PHONY: run
run: build ## build all and serve on port 8080 for trying it out: with test numbers, data in ./data (ARGS adds flags)
	./bin/hermod serve --data data --test-numbers $(ARGS)

.PHONY: demo
demo: build ## fill the fresh server that 'make run' runs with people and chats
	./bin/hermod demo --data data $(ARGS)

.PHONY: test
test: setup ## run every test, on both databases
	go run ./test/all

.PHONY: setup
setup: ## install what the tests need, or say what to install
	@bash test/setup.sh

.PHONY: check
check: setup format vet lint generated web race ## everything that a change has to pass beside the tests

.PHONY: format
format: ## fail when a file is not as gofmt writes it
	@test -z "$$(gofmt -l $(GO_FILES) | tee /dev/stderr)"

.PHONY: vet
vet: ## go vet, also for a machine of 32 bits
	go vet ./...
	GOARCH=386 go vet ./...

.PHONY: lint
lint: ## staticcheck
	go tool staticcheck ./...

.PHONY: web
web: setup ## svelte-check, eslint, prettier and the tests of the web client that need no browser
	cd web && npm run --silent check && npm run --silent lint && npm run --silent test

.PHONY: generated
generated: ## fail when the generated code is not what the schema says
	go generate ./...
	git diff --exit-code -- '*_gen.go' docs/coverage.md
	@test -z "$$(git ls-files --others --exclude-standard -- '*_gen.go' | tee /dev/stderr)"

.PHONY: race
race: ## all but the slow tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 go test -race -short -timeout 20m ./...

.PHONY: bench
bench: setup ## the benchmarks behind docs/performance.md
	go test -run '^$$' -bench . -benchmem -timeout 60m ./... | grep -vE '^(ok|\?|PASS)'

.PHONY: kill
kill: setup ## the kill loop: kill -9 under load, KILLS times
	HERMOD_TEST_KILLS=$(KILLS) go test -count=1 -v -run TestKill -timeout 60m ./test/...

.PHONY: model
model: setup ## OPERATIONS random operations of many devices, on both databases
	HERMOD_TEST_OPERATIONS=$(OPERATIONS) go test -count=1 -v -run TestDevicesKnowWhatIsThere -timeout 60m ./test/model

.PHONY: garbage
garbage: ## 2,000 connections of garbage beside honest clients
	HERMOD_TEST_GARBAGE=2000 go test -count=1 -v -run TestGarbage -timeout 20m ./test/...

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME
	@set -e; for file in $$(git grep -lE '^func Fuzz' -- '*_test.go'); do \
	  for target in $$(grep -oE '^func Fuzz[A-Za-z0-9_]+' $$file | cut -d' ' -f2); do \
	    echo "$$(dirname $$file) $$target"; \
	    go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) ./$$(dirname $$file); \
	  done; done

.PHONY: load
load: build ## the load generator against a server of its own (LOAD names the scenario, ARGS adds flags)
	./test/load.sh $(LOAD) $(ARGS)

.PHONY: clean
clean: ## remove what was built
	rm -rf bin web/dist/page
