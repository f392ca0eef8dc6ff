# What a contributor runs. `make` alone explains the targets.

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The port of the local website.
PORT ?= 8080

# More flags for the local cloud; `make run RUNFLAGS=-help` lists them.
RUNFLAGS ?=

# The processor that `make build` builds for: arm64 or x86_64. Empty: the template's default.
ARCH ?=

# What `make deploy` deploys: production, which is the default of samconfig.toml, or staging.
STAGE ?= production

# How long `make fuzz` looks at each target.
FUZZTIME ?= 3s

# More flags for go test, such as TESTFLAGS='-run Register -v'.
TESTFLAGS ?=

# Tools that are not part of Go live here; Git ignores the folder and anybody may delete it.
TOOLS  := .cache/tools
PYTHON := $(TOOLS)/python/bin
LINT   := $(TOOLS)/golangci-lint
SCHEMATHESIS := $(TOOLS)/schemathesis

# A function contains no C, needs no name of a symbol, is not called by net/rpc, and speaks HTTP/1.1,
# as DynamoDB and SES do. Lambda's arm64 processors are ARMv8.2 (Graviton2) or later.
BUILD_ENV := CGO_ENABLED=0 GOARM64=v8.2 GOFLAGS='-tags=lambda.norpc,nethttpomithttp2 -ldflags=-s'

export SAM_CLI_TELEMETRY := 0
export GOLANGCI_LINT_CACHE := $(CURDIR)/$(TOOLS)/golangci-lint-cache

.PHONY: help run test check format vet lint layers modules template description text fuzz schemathesis vulnerabilities build rehearse bench fault deploy clean-data

help: ## Explain the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start MuNet at http://localhost:8080 (PORT= to change) with all that it needs; Ctrl-C stops it
	@CGO_ENABLED=0 go build -trimpath -o .cache/local ./infra/local
	@exec .cache/local -port $(PORT) $(RUNFLAGS)

# Tests start compiled functions and an emulator, which Go's test cache does not see change:
# -count=1 runs them every time. Go takes as many packages at once as there are processors.
test: ## Run all tests, the ones in a browser as well where there is one (TESTFLAGS= for go test)
	@browser=$$(infra/tools/browser) || infra/tools/browser-tests; \
	BROWSER_PATH="$${browser:-}" go test -count=1 -shuffle=on $(TESTFLAGS) ./...

check: format vet lint layers modules template description text ## Check format, code, modules, template, API description and forbidden words
	@echo 'check: nothing found'

format:
	@unformatted=$$(git ls-files -z -co --exclude-standard '*.go' | xargs -0r gofmt -l); \
	if [ -n "$$unformatted" ]; then echo "not formatted by gofmt:" $$unformatted; exit 1; fi

vet:
	go vet ./...

lint: $(LINT)
	$(LINT) run --allow-parallel-runners ./...

layers:
	@infra/tools/layers

modules:
	go mod tidy -diff
	go mod verify
	go -C infra/tools mod verify
	@go list -m -f '{{if not (or .Main .Indirect)}}{{.Path}}{{end}}' all | while read -r module; do \
		if [ -n "$$module" ] && ! grep -qF "$$module" docs/dependencies.md; then \
			echo "docs/dependencies.md does not say why we need $$module"; exit 1; fi; done

fuzz: ## Fuzz every parser for a while (FUZZTIME=3s each)
	@FUZZTIME=$(FUZZTIME) infra/tools/fuzz

schemathesis: $(SCHEMATHESIS)/installed ## Hold the running site against the description of its API (STFLAGS= for schemathesis run)
	@go run ./infra/schemathesis -program $(SCHEMATHESIS)/bin/schemathesis -- $(STFLAGS)

vulnerabilities: ## Ask Go's database whether our code calls something vulnerable (needs vuln.go.dev)
	go tool -modfile=infra/tools/go.mod govulncheck ./...

# Validating needs no account; SAM only wants a region to complete the names in the template.
template: $(PYTHON)/installed
	AWS_DEFAULT_REGION=eu-central-1 $(PYTHON)/python -m samcli validate --lint
	$(PYTHON)/python $(PYTHON)/cfn-lint template.yaml infra/github.yaml

description: $(PYTHON)/installed
	$(PYTHON)/openapi-spec-validator internal/website/openapi.yaml

text:
	@infra/tools/forbidden

build: $(PYTHON)/installed ## Build what is deployed into .aws-sam/build and start it (ARCH=arm64 or x86_64)
	$(BUILD_ENV) $(PYTHON)/python -m samcli build $(if $(ARCH),--parameter-overrides Architecture=$(ARCH))
	@go run ./infra/bench/artifacts .aws-sam/build

rehearse: $(PYTHON)/installed ## Deploy what `make build` left to stand-ins of S3 and CloudFormation, and check all that AWS would
	@go run ./infra/rehearse $(PYTHON)/python

bench: ## Measure starts, sizes and table requests beside a floor (BENCHFLAGS=-write updates docs/performance.md)
	@go run ./infra/bench $(BENCHFLAGS)
	@go run ./infra/bench/library $(filter -write,$(BENCHFLAGS))
	@go run ./infra/bench/sender $(filter -write,$(BENCHFLAGS))
	@go run ./infra/bench/enumeration $(filter -write,$(BENCHFLAGS))
	@go run ./infra/bench/fundingimport
	@go run ./infra/bench/load $(if $(filter -write,$(BENCHFLAGS)),-write,-short)
	@go run ./infra/bench/search $(filter -write,$(BENCHFLAGS))
	@go -C infra/bench/search/peer run .
	@GOMEMLIMIT=200MiB go test -run '^$$' -bench Match -benchtime 1x ./internal/fundingalerts

fault: ## Kill the senders of newsletters, lose answers and events, and count (SEED= repeats one run; about half an hour without it)
ifdef SEED
	@go run ./infra/fault -seed $(SEED)
else
	@go run ./infra/fault/simulate
	@go run ./infra/fault -careless -seeds 1 -recipients 1000 -kills 0
	@go run ./infra/fault
	@FUNDING_KILL_ROUNDS=50 go test -count=1 -run TestKilled -v ./internal/fundingalerts
endif

deploy: build ## Deploy to AWS with your credentials, STAGE=production or staging; asks before it changes anything
	$(PYTHON)/python -m samcli deploy --guided --config-env $(STAGE:production=default)

clean-data: ## Forget what the local website stored
	rm -rf .local

$(LINT): infra/tools/go.mod infra/tools/go.sum
	@echo 'building golangci-lint (once)'
	@go -C infra/tools build -o $(CURDIR)/$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $@

# $(call environment,FOLDER,FILE) installs Python's packages. The file lists every one with its hash, so
# nothing has to be looked up: --no-deps.
define environment
	@rm -rf $(1)
	@python3 -m venv $(1)
	@$(1)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(2)
	@$(1)/bin/pip check --quiet --disable-pip-version-check
	@touch $@
endef

$(PYTHON)/installed: infra/tools/requirements.txt
	@echo 'installing the SAM CLI and cfn-lint (once)'
	$(call environment,$(TOOLS)/python,$<)

# It needs other versions of packages that the SAM CLI needs as well.
$(SCHEMATHESIS)/installed: infra/schemathesis/requirements.txt
	@echo 'installing Schemathesis (once)'
	$(call environment,$(SCHEMATHESIS),$<)
