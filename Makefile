# Relevo. `make help` lists the targets. `make run` and `make test` install what they need; everything else is Go, node and npm.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

CONSOLE := server/console
EDITORS := editors/vscode
STAMPS := .stamps
BIN := bin
GOLANGCI := $(BIN)/golangci-lint
GOLANGCI_VERSION := v2.15.0
CHROMIUM ?= /usr/bin/chromium

console_sources := $(shell find $(CONSOLE)/src $(CONSOLE)/build $(CONSOLE)/docs $(CONSOLE)/public -type f 2>/dev/null) \
	$(wildcard $(CONSOLE)/*.html $(CONSOLE)/*.ts $(CONSOLE)/*.json)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: tools
tools: # what a machine must have; says clearly what is missing
	@for tool in go gcc git node npm; do command -v $$tool >/dev/null || { echo "missing: $$tool (see README.md, What you need)" >&2; exit 3; }; done
	@node -e 'if (+process.versions.node.split(".")[0] < 20) { console.error("node 20 or newer is needed, this is " + process.version); process.exit(3) }'

$(STAMPS):
	@mkdir -p $@

$(STAMPS)/npm: $(CONSOLE)/package-lock.json $(CONSOLE)/package.json | tools $(STAMPS)
	cd $(CONSOLE) && npm ci --no-audit --no-fund
	@touch $@

$(STAMPS)/npm-editors: $(EDITORS)/package-lock.json $(EDITORS)/package.json | tools $(STAMPS)
	cd $(EDITORS) && npm ci --no-audit --no-fund
	@touch $@

$(STAMPS)/console: $(STAMPS)/npm $(console_sources)
	cd $(CONSOLE) && npm run build
	@touch $(CONSOLE)/dist/.gitkeep $@

.PHONY: build
build: $(STAMPS)/console ## build the console and bin/relevo
	go build -o $(BIN)/relevo ./cmd/relevo

.PHONY: run
run: build ## build and serve: web chat, console, shipped flows (ARGS="--listen 127.0.0.1:9000")
	./$(BIN)/relevo serve $(ARGS)

.PHONY: test
test: build chromium test-go test-console test-editors test-browser ## run every test, the browser's included

.PHONY: test-go
test-go: # the Go tests with the race detector, the real processes, the transcripts and the tests of scripts
	go test -race -timeout 12m ./...
	go test -timeout 12m ./testdata/e2e
	go run ./cmd/relevo test
	go run ./cmd/relevo check

.PHONY: test-console
test-console: $(STAMPS)/console # the console's unit tests
	cd $(CONSOLE) && npm test

.PHONY: test-editors
test-editors: build $(STAMPS)/npm-editors # the schemas in yaml-language-server, relevo lsp in an editor's client, the extension of VS Code
	cd $(EDITORS) && RELEVO=$(abspath $(BIN))/relevo npm test

.PHONY: extension
extension: $(STAMPS)/npm-editors ## pack the extension of VS Code: editors/vscode/relevo.vsix
	cd $(EDITORS) && npm run package

.PHONY: test-browser
test-browser: build chromium # the whole story in a real browser
	testdata/browser.sh

.PHONY: screenshots
screenshots: build chromium ## take the pictures of the documentation again
	RELEVO_SHOTS=docs/images testdata/browser.sh
	$(MAKE) drawings

.PHONY: drawings
drawings: ## draw the flows of the documentation again
	@mkdir -p $(BIN)
	go build -o $(BIN)/relevo ./cmd/relevo
	for flow in order_tracking appointment_reminder payment_alert; do ./$(BIN)/relevo draw $$flow -o docs/images/$$flow.svg || exit 1; done
	./$(BIN)/relevo draw order_tracking --highlight testdata/transcripts/order_en_happy.transcript -o docs/images/order_happy.svg
	./$(BIN)/relevo draw --all -o docs/images/flows.svg

.PHONY: chromium
chromium: # the browser of the tests
	@test -x $(CHROMIUM) && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-color-emoji >/dev/null; \
	else \
		echo "missing: $(CHROMIUM). Install it (Debian: apt-get install chromium) or name another with CHROMIUM=…" >&2; exit 3; \
	fi

$(GOLANGCI):
	GOBIN=$(abspath $(BIN)) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)

.PHONY: check
check: $(GOLANGCI) $(STAMPS)/npm $(STAMPS)/npm-editors ## look for mistakes without running anything
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet ./... ./testdata/e2e
	$(GOLANGCI) run ./... ./testdata/e2e
	cd $(CONSOLE) && npm run check
	cd $(EDITORS) && npm run check

.PHONY: bench
bench: ## measure speed: each line ends in met or short (ROUNDS=9 for steadier figures)
	go run ./cmd/relevo-bench -rounds $(or $(ROUNDS),5)

.PHONY: fuzz
fuzz: ## fuzz what outsiders write, a minute a target (FUZZTIME=10m for longer, 300x for so many inputs)
	@set -e; for target in $$(grep -rEl '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u); do \
		for name in $$(grep -hEo '^func (Fuzz[A-Za-z]+)' $$target/*_test.go | cut -d' ' -f2); do \
			echo "$$target $$name"; go test $$target -run '^$$' -fuzz "^$$name\$$" -fuzztime $(or $(FUZZTIME),1m) -fuzzminimizetime 10x; \
		done; done

.PHONY: clean
clean: ## remove what was built
	rm -rf $(BIN) $(STAMPS) $(CONSOLE)/node_modules $(EDITORS)/node_modules $(EDITORS)/dist $(EDITORS)/schemas
	find $(CONSOLE)/dist -mindepth 1 ! -name .gitkeep -delete
