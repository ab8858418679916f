# Every target does its own set-up and can be run first. Needs Node >= 20.18, npm and make.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := node_modules/.bin
# Folders are in the list too: theirs is the time that changes when a file is taken away.
SOURCES := $(shell find src sim) build.js package.json tsconfig.json tsconfig.build.json
SEEDS ?= 2

.PHONY: help
help: ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: dist/.built ## compare the route-choice policies on scenarios/which-account.yaml: table, answer, report
	@node dist/sim/cli.js compare scenarios/which-account.yaml --seeds $(SEEDS)

.PHONY: test
test: types lint unused tests ## every check: types, lint, unused code, unit, property, mutant and end-to-end tests

.PHONY: bench
bench: dist/.built redis ## how fast the simulator, the fuzzer and the live node are, beside others
	@echo 'building'
	@$(BIN)/tsc -p tsconfig.bench.json
	@node out/bench/test/bench/simulator.js
	@node out/bench/test/bench/fuzz.js
	@node out/bench/test/bench/live.js

.PHONY: fuzz
fuzz: dist/.built ## a minute of worlds in which things go wrong, on all cores: every invariant judged, what breaks is shrunk and told
	@node dist/sim/cli.js fuzz --seconds 60

.PHONY: crash
crash: dist/.built redis ## two live nodes under load for a minute, their processes and Redis killed: the books against what was told
	@node --import tsx test/e2e/crash/campaign.ts --seconds 60

.PHONY: explore
explore: dist/.built ## every interleaving of the small worlds in scenarios/explore/
	@node dist/sim/cli.js explore

.PHONY: mutants
mutants: node_modules/.package-lock.json ## who notices each broken rule: campaign, exploration, properties (an hour, can be stopped; test/mutants/MATRIX.md)
	@node --import tsx test/mutants/matrix/matrix.ts

.PHONY: types
types: node_modules/.package-lock.json ## check the types, tests included
	@echo 'types'
	@$(BIN)/tsc --noEmit

.PHONY: lint
lint: node_modules/.package-lock.json ## check the style
	@echo 'lint'
	@$(BIN)/biome check --error-on-warnings --log-level=warn .

.PHONY: format
format: node_modules/.package-lock.json ## put the style right where a machine can
	@$(BIN)/biome check --write --log-level=warn .

.PHONY: unused
unused: node_modules/.package-lock.json ## find unused files, exports and dependencies
	@echo 'unused files, exports and dependencies'
	@$(BIN)/knip --no-progress --no-config-hints

.PHONY: tests
tests: node_modules/.package-lock.json redis ## run the tests alone
	@echo 'tests'
	@$(BIN)/vitest run --maxWorkers=2 --reporter=default --reporter=json --outputFile.json=out/tests.json

# Where there is no redis-server and no apt-get, redis-memory-server brings its own when it is first started.
.PHONY: redis
redis:
	@command -v redis-server >/dev/null || { echo 'installing redis-server'; apt-get update -qq >/dev/null && apt-get install -y -qq redis-server >/dev/null; } || echo 'redis-server could not be installed with apt-get: the tests download one'

# `npm ci` writes this file last, so it stands for a whole node_modules.
node_modules/.package-lock.json: package-lock.json | node
	@echo 'installing the packages that package-lock.json names'
	@npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

dist/.built: node_modules/.package-lock.json $(SOURCES)
	@echo 'building'
	@node build.js
	@touch $@

.PHONY: node
node:
	@command -v node >/dev/null && command -v npm >/dev/null || { echo 'ilp-node needs Node 20.18 or newer, with npm: https://nodejs.org' >&2; exit 1; }
	@node -e "const [major, minor] = process.versions.node.split('.'); if (major < 20 || (major == 20 && minor < 18)) { console.error('ilp-node needs Node 20.18 or newer; this is ' + process.versions.node); process.exit(1) }"
