# The few commands of this project, the same by hand and in CI. Needs a Python >= 3.11 with venv, and make.

PYTHON ?= $(shell command -v python3.13 2>/dev/null || command -v python3.12 2>/dev/null || command -v python3.11 2>/dev/null || echo python3)
BIN := .venv/bin
RUN_STAMP := .venv/.installed
DEV_STAMP := .venv/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help run install check test bench docs lock

help:  ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(RUN_STAMP)  ## start the server over the project's own docs; prints the address
	@$(BIN)/answerable serve --ingest docs --collection docs

install: $(DEV_STAMP)  ## make .venv with everything that development needs

check: $(DEV_STAMP)  ## format, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(DEV_STAMP)  ## everything that CI runs: check, then all tests
	@bash scripts/system_packages.sh
	$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n 2 --dist loadgroup

bench: $(DEV_STAMP)  ## measure; writes benchmarks/results
	$(BIN)/python -m benchmarks

docs: $(DEV_STAMP)  ## write the generated reference pages
	$(BIN)/python scripts/generate_reference.py

lock:  ## resolve the dependencies anew, with hashes and without an index address (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url -q -o requirements.txt
	echo hatchling | uv pip compile - -c requirements.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url -q -o requirements-build.txt
	uv pip compile pyproject.toml --group dev -c requirements.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url -q -o requirements-dev.txt

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; set PYTHON=path/to/python3.11")'
	$(PYTHON) -m venv .venv

$(RUN_STAMP): .venv/bin/python requirements.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.txt -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): $(RUN_STAMP) requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
