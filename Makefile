# Each target sets up what it needs in .venv. All that must be there is Python 3.11 or later.

PYTHON ?= $(shell for p in python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet

# OpenMP threads that soon sleep while they wait: beside other work, spinning ones make tests crawl.
export OMP_WAIT_POLICY := PASSIVE
export GOMP_SPINCOUNT := 10000

# File by file in collection order, which puts the browser tests last (tests/browser/conftest.py).
PARALLEL := -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: demo test test-slow lint bench

demo: .venv/.runtime
	PYTHONUNBUFFERED=1 $(PY) app.py

test: lint
	$(PY) tests/browser/chromium.py
	$(PY) -m pytest -rs -m "not slow" $(PARALLEL)

test-slow: .venv/.dev
	$(PY) -m pytest -rs -m slow

lint: .venv/.dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/lint-imports --no-cache

bench: .venv/.dev
	@set -e; for script in bench/*.py; do \
		test -e "$$script" || { echo "There are no benchmarks in bench/ yet."; break; }; \
		echo "== $$script"; $(PY) "$$script"; \
	done

$(PY):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed; found none."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements.txt | $(PY)
	@echo "Installing what requirements.txt names into .venv (PyTorch is large: a few minutes)."
	$(PIP) -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	$(PIP) -r requirements-dev.txt
	@touch $@
