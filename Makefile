# make run     the desk on this machine          make demo      the desk on a simulated fleet
# make test    all tests                         make torture   the long tests, each with a seed
# make lint    format, lint, types, layers       make bench     the tables of the performance figures
# make docs    the generated pages of docs/      make pictures  pictures of the desk as it is drawn
# make clean   remove what was made here

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One more than there are cores: many tests wait for servers and terminals, and leave the CPU to others meanwhile.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) + 1)

# Two stamps, so that running the program never waits for the tools of its development.
RUN_READY := $(VENV)/.ready-run
DEV_READY := $(VENV)/.ready-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help run demo test lint bench pictures docs torture packages clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

run: $(RUN_READY)
	$(BIN)/tui-ops -i sample_inventory.yaml

demo: $(RUN_READY)
	$(BIN)/tui-ops demo

test: $(DEV_READY) packages
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not torture" $(ARGS)

torture: $(DEV_READY) packages
	$(BIN)/python -m pytest -m torture --timeout 1800 $(ARGS)

lint: $(DEV_READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(DEV_READY) packages
	@set -e; for one in benchmarks/*.py; do echo "== $$one"; $(BIN)/python "$$one"; done

pictures: $(RUN_READY)
	$(BIN)/python docs/make_pictures.py

docs: $(RUN_READY)
	$(BIN)/python -m tui_ops.cli.docs

# Debian packages whose real programs the tests use. Where they can't be installed, the command is printed and
# pytest names every test that did not run.
packages:
	@sh .ci/packages

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "Python 3.11 or newer is needed, $(PYTHON) is %d.%d. Name another one: make PYTHON=python3.12" % v[:2])'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) can't make a virtual environment. Install what it lacks: sudo apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(RUN_READY): $(VENV)/.python pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt setuptools
	$(PIP) install -c constraints.txt --no-build-isolation -e .
	@touch $@

$(DEV_READY): $(RUN_READY)
	$(PIP) install -c constraints.txt --no-build-isolation -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache snapshot_report.html
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
