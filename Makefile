.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
IMPL ?=
CAP ?=
URL ?=
BENCH ?= default
FROM ?= stdlib
TO ?= flask
OP ?=
DEPTH ?=
NAME ?= favourite
HTML ?=
OPEN ?=
FAULT ?=
N ?=
SEED ?=
URLS ?=
LEVEL ?=
WATCH ?=
DIR ?=
ALL ?=
COLUMN ?=
PLANT ?=
JOBS ?= 4
TARGET ?= http://127.0.0.1:8000
LISTEN ?= 127.0.0.1
MASTER ?= 127.0.0.1

IMPLEMENTATIONS := stdlib flask django fastapi
# In which order they are tested: what takes longest begins first.
LONGEST := flask fastapi django
LONGEST_FIRST := $(filter $(IMPLEMENTATIONS),$(LONGEST)) \
  $(filter-out $(LONGEST),$(IMPLEMENTATIONS))
NAMED := $(or $(IMPL),stdlib)

COMMA := ,
SPACE := $(subst ,, )
CHOICE := $(subst $(SPACE),$(COMMA)$(SPACE),$(IMPLEMENTATIONS))
CAPS := $(subst $(COMMA),$(SPACE),$(CAP))
TESTS := $(if $(CAP),$(CAPS:%=tests/test_%.py),tests/test_*.py)
RESULT_FILES := $(IMPLEMENTATIONS:%=results/tests-%$(if $(CAP),-$(CAP)).jsonl)
# What one server's results are called, and the file that holds them.
COLUMN_NAME := $(or $(COLUMN),$(if $(URL),url,$(notdir $(NAMED:%/=%))))
RESULT_FILE := results/tests-$(COLUMN_NAME)$(if $(CAP),-$(CAP)).jsonl
# These wait more than they work: two wait first, while two others work.
WAITING := $(if $(CAP),,$(patsubst %,tests/test_%.py,shutdown storage limits))
WAIT_FIRST := flask fastapi
VENV := .venv
PY := $(VENV)/bin/python

export IMPL CAP URL BENCH FAULT N SEED
# The suite starts hundreds of processes: each would compile anew.
unexport PYTHONDONTWRITEBYTECODE
# No plugin that others have installed is needed: they take a second to import.
export PYTEST_DISABLE_PLUGIN_AUTOLOAD := 1

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*##/ {printf "%-14s %s\n", $$1, $$2}' \
	  $(MAKEFILE_LIST)
	@echo
	@echo "IMPL: $(CHOICE)"
	@echo "CAP: chapters of the spec, commas between"

define CHECK_PYTHON
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: $(PYTHON) is too old; Python 3.11 or later is needed:" \
	    "make PYTHON=/path/to/python3.11 …"; exit 1; }
endef

.PHONY: python
python:
	$(CHECK_PYTHON)

$(VENV)/ready: requirements.lock
	$(CHECK_PYTHON)
	@echo "Installing what requirements.lock names into $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check \
	  --require-hashes --requirement requirements.lock
	@touch $@

# Wrong or missing arguments are reported before anything is installed.
.PHONY: known
known:
	@test -x "implementations/$(NAMED)/run" || \
	  { echo "IMPL=$(IMPL): choose $(CHOICE)" >&2; exit 1; }

.PHONY: known-or-folder
known-or-folder:
	@test -n "$(URL)" || test -x "implementations/$(NAMED)/run" || \
	  test -x "$(NAMED)/run" || { echo "IMPL=$(IMPL): choose $(CHOICE)," \
	    "or a folder with a run file" >&2; exit 1; }

.PHONY: known-cap
known-cap:
	@for cap in $(CAPS); do test -e "tests/test_$$cap.py" || \
	  { echo "CAP=$$cap: no tests/test_$$cap.py" >&2; exit 1; }; done

.PHONY: known-chromium
known-chromium:
	@if [ -n "$$CHROMIUM" ]; then command -v "$$CHROMIUM"; \
	else command -v chromium chromium-browser google-chrome; fi \
	  > /dev/null || { echo "make browser: no Chromium: install it, or" \
	    "name one: make browser CHROMIUM=/path/to/chromium" >&2; exit 1; }

.PHONY: run
run: known $(if $(filter stdlib,$(NAMED)),python,$(VENV)/ready) ## serve one of them: make run IMPL=flask PORT=8080
	@export PATH="$(CURDIR)/$(VENV)/bin:$$PATH"; \
	host="$${HOST:-127.0.0.1}"; [[ $$host != *:* ]] || host="[$$host]"; \
	run="$(if $(filter stdlib,$(NAMED)),$(PYTHON) run,./run)"; \
	cd "implementations/$(NAMED)" && $$run migrate && \
	echo "$(NAMED): http://$$host:$${PORT:-8000} (Ctrl-C stops it)" && \
	exec $$run serve

.PHONY: test
test: known-or-folder known-cap $(VENV)/ready ## test one: IMPL=flask CAP=tokens,sessions, or URL=http://…
	@$(if $(URL),rm -f $(RESULT_FILE); COLUMN=$(COLUMN_NAME) \
	  $(PY) -m pytest $(TESTS); $(PY) -m compare table $(RESULT_FILE),\
	  $(PY) -m pytest $(TESTS))

.PHONY: compare-with
compare-with: known-or-folder known-cap $(VENV)/ready ## a server of your own as a fifth column: URL=http://… or IMPL=folder, COLUMN=its name
	@rm -f $(RESULT_FILE)
	@COLUMN=$(COLUMN_NAME) $(PY) -m pytest $(TESTS) --quiet; \
	  $(PY) -m compare beside $(RESULT_FILE)

.PHONY: test-all
test-all: known-cap $(VENV)/ready ## test all four and end with one table; CAP=routing,bodies
	@rm -f $(RESULT_FILES)
	@mkdir -p results
	@echo $(LONGEST_FIRST) | xargs -n 1 -P $(JOBS) $(SHELL) -c '\
	  echo "== $$0: running"; \
	  first=; [[ " $(WAIT_FIRST) " != *" $$0 "* ]] || first="$(WAITING)"; \
	  IMPL=$$0 $(PY) -m pytest $$first $(TESTS) --quiet \
	    > results/tests-$$0.log 2>&1; \
	  cat results/tests-$$0.log; echo "== $$0: done"'
	@$(PY) -m compare table $(RESULT_FILES)

.PHONY: learn
learn: $(VENV)/ready ## how far a server of your own has come: URL=http://127.0.0.1:8000 LEVEL=5 WATCH=1
	@$(PY) -m tests.learn $(URL) $(if $(LEVEL),--level $(LEVEL)) \
	  $(if $(WATCH),--watch $(DIR)) $(if $(ALL),--all)

.PHONY: browser
browser: $(if $(IMPL),known) known-chromium $(VENV)/ready ## walk through the pages of all four, or of IMPL, and the report, in Chromium
	@for implementation in $(or $(IMPL),$(IMPLEMENTATIONS)); do \
	  echo "== $$implementation"; \
	  IMPL=$$implementation RESULTS=results/browser-$$implementation.jsonl \
	    $(PY) -m pytest tests/browser/test_walk.py --quiet || exit 1; \
	done
	@$(if $(IMPL),,echo "== the report"; \
	  RESULTS=results/browser-report.jsonl \
	  $(PY) -m pytest tests/browser/test_report.py --quiet)

.PHONY: faults
faults: $(VENV)/ready ## break each rule, all must be found; FAULT=TOKENS-3 or FAULT="name" shows one; IMPL=flask
	@$(PY) -m tests.faults $(if $(FAULT),"$$FAULT")

.PHONY: bench
bench: $(VENV)/ready ## measure all four side by side, or two: FROM=flask TO=django; BENCH=smoke is short, BENCH=full long
	@$(PY) -m compare bench $(if $(filter command%,$(origin FROM)),\
	  --only $(FROM) $(TO)) $(if $(PLANT),--plant $(PLANT))

.PHONY: curves latency layers bench-publish
curves: $(VENV)/ready ## how the cost of a request grows: rows, page, clients, body
	@$(PY) -m compare curves
latency: $(VENV)/ready ## how long an answer takes at fixed rates
	@$(PY) -m compare latency
layers: $(VENV)/ready ## what each layer of a request costs, without a server
	@$(PY) -m compare layers
bench-publish: $(VENV)/ready ## write the last full benchmark run into README.md and docs/benchmark.svg
	@$(PY) -m compare bench-publish

.PHONY: load load-master load-worker
load: $(VENV)/ready ## people who use a server, with Locust's own page: TARGET=http://127.0.0.1:8000
	@PYTHONPATH=. $(VENV)/bin/locust -f compare/load/locustfile.py \
	  --host $(TARGET) --web-host 127.0.0.1
load-master: $(VENV)/ready ## the same from several machines, LISTEN= is the address for the workers
	@PYTHONPATH=. $(VENV)/bin/locust -f compare/load/locustfile.py \
	  --host $(TARGET) --web-host 127.0.0.1 --master \
	  --master-bind-host $(LISTEN)
load-worker: $(VENV)/ready ## one of these machines, MASTER= is the address of the first
	@PYTHONPATH=. $(VENV)/bin/locust -f compare/load/locustfile.py \
	  --worker --master-host $(MASTER)

.PHONY: diff
diff: $(VENV)/ready ## two implementations side by side, FROM=stdlib TO=flask CAP=tokens; or one operation in all four, OP=create_bookmark; HTML=1 or OPEN=1 as a page
	@$(PY) -m compare diff $(if $(OP),--op $(OP),--from $(FROM) --to $(TO)) \
	  $(if $(CAP),--cap "$$CAP") $(if $(HTML),--html) $(if $(OPEN),--open)

.PHONY: trace
trace: $(VENV)/ready ## one request through each of the four, call by call: OP=create_bookmark DEPTH=2
	@$(PY) -m compare trace $(or $(OP),create_bookmark) \
	  $(if $(DEPTH),--depth $(DEPTH))

.PHONY: prove
prove: $(VENV)/ready ## run each capability's tests, and check that the code named as doing the work runs
	@$(PY) -m compare prove

.PHONY: change
change: $(VENV)/ready ## apply one change to a copy of all four and test it: NAME=favourite
	@$(PY) -m compare change $(NAME)

.PHONY: report
report: $(VENV)/ready ## write it all as pages into report/; OPEN=1 shows them
	@$(PY) -m compare report $(if $(OPEN),--open)

.PHONY: grid
grid: $(VENV)/ready ## rewrite the generated parts of the documents
	@$(PY) -m compare trace --write
	@$(PY) -m compare grid --write

.PHONY: fuzz
fuzz: $(VENV)/ready ## send all four the same odd requests and compare; N=100000, SEED=7, URLS="http://… http://…"
	@$(if $(URLS),,$(PY) -m tests.fuzzing.description $(IMPLEMENTATIONS))
	@$(PY) -m tests.fuzzing $(or $(URLS),$(IMPLEMENTATIONS))

.PHONY: check
check: $(VENV)/ready ## style, spec, unit tests, files that must be identical copies
	@$(VENV)/bin/ruff check
	@$(VENV)/bin/ruff format --check --quiet
	@$(PY) -m openapi_spec_validator spec/openapi.yaml
	@$(PY) -m compare check
	@$(PY) -m compare grid --check
	@$(PY) -m compare trace --check
	@$(PY) -m pytest tests/unit $(wildcard implementations/*/tests) --quiet

.PHONY: format
format: $(VENV)/ready ## format the code
	@$(VENV)/bin/ruff check --fix --quiet
	@$(VENV)/bin/ruff format

.PHONY: lock
lock: $(VENV)/ready ## update requirements.lock from requirements.in (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  requirements.in --output-file requirements.lock

.PHONY: clean
clean: ## remove everything that was made
	@rm -rf $(VENV) results report report.new .pytest_cache .ruff_cache .hypothesis \
	  tests/.hypothesis .schemathesis implementations/*/var
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
