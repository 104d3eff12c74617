# Lodestream: the commands. Each does the set-up that it needs; what was downloaded once is kept in the cache folder.
SHELL := bash
.DEFAULT_GOAL := help
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/lodestream
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
STAGE ?=

.PHONY: help demo test down check bench synth deploy docs migration tools test-tools

help: ## Show this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 10

node_modules/.package-lock.json: package.json package-lock.json
# Not `npm ci`: it refuses a lock without the optional packages of platforms that a registry does not carry.
	npm install --no-save --prefer-offline --no-progress --loglevel error --cache "$(CACHE)/npm"
	@touch $@

tools: node_modules/.package-lock.json
	@local/system-packages.sh redis-server=redis-server mvn=maven java=openjdk-17-jdk-headless

test-tools: tools
	@local/system-packages.sh chromium=chromium

demo: tools ## Bring the platform up, let input flow, and say what to look at (DETACH=1: return once it does)
	@node bin/demo.ts

test: test-tools ## Set up, and run every test
	@node test/run.ts

check: node_modules/.package-lock.json ## Types, lint and unit tests: seconds
	@node test/run.ts check

down: node_modules/.package-lock.json ## Stop everything that demo or up started; data stays
	@node bin/lodestream.ts down

bench: tools ## Latency at 200, 1,000 and 5,000 events/s, the drain rate, and a peer beside it
	@node test/bench/run.ts

synth: node_modules/.package-lock.json ## Synthesise all four stages
	@for stage in local dev staging prod; do \
	  brokers=$$([ $$stage = local ] && echo "-c bootstrap_brokers=127.0.0.1:9092"); \
	  cdk synth --quiet -c stage=$$stage $$brokers -o cdk.out/$$stage || exit 1; \
	  echo "$$stage: cdk.out/$$stage"; \
	done

deploy: node_modules/.package-lock.json ## Deploy a stage to AWS: make deploy STAGE=dev
	@test -n "$(STAGE)" || { echo "Say which stage: make deploy STAGE=dev (or staging, prod)." >&2; exit 1; }
	cdk deploy --all -c stage=$(STAGE)

migration: node_modules/.package-lock.json ## Write the migration that changed tables need: make migration NAME=what_changes
	@node bin/migration.ts $(NAME)

docs: node_modules/.package-lock.json ## Write what follows from contracts and tables: docs/data and glue/contracts
	@node bin/docs.ts
