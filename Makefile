# The few commands of this project, the same by hand and in CI. Needs a Python >= 3.11 with venv, and make.

# The first Python that runs and is new enough; a name alone may be a shim without a Python behind it.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$name -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
RUN_STAMP := .venv/.installed
DEV_STAMP := .venv/.installed-dev
CLIENTS_STAMP := .venv-clients/.installed

# Tests start some hundred commands: each would compile all of our modules anew where byte code is not to be written.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run install check test bench docs lock

help:  ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(RUN_STAMP)  ## start the server over the project's own docs; prints the address
	@$(BIN)/answerable serve --ingest docs --collection docs

install: $(DEV_STAMP) $(CLIENTS_STAMP)  ## make .venv with everything that development needs

check: $(DEV_STAMP)  ## format, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test:  ## everything that CI runs: check, then all tests
	@bash scripts/system_packages.sh
	@$(MAKE) --no-print-directory -j 2 install
	$(MAKE) --no-print-directory check
	$(BIN)/python scripts/run_tests.py

bench: $(DEV_STAMP)  ## measure; writes benchmarks/results
	$(BIN)/python -m benchmarks

docs: $(DEV_STAMP)  ## write the generated reference pages
	$(BIN)/python scripts/generate_reference.py

lock:  ## resolve the dependencies anew, with hashes and without an index address (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url -q -o requirements.txt
	echo hatchling | uv pip compile - -c requirements.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url -q -o requirements-build.txt
	uv pip compile pyproject.toml --group dev -c requirements.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url -q -o requirements-dev.txt
	uv pip compile tests/e2e/openai/clients/requirements.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url -q -o requirements-clients.txt

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed; set PYTHON=path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv

$(RUN_STAMP): .venv/bin/python requirements.txt pyproject.toml
	@echo "Installing into .venv: once, a minute or two."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.txt -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): $(RUN_STAMP) requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# LangChain and LlamaIndex as their users have them, beside another version of the OpenAI SDK than ours.
$(CLIENTS_STAMP): .venv/bin/python requirements-clients.txt
	@test -x .venv-clients/bin/python || $(BIN)/python -m venv .venv-clients
	.venv-clients/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-clients.txt
	@touch $@
