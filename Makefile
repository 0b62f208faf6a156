# Everything runs in .venv. Each target sets itself up: `make demo` is enough on a machine with Python 3.11 and make.
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8080
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: .venv/.developing ## Make the virtual environment with everything in it

.venv/.running: requirements/run.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "FlowPilot needs Python 3.11 or newer.")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --require-hashes -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

.venv/.developing: .venv/.running requirements/dev.txt
	$(PIP) install --require-hashes -r requirements/dev.txt
	touch $@

.PHONY: demo
demo: .venv/.running ## Try the whole product in a browser, nothing else needed (PORT=8080)
	$(BIN)/flowpilot demo --port $(PORT)

.PHONY: test
test: .venv/.developing ## Run the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

.PHONY: check
check: lint test ## Run everything that has to be green

.PHONY: lint
lint: format lint-code types layers migrations ## Check all but the tests

.PHONY: format
format: .venv/.developing
	$(BIN)/ruff format --check .

.PHONY: lint-code
lint-code: .venv/.developing
	$(BIN)/ruff check .

.PHONY: types
types: .venv/.developing
	$(BIN)/mypy

.PHONY: layers
layers: .venv/.developing
	$(BIN)/lint-imports

.PHONY: migrations
migrations: .venv/.developing
	$(BIN)/python -m storage.check

.PHONY: fix
fix: .venv/.developing ## Format, and fix what can be fixed by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: lock
lock: .venv/.developing ## Pin the newest versions that pyproject.toml allows
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade --quiet --group build -o requirements/run.txt
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade --quiet --group build --group dev -o requirements/dev.txt

.PHONY: pictures
pictures: .venv/.developing ## Take the pictures of the docs anew
	$(BIN)/python docs/take_pictures.py

.PHONY: clean
clean: ## Remove what the targets made
	rm -rf .venv build dist flowpilot-demo .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
