# The one door. `make help` lists what there is. Needed beforehand: Python 3.11 or newer with venv, make, git.
# Measured on two cores (Nov 2026): the first `run` serves after 19 s, later ones after 1 s; the first `test` or `check`
# takes 25 s to make .venv, `check` itself 6 s, `lock` 2 s.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help run test check format-check lint types imports templates translations docker packages \
        format bench planted mutants soak screenshots lock clean

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

# What these five targets run. A file or a module may take their place without another word here changing.
TRANSLATIONS := $(BIN)/python -m tests.tools.translations
BENCH := $(BIN)/python -m tests.tools.bench
PLANTED := $(BIN)/python -m tests.tools.planted
MUTANTS := $(BIN)/python -m tests.tools.mutants
SCREENSHOTS := GOLDGAP_SCREENSHOTS=1 $(BIN)/pytest -n 2 tests/pages/test_every_page.py

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ------------------------------------------------------------------------------------------------------------- to use
run: .venv/runtime  ## from nothing to the demo at http://127.0.0.1:8000 (PORT= changes it)
	$(BIN)/goldgap init
	$(BIN)/goldgap demo --if-empty
	exec $(BIN)/goldgap serve --host 127.0.0.1 --port $(PORT)

test: .venv/dev  ## every test, with PostgreSQL and a real browser; ARGS="-k word" for a part
	@tests/install-system-packages
	$(BIN)/pytest -n 2 $(if $(ARGS),$(ARGS),--cov)

check: format-check lint types imports templates translations docker packages  ## format, lint, types, imports, templates, translations
	@echo "All checks passed."

format: .venv/dev  ## put code and templates into shape, and mend what can be mended by machine
	$(BIN)/ruff check --fix --exit-zero --quiet
	$(BIN)/ruff format

bench: .venv/dev  ## the benchmark, as one table of ratios
	$(BENCH)

soak: .venv/dev  ## the long forms of tests: each of 548 attacks in each field; half an hour
	@tests/install-system-packages
	GOLDGAP_SOAK=1 $(BIN)/pytest tests/attacks/test_texts.py

planted: .venv/dev  ## plant faults, and show that the tests catch each
	$(PLANTED)

mutants: .venv/dev  ## have a machine plant faults in the code that guards; an hour
	$(MUTANTS)

screenshots: .venv/dev  ## pictures of every page
	@tests/install-system-packages
	$(SCREENSHOTS)

# A release waits a week before we take it: time for others to find what is wrong with it. COOLDOWN="0 days" to take it now.
COOLDOWN := 1 week
LOCK = $(BIN)/uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
       --no-emit-index-url --exclude-newer "$(COOLDOWN)" --custom-compile-command "make lock" --quiet

lock: .venv/dev  ## choose versions anew and write both lock files
	$(LOCK) --upgrade --output-file requirements.lock
	$(LOCK) --upgrade --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean:  ## take away all that was made here, but not data/
	rm -rf .venv mutants .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ------------------------------------------------------------------------------------------------ the parts of `check`
format-check: .venv/dev
	$(BIN)/ruff format --check
lint: .venv/dev
	$(BIN)/ruff check
types: .venv/dev
	$(BIN)/mypy
imports: .venv/dev
	$(BIN)/lint-imports
templates: .venv/dev
	$(BIN)/djlint templates --lint --quiet
translations: .venv/dev
	$(TRANSLATIONS)
docker: .venv/dev
	$(BIN)/hadolint Dockerfile
packages: .venv/dev
	$(BIN)/python -m pip check

# --------------------------------------------------------------------------------------- the virtual environment, once
# Each stamp is younger than the lock file it was made from. The development lock holds the runtime lock and more.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
PROJECT = $(INSTALL) --no-deps --no-build-isolation --editable .

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; PYTHON= names it")'
	$(PYTHON) -m venv .venv

.venv/runtime: requirements.lock pyproject.toml | .venv/bin/python
	$(INSTALL) --require-hashes --requirement requirements.lock
	$(PROJECT)
	@touch $@

.venv/dev: requirements-dev.lock pyproject.toml | .venv/bin/python
	$(INSTALL) --require-hashes --requirement requirements-dev.lock
	$(PROJECT)
	@touch .venv/runtime $@
