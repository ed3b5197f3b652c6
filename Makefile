# The commands of API Playground. `make` lists them; `make run` is all that is needed.

SHELL := /bin/sh
VENV := .venv
PYTHON := $(VENV)/bin/python
INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore

# A process for each core, four at most; the tests of one file stay in one. Empty: one by one.
# In name order: files with few tests are the slow browser tests, which would otherwise all come
# last.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# Packages without Django: their tests touch no database, so one database is enough for them.
PURE := architecture calls importers jsontext network openapi rules timing

# The client of the bucket for attached files, where the settings name one.
FILES := $(if $(PLAYGROUND_FILES_URL),$(VENV)/installed-s3)

.DEFAULT_GOAL := help
.PHONY: help run worker test test-quick test-engine test-postgresql lint types bench bench-peers drill clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' Makefile

# With a PostgreSQL address, a broker or a bucket in the settings, what they need is installed too.
run: $(VENV)/installed$(if $(PLAYGROUND_BROKER_URL),-worker,$(if $(findstring postgres,$(PLAYGROUND_DATABASE_URL)),-postgresql)) $(FILES) ## set up what is missing, then serve the playground
	@exec $(PYTHON) manage.py serve

# Reads the same settings as `make run`, PLAYGROUND_BROKER_URL among them. Named by its process:
# RabbitMQ ends the second of two workers that have the same name.
worker: $(VENV)/installed-worker $(FILES) ## run a worker for sends and syncs
	@exec $(VENV)/bin/celery -A playground worker --loglevel info --hostname worker-$$$$@%h

test: $(VENV)/installed-tests ## run every test, those in a browser too
	@$(PYTHON) -m tests.browser.chromium
	@sh tests/runtimes.sh
	@$(PYTHON) -m pytest $(SIDE_BY_SIDE)

test-quick: $(VENV)/installed-tests ## run the tests that need no browser
	@$(PYTHON) -m pytest $(SIDE_BY_SIDE) -m "not browser and not snippet_runtime"

test-engine: $(VENV)/installed-celery ## run the tests of workers on PostgreSQL, RabbitMQ and Redis
	@$(PYTHON) -m tests.engine

test-postgresql: $(VENV)/installed-postgresql ## run the tests that use a database on PostgreSQL
	@$(PYTHON) -m tests.postgresql $(SIDE_BY_SIDE) -m "not browser" $(PURE:%=--ignore=tests/%)

lint: $(VENV)/installed-tests ## look for mistakes of style in Python and templates
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m djlint --lint --quiet templates

types: $(VENV)/installed-tests ## check the type hints
	@$(PYTHON) -m mypy playground

bench: $(VENV)/installed-tests ## measure the running product against its targets
	@$(PYTHON) -m tests.browser.chromium
	@$(PYTHON) -m tests.bench

bench-peers: $(VENV)/installed-tests ## measure react-jsonschema-form, Newman and Bruno beside the product; needs Node and npm
	@command -v node >/dev/null && command -v npm >/dev/null || { echo "make bench-peers needs Node.js and npm. Install them, then try again."; exit 1; }
	@$(PYTHON) -m tests.browser.chromium
	@$(PYTHON) -m tests.bench --only peers batch_peers

drill: $(VENV)/installed-celery ## kill, overload and fill the running product; nothing may break
	@$(PYTHON) -m tests.browser.chromium
	@$(PYTHON) -m tests.drill

clean: ## remove the environment and everything generated; data stays
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(PYTHON):
	@sh .ci/make-venv $(VENV)

$(VENV)/installed: requirements.txt | $(PYTHON)
	@echo "Installing what requirements.txt names…"
	@$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/installed-tests: tests/requirements.txt requirements.txt requirements-s3.txt | $(PYTHON)
	@echo "Installing what tests/requirements.txt names…"
	@$(INSTALL) -r tests/requirements.txt
	@touch $@ $(VENV)/installed

$(VENV)/installed-worker: requirements-celery.txt requirements-postgresql.txt requirements.txt | $(PYTHON)
	@echo "Installing what requirements-celery.txt names…"
	@$(INSTALL) -r requirements-celery.txt
	@touch $@ $(VENV)/installed

$(VENV)/installed-celery: $(VENV)/installed-worker $(VENV)/installed-tests
	@touch $@

$(VENV)/installed-postgresql: requirements-postgresql.txt $(VENV)/installed-tests
	@echo "Installing what requirements-postgresql.txt names…"
	@$(INSTALL) -r requirements-postgresql.txt
	@touch $@

$(VENV)/installed-s3: requirements-s3.txt $(VENV)/installed
	@echo "Installing what requirements-s3.txt names…"
	@$(INSTALL) -r requirements-s3.txt
	@touch $@
