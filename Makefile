# `make help` lists the targets. Only git, make, curl and Node.js with npm have to be there: scripts/deno gets the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help bundle run test test-unit test-protocol test-peers test-e2e test-crash check build image release bench fmt clean

DENO := scripts/deno

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

bundle: ## What browsers load, into build/web, and how large it is
	@$(DENO) run -A scripts/bundle.ts

run: ## Start a relay on unprivileged ports, state in ./data; ADDRESS=192.168.1.5 for phones
	@echo "Preparing web pages; the first time that takes a minute" >&2
	@$(DENO) run -A scripts/bundle.ts >/dev/null
	@$(DENO) run -A main.ts run --dev $(if $(ADDRESS),--address "$(ADDRESS)")

test: ## All tests: units, protocols, other servers, real clients, kill -9
	@$(DENO) run -A scripts/test.ts

test-unit test-protocol test-peers test-e2e test-crash: test-%:
	@$(DENO) run -A scripts/test.ts $*

check: ## Format, lint, types, imports, RFC references, fresh documents
	@$(DENO) run -A scripts/check.ts

build: ## One executable, build/postern
	@$(DENO) run -A scripts/build.ts

image: ## A container image of build/postern, localhost/postern, by podman or buildah
	@$(DENO) run -A scripts/container/image.ts

release: ## Signed archives, SBOM and release.json in build/release; RELEASE_KEY names the private key
	@$(DENO) run -A scripts/release.ts

bench: ## Measure B1 to B15; ONLY="b1 b4" for some
	@$(DENO) run -A scripts/bundle.ts >/dev/null
	@$(DENO) run -A --unsafely-ignore-certificate-errors=chat.example,localhost tests/bench/main.ts $(ONLY)

fmt: ## Format the sources
	@$(DENO) fmt

clean: ## Remove what was built
	rm -rf build bench-data
