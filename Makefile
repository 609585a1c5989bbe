# Every command of the project. Each installs what it needs first, into a virtual environment of its own.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
SAMPLES := samples/letters
BI := .venv-bi
BI_INSTALLED := $(BI)/.installed

.DEFAULT_GOAL := help

# Python keeps what it has compiled: a test run starts some hundred processes, and each would compile all again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run up airflow site bi test test-quick soak compose-trial soak-compose pin-images check format docs samples lock bench scale clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# An environment is made again if its Python is gone, as after an upgrade of Debian.
.PHONY: $(shell $(BIN)/python -c 'import pip' 2>/dev/null || echo $(INSTALLED))

# PYTHON=/path/to/python3.12 takes that Python instead of the newest.
# --no-deps: with --require-hashes pip refuses Airflow's sqlalchemy[asyncio], which the lock pins as sqlalchemy.
$(INSTALLED): requirements.lock
	@python=$$(./find-python $(if $(PYTHON),"$(PYTHON)")) \
		&& echo "installing what is locked into $(VENV) for $$("$$python" --version) (a few minutes, once)" \
		&& "$$python" -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

ifdef LETTERS
run: export REDRESS_HOME ?= var/letters
run: $(INSTALLED) ## ingest the sample letters through Airflow; your own: LETTERS=folder [SEASON=2021]
	@$(BIN)/redress ingest "$$LETTERS" $(if $(SEASON),--season $(SEASON))
else
run: export REDRESS_HOME ?= var/samples
run: export REDRESS_ADDITIONAL_AUTHORITIES := samples/authorities.csv
run: $(INSTALLED)
	@$(BIN)/redress ingest $(SAMPLES) $(if $(SEASON),--season $(SEASON))
endif

# Without a source of your own, by environment or in .env, `up` has the samples.
ifeq ($(REDRESS_SOURCE)$(shell grep -s '^REDRESS_SOURCE=' .env),)
up airflow: export REDRESS_HOME ?= var/samples
up airflow: export REDRESS_SOURCE := folder:$(CURDIR)/$(SAMPLES)
up airflow: export REDRESS_ADDITIONAL_AUTHORITIES := $(CURDIR)/samples/authorities.csv
endif
up: $(INSTALLED) ## start Airflow (scheduler, pages and all) on this machine, until Ctrl-C; PORT=8080
	@$(BIN)/redress up $(if $(PORT),--port $(PORT))

airflow: $(INSTALLED) ## a command of Airflow's beside `make up`: make airflow ARGS="dags list"
	@$(BIN)/redress airflow $(ARGS)

# Superset needs an older SQLAlchemy than Airflow does: so it has an environment of its own.
.PHONY: $(shell $(BI)/bin/python -c 'import pip' 2>/dev/null || echo $(BI_INSTALLED))
$(BI_INSTALLED): requirements-bi.lock
	@python=$$(./find-python --for-superset $(if $(BI_PYTHON),"$(BI_PYTHON)")) \
		&& echo "installing Apache Superset into $(BI) for $$("$$python" --version) (a minute or two, once)" \
		&& "$$python" -m venv --clear $(BI)
	@$(BI)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		-r requirements-bi.lock
	@touch $@

bi: export REDRESS_HOME ?= var/samples
bi: $(INSTALLED) $(BI_INSTALLED) ## show the release in Apache Superset on this machine, until Ctrl-C; PORT=8088
	@$(BIN)/python -m bi.up $(if $(PORT),--port $(PORT))

test-quick: $(INSTALLED) ## run the tests that need no dbt, PostgreSQL, Airflow or kill: an answer in a minute
	@$(BIN)/python -m pytest -q -n 3 --dist worksteal --quick -m "not long"

test: $(INSTALLED) ## run all tests but the long ones of `make soak`
	@$(BIN)/python -m pytest -q -n 3 --dist loadscope --no-loadscope-reorder -m "not long"

FUZZ_MINUTES := 60
soak: $(INSTALLED) ## kill at random points, and fuzz for an hour (FUZZ_MINUTES=5); all must be whole in the end
	@$(BIN)/python -m tests.acquire.soak
	@$(BIN)/python -m tests.warehouse.soak
	@$(BIN)/python -m tests.orchestration.local.soak
	@$(BIN)/python -m pytest -q -m long
	-@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		--only-binary :all: -r requirements-fuzz.lock
	@$(BIN)/python -m tests.fuzz.soak --minutes $(FUZZ_MINUTES)

compose-trial: $(INSTALLED) ## build, start, use, back up, restore and remove docker-compose.yml on a Docker engine; SUPERSET=yes FAULTS=yes
	@$(BIN)/python -m tests.compose.trial_on_engine $(if $(SUPERSET),--superset) $(if $(FAULTS),--faults)

soak-compose: $(INSTALLED) ## kill services of two workers without a common disk, on a Docker engine; KILLS=20
	@$(BIN)/python -m tests.compose.soak $(if $(KILLS),--kills $(KILLS))

pin-images: $(INSTALLED) ## write the digests of the base images into docker-compose.yml and the Dockerfiles
	@$(BIN)/python -m tests.compose.pin_images

DOCS := $(wildcard *.md) docs benchmarks dags dbt_project/seeds deploy samples
check: $(INSTALLED) ## formatting, lint, SQL, types, layers, the data dictionary and links, without changing a file
	@$(BIN)/ruff format --check --quiet . || { echo "some files are not formatted: make format"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/sqlfluff lint -q dbt_project/models dbt_project/tests/*.sql
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo > $(VENV)/imports.txt || { cat $(VENV)/imports.txt; exit 1; }
	@$(BIN)/python -m redress.report.data_dictionary --check
	@$(BIN)/lychee --offline --include-fragments --no-progress $(DOCS) > $(VENV)/links.txt \
		|| { cat $(VENV)/links.txt; echo "a link leads nowhere: name a file and a heading that are there"; exit 1; }
	@echo "formatting, lint, SQL, types, layers, the data dictionary and the links of the docs are fine"

format: $(INSTALLED) ## format Python and SQL
	@$(BIN)/ruff check --quiet --fix-only . ; $(BIN)/ruff format --quiet .
	@$(BIN)/sqlfluff fix -q dbt_project/models dbt_project/tests/*.sql

site: export REDRESS_HOME ?= var/samples
site: $(INSTALLED) ## build the pages of the figures from the release of REDRESS_HOME; no server is needed
	@$(BIN)/redress site

docs: export REDRESS_HOME ?= var/samples
docs: $(INSTALLED) ## write the data dictionary, dbt's pages about the release of REDRESS_HOME, and the docs as a site
	@$(BIN)/python -m redress.report.data_dictionary
	@site="$$(realpath -m "$$REDRESS_HOME")/docs_site"; NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict \
		--site-dir "$$site" > $(VENV)/docs.txt 2>&1 || { cat $(VENV)/docs.txt; exit 1; }; echo "the docs: $$site/index.html"
	@$(BIN)/python -m redress.report.dbt_pages

samples: $(INSTALLED) ## print the sample letters from their table
	@$(BIN)/python -m samples.press

bench: $(INSTALLED) ## measure: make run, acquiring, reading, the warehouse, releases, Airflow (half an hour)
	@$(BIN)/python -m benchmarks.main_job
	@$(BIN)/python -m benchmarks.acquire
	@$(BIN)/python -m benchmarks.reading
	@$(BIN)/python -m benchmarks.warehouse
	@$(BIN)/python -m benchmarks.releases
	@$(BIN)/python -m benchmarks.site
	@$(BIN)/python -m benchmarks.orchestration

scale: $(INSTALLED) ## measure each step up to 500,000 letters, and two workers beside one (an hour, 12 GiB)
	@$(BIN)/python -m benchmarks.scale --sizes 1000,5000,20000,50000,500000
	@$(BIN)/python -m benchmarks.workers

lock: LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --upgrade
lock: $(INSTALLED) ## resolve the dependencies of pyproject.toml again, for all its Pythons at once (needs uv)
	@$(LOCK) pyproject.toml --extra dev -o requirements.lock
	@$(LOCK) pyproject.toml --extra compose --constraint requirements.lock -o requirements-compose.lock
	@$(LOCK) --group fuzz -o requirements-fuzz.lock
	@$(LOCK) requirements-bi.in -o requirements-bi.lock

clean: ## remove the working folder (archive, landing, warehouse, Airflow's home) and caches
	@rm -rf var .pytest_cache .mypy_cache .ruff_cache .hypothesis
