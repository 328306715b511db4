.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
IMPL ?=
CAP ?=
URL ?=
BENCH ?= full
FROM ?= stdlib
TO ?= flask
FAULT ?=
JOBS ?= 3

IMPLEMENTATIONS := stdlib flask django fastapi
VENV := .venv
PY := $(VENV)/bin/python

export IMPL CAP URL BENCH FAULT
# The suite starts hundreds of processes: each would compile anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) \
	  | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/ready: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: $(PYTHON) is too old; Python 3.11 or later is needed:" \
	    "make PYTHON=/path/to/python3.11 …"; exit 1; }
	@echo "Installing what requirements.lock names into $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check \
	  --require-hashes --requirement requirements.lock
	@touch $@

.PHONY: run
run: ## serve one implementation: make run IMPL=stdlib
ifneq ($(filter $(IMPL),flask django fastapi),)
run: $(VENV)/ready
endif
	@implementation=$(or $(IMPL),stdlib); \
	export PATH="$(CURDIR)/$(VENV)/bin:$$PATH"; \
	cd "implementations/$$implementation" && ./run migrate && exec ./run serve

.PHONY: test
test: $(VENV)/ready ## test one: make test IMPL=flask CAP=tokens, or URL=http://…
	@$(PY) -m pytest $(if $(CAP),tests/test_$(CAP).py,tests/test_*.py)

.PHONY: test-all
test-all: $(VENV)/ready ## test all four and end with one table
	@rm -f results/tests-*
	@mkdir -p results
	@echo flask fastapi django stdlib | xargs -n 1 -P $(JOBS) $(SHELL) -c '\
	  echo "== $$0: running"; \
	  IMPL=$$0 $(PY) -m pytest tests/test_*.py --quiet \
	    > results/tests-$$0.log 2>&1; \
	  cat results/tests-$$0.log; echo "== $$0: done"'
	@$(PY) -m compare table $(IMPLEMENTATIONS:%=results/tests-%.jsonl)

.PHONY: browser
browser: $(VENV)/ready ## walk through the pages of all four in Chromium
	@for implementation in $(or $(IMPL),$(IMPLEMENTATIONS)); do \
	  echo "== $$implementation"; \
	  IMPL=$$implementation RESULTS=results/browser-$$implementation.jsonl \
	    $(PY) -m pytest tests/browser --quiet || exit 1; \
	done

.PHONY: faults
faults: $(VENV)/ready ## break each rule on purpose: every fault must be found
	@cd tests && ../$(PY) -m faults $(FAULT)

.PHONY: bench
bench: $(VENV)/ready ## measure all four side by side; BENCH=smoke is short
	@$(PY) -m compare bench

.PHONY: diff
diff: $(VENV)/ready ## two implementations side by side: FROM=stdlib TO=flask CAP=tokens
	@$(PY) -m compare diff --from $(FROM) --to $(TO) $(if $(CAP),--cap $(CAP))

.PHONY: grid
grid: $(VENV)/ready ## write the grid of the README anew
	@$(PY) -m compare grid --write

.PHONY: fuzz
fuzz: $(VENV)/ready ## try to break all four with requests made from the OpenAPI file
	@$(PY) tests/fuzz.py $(IMPLEMENTATIONS)

.PHONY: check
check: $(VENV)/ready ## style, spec, mirror, fuzzing, unit tests
	@$(VENV)/bin/ruff check
	@$(VENV)/bin/ruff format --check --quiet
	@$(PY) -m openapi_spec_validator spec/openapi.yaml
	@$(PY) -m compare check
	@$(PY) -m compare grid --check
	@$(PY) tests/fuzz.py $(IMPLEMENTATIONS)
	@$(PY) -m pytest tests/unit --quiet

.PHONY: format
format: $(VENV)/ready ## put the code into its one form
	@$(VENV)/bin/ruff check --fix --quiet
	@$(VENV)/bin/ruff format

.PHONY: lock
lock: $(VENV)/ready ## resolve requirements.in anew (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  requirements.in --output-file requirements.lock

.PHONY: clean
clean: ## remove everything that was made
	@rm -rf $(VENV) results .pytest_cache .ruff_cache .hypothesis \
	  implementations/*/var
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
