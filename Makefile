# One command each. Needs make and python3 (3.11 or later, with venv and pip); everything else goes to .venv.
.DEFAULT_GOAL := help
.NOTPARALLEL:

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
INPUTS := requirements.lock pyproject.toml client_sdk/pyproject.toml
READY := $(VENV)/.made-from-$(shell { pwd; cat $(INPUTS); } | cksum | tr ' ' '-')
CATALOGUES := $(wildcard server/locale/*/LC_MESSAGES/*.po)
COMPILED := $(CATALOGUES:.po=.mo)
PYTEST := $(PY) -m pytest -n 2 --maxschedchunk 40
# What a court's deployment would set: the strictest reading of `check --deploy` has to pass with it.
DEPLOYED := DATA_DIR=var/check SECRET_KEY=$$(head -c 48 /dev/urandom | base64 | tr -d '\n') SECURE_COOKIES=true \
	ALLOWED_HOSTS=zhixing.court.example PUBLIC_ORIGINS=https://zhixing.court.example

.PHONY: help setup demo test test-sqlite test-postgres simulate chaos exchange bad-link papers screenshots check bench lint format lock clean

help: ## show the commands
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 22

setup: $(READY) $(COMPILED) ## make .venv; every other command does it when needed

demo: setup ## an invented city, a server and officers at work; ONCE=1 does one round and recounts it
	$(PY) -m demo.run

test: test-sqlite test-postgres ## the whole suite, on SQLite and on PostgreSQL

test-sqlite: setup ## the whole suite on SQLite; ARGS="tests/field -k seal" narrows it
	TEST_DATABASE=sqlite $(PYTEST) $(ARGS)

test-postgres: setup ## the whole suite on PostgreSQL, from a wheel unless DATABASE_URL is set
	TEST_DATABASE=postgres $(PYTEST) $(ARGS)

simulate: setup ## devices and server under faults, by seed; SEEDS=20 FIRST=1 BULK=0.05 JOBS=2 LIMIT=seconds PLANT=name (list, all)
	@TEST_DATABASE=$(or $(TEST_DATABASE),sqlite) PYTHONHASHSEED=0 $(PY) -m tests.simulation \
		--seeds $(or $(SEEDS),20) --first $(or $(FIRST),1) --bulk $(or $(BULK),0.05) --jobs $(or $(JOBS),2) \
		--limit $(or $(LIMIT),inf) --plant "$(PLANT)"

chaos: setup ## kill -9 of server, database and officers, full disks, a faulty proxy; RUNS=10 FIRST=1 DATABASE=postgres|sqlite|both
	@$(PY) -m tests.chaos --runs $(or $(RUNS),10) --first $(or $(FIRST),1) --database $(or $(DATABASE),both)

exchange: setup ## errands between two servers, by HTTP and by files, under faults and deaths; ONCE=1 ends after one round; FIRST=1 DATABASE=postgres
	@$(PY) -m tests.exchange $(if $(ONCE),--once) --first $(or $(FIRST),1) --database $(or $(DATABASE),sqlite) $(ARGS)

bad-link: setup ## 300 queued acts, 900 photos, a link that dies every 2 MB; ARGS="--actions 30" is quicker
	@$(PY) -m tests.chaos.bad_link $(ARGS)

papers: setup ## hard examples of papers as PDF and pictures, to be looked at, in var/papers; ARGS="sixty seal" narrows it
	@$(PY) -m tests.papers $(ARGS)

screenshots: setup ## every page of the centre as pictures, and what axe-core finds, in build/screenshots; ARGS="wall empty" narrows it
	@TEST_DATABASE=sqlite $(PY) -m tests.screenshots $(ARGS)

check: lint ## lint, migrations, deployment settings, documentation
	$(PY) manage.py makemigrations --check --dry-run
	$(DEPLOYED) $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) -m pytest tests/ground/test_docs.py tests/ground/test_shape.py tests/ground/test_distributions.py tests/ground/test_locale.py

bench: setup ## measure record, push, pull, upload, live, warnings and matters beside their floors; ARGS="push" narrows it
	for name in $(or $(ARGS),record push pull upload live warnings matters centre); do $(PY) -m bench $$name || exit 1; done

lint: setup ## format, lint, types, import contracts
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports --no-logo

format: setup ## format the code and sort its imports
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

lock: setup ## remake requirements.lock from both pyproject.toml; UPGRADE=1 takes newer versions
	$(PY) -m uv pip compile pyproject.toml client_sdk/pyproject.toml --all-extras --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --custom-compile-command "make lock" --quiet \
		$(if $(UPGRADE),--upgrade) --output-file requirements.lock

clean: ## remove what set-up and checks made; var/ holds data and stays
	rm -rf $(VENV) .*_cache .hypothesis build *.egg-info client_sdk/build client_sdk/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f $(COMPILED)

# Keyed on what it is made from: a changed lock or a moved clone makes it anew.
$(READY):
	@$(PYTHON) -c 'import sys; sys.exit("Zhixing needs Python 3.11 or later, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@rm -f $(VENV)/.made-from-*
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip --disable-pip-version-check --no-input install --quiet --require-hashes -r requirements.lock
	$(PY) -m pip --disable-pip-version-check --no-input install --quiet --no-deps --no-build-isolation -e . -e ./client_sdk
	@touch $@

%.mo: %.po | $(READY)
	$(PY) -m server.config.locale_compile
