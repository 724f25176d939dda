# Two commands for a newcomer: `make demo` and `make test`. `make` alone lists the rest.
# Works with the make of macOS (3.81); whatever is longer than a few lines is in scripts/.

PORT = 8042
ARGS =

# The first Python that is new enough; PYTHON=... chooses another one.
PYTHON = $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$name; break; }; done)
BIN = .venv/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check

# The driver for the database that is asked for.
URLS = $(DATABASE_URL) $(LERNET_MARIADB_URL)
DRIVERS = $(if $(findstring mysql:,$(URLS))$(findstring mariadb:,$(URLS)),mysql) $(if $(findstring postgres,$(URLS)),postgres)
comma = ,
empty =
space = $(empty) $(empty)
WITH_DRIVERS = $(subst $(space),,$(foreach driver,$(DRIVERS),$(comma)$(driver)))
DEMO = .venv/demo$(WITH_DRIVERS).stamp
DEV = .venv/dev$(WITH_DRIVERS).stamp

# Where everything has to run, a skipped test is a failed one.
ifeq ($(CI),true)
export LERNET_NO_SKIPS = 1
endif

.DEFAULT_GOAL = help
.PHONY: help demo test lint format i18n i18n-check bench bench-formation bench-sessions bench-refusals access-matrix fuzz \
	screenshots matrix clean

help: ## this list
	@echo "make <target>, where the target is one of"
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/  \1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

demo: $(DEMO) ## the demo on http://127.0.0.1:8042; PORT=8080 moves it, DATABASE_URL=... chooses the database
	@LERNET_DATA=$${LERNET_DATA:-$(CURDIR)/.lernet} $(BIN)/lernet-workbench --port $(PORT)

test: $(DEV) ## gate and tests; DATABASE_URL=mysql://... runs all on that one, ARGS="tests/rules -x" goes to pytest
	@$(BIN)/python scripts/lanes.py $(ARGS)

lint: $(DEV) ## only the static gate
	@$(BIN)/python scripts/gate.py

format: $(DEV) ## let the formatters and the safe fixes write
	@$(BIN)/python scripts/gate.py --format

i18n: $(DEV) ## sentences of the sources into the catalogues; then translate the empty ones and run it again
	@$(BIN)/python scripts/i18n.py update

i18n-check: $(DEV) ## are the catalogues complete?
	@$(BIN)/python scripts/i18n.py check

bench: $(DEV) ## our learner page beside its peers
	@$(BIN)/python scripts/bench.py $(ARGS)

bench-formation: $(DEV) ## cohort formation beside random, round robin and k-means; re-forming; rows
	@$(BIN)/python scripts/bench_formation.py $(ARGS)
	@$(BIN)/python scripts/bench_reform.py
	@test -z "$(DATABASE_URL)" || $(BIN)/python scripts/bench_rows.py

bench-sessions: $(DEV) ## calendar feeds; with DATABASE_URL also planning 10 000 groups anew
	@$(BIN)/python scripts/bench_feed.py $(ARGS)
	@test -z "$(DATABASE_URL)" || $(BIN)/python scripts/bench_replan.py

bench-refusals: $(DEV) ## does a foreign key take as long as a missing one?
	@$(BIN)/python scripts/bench_refusals.py $(ARGS)

access-matrix: $(DEV) ## who may do what, into docs/access-matrix.md
	@$(BIN)/python scripts/access_matrix.py $(ARGS)

fuzz: $(DEV) ## 2 000 odd inputs for every action and panel; ARGS="--inputs 200 case." for some of them
	@$(BIN)/python scripts/fuzz.py $(ARGS)

screenshots: $(DEV) ## every panel at both widths, into docs/
	@$(BIN)/python scripts/screenshots.py $(ARGS)

matrix: $(DEV) ## the unit tests on the oldest and the newest platform
	@$(BIN)/python scripts/matrix.py $(ARGS)

clean: ## remove the environments and what the tools leave
	rm -rf .venv .venv-* build dist *.egg-info htmlcov .coverage*
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find lernet_xblock scripts tests -name __pycache__ -type d -prune -exec rm -rf {} +

# An editable install sees every change of the sources; only new requirements ask for another one.
.venv/demo%stamp: setup.py | $(BIN)/python
	@echo "Installing the demo into .venv (once) …"
	@$(PIP) install --quiet --editable '.[workbench$(WITH_DRIVERS)]' || { $(CANNOT_INSTALL); exit 1; }
	@touch $@

.venv/dev%stamp: setup.py | $(BIN)/python
	@echo "Installing the tools into .venv (once) …"
	@$(PIP) install --quiet --editable '.[dev$(WITH_DRIVERS)]' || { $(CANNOT_INSTALL); exit 1; }
	@touch $@

$(BIN)/python:
	@test -n "$(PYTHON)" || { \
		echo "This needs Python 3.11 or newer, and there is none on the PATH (python3 is `python3 -V 2>&1`)."; \
		echo "Debian 12, Ubuntu 24.04 and newer: sudo apt install python3 python3-venv"; \
		echo "macOS: brew install python@3.12"; \
		echo "Elsewhere: make PYTHON=/path/to/python3.12 demo"; \
		exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make environments: its modules venv and ensurepip are missing."; \
		echo "Debian and Ubuntu: sudo apt install python3-venv"; \
		exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

CANNOT_INSTALL = echo "pip could not install what is needed; its words are above."; \
	test -z "$(strip $(DRIVERS))" || echo "The driver of MySQL and MariaDB is compiled on the spot. Debian and Ubuntu:" \
		"sudo apt install gcc pkg-config python3-dev default-libmysqlclient-dev; macOS: brew install mysql-client pkg-config"
