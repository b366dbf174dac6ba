# `make verify` and `make test` work from a bare checkout: each creates .venv, installs what it needs at the versions
# pinned in constraints.txt, and leaves a stamp, so that the next call installs nothing and starts at once.

SHELL := /bin/bash
.NOTPARALLEL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help verify test bench mutants agree lint style types imports constraints clean

# The first of these that is at least 3.11 and can create environments; one of your own: make PYTHON=python3.12 test
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11 python
# Passed on to the command: make verify ARGS='collins2022.* --budget small', make test ARGS='-k moments'
ARGS =

VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# Extras that each stamp stands for; `run` is the library alone.
EXTRAS_run :=
EXTRAS_test := [test]
EXTRAS_dev := [dev]
EXTRAS_bench := [bench]

help: ## Say what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

verify: $(VENV)/installed-run ## Judge every claim and print the ledger (ARGS are passed to `landscape verify`)
	@$(BIN)/landscape verify $(ARGS)

# worksteal: the tests differ in length, and a worker that runs out of its share takes from the other's.
test: $(VENV)/installed-test ## Run the tests on all cores (ARGS are passed to pytest)
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal $(ARGS)

bench: $(VENV)/installed-bench ## Measure how fast everything is and write docs/benchmarks.md
	@$(BIN)/python benchmarks/run.py $(ARGS)

mutants: $(VENV)/installed-test ## Break the derivation code in every small way and count what its tests notice
	@$(BIN)/python tests/quality/mutate_derivations.py $(ARGS)

agree: $(VENV)/installed-test ## Run every method on many configurations and write docs/methods-agreement.md
	@$(BIN)/python tests/quality/methods_agree.py $(ARGS)

lint: style types imports ## Check style, types and the direction of imports

style: $(VENV)/installed-dev ## Check style and formatting with ruff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/installed-dev ## Check the types of the three packages with mypy --strict
	@$(BIN)/mypy --strict theory numerics proofs_check

imports: $(VENV)/installed-dev ## Check that theory <- numerics <- proofs_check holds
	@$(BIN)/lint-imports --no-logo

constraints: $(VENV)/created ## Pin the newest versions that fit pyproject.toml
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && \
	$(BIN)/python -m venv "$$scratch" && \
	"$$scratch/bin/python" -m pip install --quiet --disable-pip-version-check hatchling && \
	"$$scratch/bin/python" -m pip install --quiet --disable-pip-version-check --no-build-isolation '.[dev]' && \
	{ sed -n '/^#/p' constraints.txt && "$$scratch/bin/python" -m pip freeze --exclude maml-landscape; } \
		> "$$scratch/pinned" && cp "$$scratch/pinned" constraints.txt

clean: ## Remove the environment and everything generated
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage* build dist
	find theory numerics proofs_check tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/created:
	@for python in $(PYTHON); do \
	    if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "creating $(VENV) with $$("$$python" --version)" && "$$python" -m venv $(VENV) && touch $@; exit; \
	    fi; \
	done; \
	echo "none of these is a Python >= 3.11 that can create environments: $(PYTHON)" >&2; \
	echo "install one (Debian: python3 and python3-venv) or name it: make PYTHON=/path/to/python" >&2; \
	exit 1

# The build backend is installed first so that it, too, has the pinned version.
$(VENV)/installed-%: $(VENV)/created pyproject.toml constraints.txt
	@echo "installing maml-landscape$(EXTRAS_$*) into $(VENV)"
	@$(PIP_INSTALL) hatchling
	@$(PIP_INSTALL) --no-build-isolation --editable '.$(EXTRAS_$*)'
	@touch $@
