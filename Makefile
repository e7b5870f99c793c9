# The chores, each a line in `make help`. A machine needs make and Python 3.11 or newer, nothing else.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check format generate bench picture fuzz soak coverage mutants lock upgrade image image-test clean FORCE

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
LOCKS := requirements/run.txt requirements/build.txt requirements/dev.txt

# The newest first, but 3.14 behind 3.11: pysimdjson has no wheels for it yet and needs a C++ compiler there.
PYTHONS := python3.13 python3.12 python3.11 python3.14 python3 python
SUITABLE := import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run  ## Start the service on CHAINRULE_HOST:CHAINRULE_PORT (127.0.0.1:8000)
	@exec $(BIN)/chainrule serve

test: check  ## Check everything: format, lint, types, imports and all tests
	@$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile $(PYTEST_ARGS)

check: $(VENV)/.dev  ## Check what takes seconds: format, lint, types and imports
	@$(BIN)/ruff format --check --quiet . || { echo 'make format puts these files in order'; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/mypy clients/python/tests clients/python/conftest.py
	@$(BIN)/lint-imports --no-logo

format: $(VENV)/.dev  ## Put the code in order: format, and mend what ruff can mend
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

generate: $(VENV)/.dev  ## Write what follows from the code: the vocabulary in docs, the client's builders
	@$(BIN)/python -m scripts.vocabulary
	@$(BIN)/python -m scripts.builders

bench: $(VENV)/.bench $(VENV)/.peers  ## Print the tables of ratios: a call over bare NumPy, over peers, and the core over PyTorch
	@for script in benchmarks/[a-z]*.py; do \
		OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.$$(basename $$script .py) || exit 1; done

picture: $(VENV)/.pictures  ## Measure how time grows with the size of a body, and draw docs/pictures/sizes.svg
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.sizes docs/pictures/sizes.svg

fuzz: $(VENV)/.dev  ## Send thousands of damaged bodies to a service, and a million of each kind to the codec (half an hour)
	@ANY_BODIES=$(or $(ANY_BODIES),20000) $(BIN)/python -m pytest tests/api/test_any_bytes.py $(PYTEST_ARGS)
	@DAMAGED_BODIES=$(or $(DAMAGED_BODIES),1000000) $(BIN)/python -m pytest tests/codec/test_damaged.py $(PYTEST_ARGS)

soak: $(VENV)/.dev  ## Keep a service under mixed load, and look at its answers and its memory (SOAK_MINUTES=20)
	@SOAK_MINUTES=$(or $(SOAK_MINUTES),20) $(BIN)/python -m pytest tests/api/test_soak.py --log-cli-level=info $(PYTEST_ARGS)

coverage: $(VENV)/.dev  ## Run the tests, and print which lines none of them reached
	@$(BIN)/python -m pytest --cov --cov-report=term $(PYTEST_ARGS)

mutants: $(VENV)/.mutants  ## Change the formulas in thousands of ways; a test has to notice each (MUTANTS=core/losses)
	@$(BIN)/python -m scripts.mutants $(if $(JOBS),--jobs $(JOBS)) $(MUTANTS)

lock: $(VENV)/.dev  ## Write the lock files after a change of dependencies; pins that still fit stay
	$(call compile,run,pyproject.toml)
	$(call compile,build,--group build -c requirements/run.txt)
	$(call compile,dev,--group dev -c requirements/run.txt pyproject.toml clients/python/pyproject.toml)
	$(call compile,mutants,--group mutants -c requirements/dev.txt)
	$(call compile,peers,--group peers)
	$(call compile,pictures,--group pictures -c requirements/dev.txt)
	@UV_FIND_LINKS='$(PIP_FIND_LINKS)' $(UV) --group bench --no-deps -o requirements/bench.txt >/dev/null 2>&1 \
		|| echo 'requirements/bench.txt stays as it is: the build of PyTorch for the CPU is not to be found from here'

upgrade: UV += --upgrade
upgrade: lock  ## Write the lock files with the newest version of everything

image:  ## Build the container image
	@scripts/image.sh

image-test:  ## Build the image, then really start, ask, stop and kill it (needs root; KILLS=40 is a longer run)
	@KILLS=$(KILLS) scripts/image-test.sh

clean:  ## Remove the environment and all that tools leave behind
	@rm -rf $(VENV) .mutants dist .coverage htmlcov .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

UV = UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv --no-config pip compile --quiet \
	--universal --fork-strategy fewest --python-version 3.11 --generate-hashes

# A lock file that comes out as it was keeps its time, so that the environment stays too.
define compile
@cp -p requirements/$(1).txt $(VENV)/$(1).before
@$(UV) $(2) -o requirements/$(1).txt
@if cmp -s requirements/$(1).txt $(VENV)/$(1).before; then mv $(VENV)/$(1).before requirements/$(1).txt; fi
endef

# The environment is made anew when a lock file changes or its Python is gone; a changed pyproject installs the two
# distributions again. `.run` holds what the service needs, `.dev` everything.
$(VENV)/pyvenv.cfg: $(LOCKS) $(if $(wildcard $(BIN)/python),,FORCE)
	@python=$$(for name in $(PYTHON) $(PYTHONS); do \
		if $$name -c '$(SUITABLE)' 2>/dev/null; then echo $$name; break; fi; done); \
	if [ -z "$$python" ]; then \
		echo 'chainrule needs Python 3.11 or newer with its venv module (on Debian: python3-venv).' >&2; \
		echo 'If it has another name than these: make PYTHON=/path/to/python. Tried: $(PYTHONS)' >&2; exit 1; \
	fi; \
	echo "making $(VENV) with $$($$python --version)"; \
	$$python -m venv --clear $(VENV)

$(VENV)/.run: $(VENV)/pyvenv.cfg pyproject.toml
	@echo 'installing what the service needs'
	@$(PIP) install --no-deps --require-hashes -r requirements/run.txt -r requirements/build.txt
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/pyvenv.cfg pyproject.toml clients/python/pyproject.toml
	@echo 'installing everything for development (the first time, a minute)'
	@$(PIP) install --no-deps --require-hashes -r requirements/dev.txt
	@$(PIP) install --no-build-isolation --no-deps -e . -e clients/python
	@touch $(VENV)/.run $@

# The build of PyTorch for the CPU has an index of its own, which pip has to be told of: PIP_FIND_LINKS, PIP_EXTRA_INDEX_URL.
$(VENV)/.bench: $(VENV)/.dev requirements/bench.txt
	@$(PIP) install --no-deps --require-hashes -r requirements/bench.txt 2>/dev/null && touch $@ \
		|| echo 'PyTorch cannot be installed here: the comparison with it is left out'

# The peers want an older FastAPI, so that they get an environment of their own.
$(VENV)/.peers: $(VENV)/.dev requirements/peers.txt
	@$(BIN)/python -m venv --clear $(VENV)/peers
	@$(PIP) --python $(VENV)/peers install --no-deps --require-hashes -r requirements/peers.txt 2>/dev/null && touch $@ \
		|| { rm -rf $(VENV)/peers; echo 'tesseract-core and UM-Bridge cannot be installed here: they are left out'; }

$(VENV)/.pictures: $(VENV)/.dev requirements/pictures.txt
	@$(PIP) install --no-deps --require-hashes -r requirements/pictures.txt
	@touch $@

$(VENV)/.mutants: $(VENV)/.dev requirements/mutants.txt
	@$(PIP) install --no-deps --require-hashes -r requirements/mutants.txt
	@touch $@
