# The commands of the README. Everything is installed into .venv; all are safe to run twice.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := VIRTUAL_ENV=$(VENV) $(BIN)/uv
DATA ?=
MAP ?=
SUITE := -n 2 --dist loadgroup

.PHONY: setup demo test test-all bench lint docs chromium

setup: $(VENV)/.installed dbt_project/target/manifest.json

# uv comes first from a lock of its own: it installs the rest in seconds where pip takes minutes.
$(VENV)/.installed: requirements.lock requirements-uv.lock pyproject.toml
	@echo "==> Installing into $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-uv.lock
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes requirements.lock \
	  || { echo "==> uv cannot reach the packages as pip does here; pip takes over (minutes)"; \
	       $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Parsed once here, so that no Dagster process has to.
dbt_project/target/manifest.json: $(VENV)/.installed $(shell find dbt_project -name target -prune -o -name logs -prune -o -type f \( -name '*.sql' -o -name '*.yml' \) -print)
	@echo "==> Parsing the dbt project"
	@$(BIN)/dbt --quiet parse --no-partial-parse --project-dir dbt_project --profiles-dir dbt_project
	@touch $@

demo: setup
	@$(BIN)/swipesavvy demo $(if $(DATA),--data "$(DATA)") $(if $(MAP),--mapping "$(MAP)")

chromium:
	@bash .ci/chromium

test: setup chromium
	$(BIN)/python -m pytest $(SUITE) -m "not slow" --cov --cov-report=term:skip-covered

test-all: setup chromium
	$(BIN)/python -m pytest $(SUITE) -m slow

# What we are compared with lives in an environment of its own, which nothing but this target needs.
.venv-bench/.installed: requirements-bench.lock $(VENV)/.installed
	@echo "==> Installing the peers into .venv-bench"
	@test -x .venv-bench/bin/python || $(BIN)/python -m venv .venv-bench
	@VIRTUAL_ENV=.venv-bench $(BIN)/uv pip sync --quiet --require-hashes requirements-bench.lock \
	  || .venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-bench.lock
	@touch $@

bench: setup .venv-bench/.installed
	$(BIN)/python -m tests.benchmarks

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --config dbt_project/.sqlfluff dbt_project/models
	$(BIN)/python -m pytest tests/architecture -q

docs: setup
	@$(BIN)/dbt --quiet docs generate --static --project-dir dbt_project --profiles-dir dbt_project
	@echo "dbt docs: dbt_project/target/static_index.html"
