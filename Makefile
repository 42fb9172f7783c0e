# Every verb sets up what it needs first; a stamp file under .stamps/ keeps the second run fast.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
STAMPS := .stamps
UV := $(shell command -v uv 2>/dev/null)
ifdef UV
install_lock = $(UV) pip sync -q --python $(PY) --require-hashes $(1)
install_self = $(UV) pip install -q --python $(PY) --no-build-isolation --no-deps -e .
else
install_lock = $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r $(1)
install_self = $(PY) -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e .
endif

.PHONY: help run test check format bench parity lock docs clean
.DEFAULT_GOAL := help

help: ## list the verbs
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: $(STAMPS)/assets ## set everything up, run the demo and open its report
	$(BIN)/openlumbar demo --open

test: $(STAMPS)/dev $(STAMPS)/assets ## set everything up and run all tests
	$(BIN)/pytest

check: $(STAMPS)/dev ## formatter, linters, types, layer contract, docs build
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/mkdocs build --strict --quiet

format: $(STAMPS)/dev ## format and fix what can be fixed mechanically
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMPS)/dev $(STAMPS)/assets $(STAMPS)/parity ## measure every claim, with its peer beside it
	$(PY) -m benchmarks

docs: $(STAMPS)/dev ## build the documentation into site/
	$(BIN)/mkdocs build --strict

lock: ## renew the lock files (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -q --group build pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -q --group build --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -q --only-group parity -o requirements-parity.lock

clean: ## remove everything that make made
	rm -rf $(VENV) .venv-parity $(STAMPS) build dist site demo web/node_modules src/openlumbar/_assets
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "OpenLumbar needs Python 3.11 or newer; name one with: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv $(VENV)

$(STAMPS)/run: requirements.lock pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "Setting up Python packages (about 20 s the first time) …"
	@$(call install_lock,requirements.lock)
	@$(install_self)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/run
	@echo "Setting up the packages for tests and checks …"
	@$(call install_lock,requirements-dev.lock)
	@$(install_self)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/parity: requirements-parity.lock
	@echo "Setting up the reference tracker (for parity tests and benchmarks only) …"
	$(PYTHON) -m venv .venv-parity
	.venv-parity/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-parity.lock
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/assets: web/package.json web/package-lock.json src/openlumbar/assets.py | $(STAMPS)/run
	@echo "Preparing the pose models …"
	@$(PY) -m openlumbar.assets
	@mkdir -p $(STAMPS) && touch $@
