# `make help` lists the targets. They start from nothing but Python 3.11 or newer, git and make:
# whichever comes first makes .venv and installs the exact versions of requirements.lock, once.

PYTHON ?= python3
PORT ?= 8000
ARGS ?=
EXAMPLES ?= 1000
# One more than the two cores that the suite is made for: a test that waits (a lease that ends, a server that is frozen)
# leaves its core to another one.
WORKERS ?= 3

BIN := .venv/bin
INSTALLED := .venv/installed
SERVING := .venv/serving
LOWEST_TESTS := $(addprefix tests/,core api api_database api_docs db query db_revisions accounts security plain observability document cli testing jobs mail limits cache idempotency flags uploads)
LOWEST := .venv-lowest/bin/python
UV := $(shell command -v uv)
BLOG := examples/blog/serve.py

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

python_found = $(shell $(PYTHON) -c 'import sys; print("ok" if sys.version_info >= (3, 11) else sys.version.split()[0])' 2>&1 | head -n 1)
port_problem = $(shell $(PYTHON) -c 'import socket; socket.create_server(("127.0.0.1", $(PORT))).close()' 2>&1)
need_python = $(if $(filter-out ok,$(python_found)),$(error beastmode needs Python 3.11 or newer, but $(PYTHON) is: $(python_found). Choose another: make PYTHON=python3.12 $(MAKECMDGOALS)))
need_port = $(if $(port_problem),$(error port $(PORT) is already in use on 127.0.0.1. Stop the process that uses it, or choose another port: make run PORT=8001))

.DEFAULT_GOAL := help
.PHONY: help run test fuzz check lint types imports rules docs lock examples recipes first-migration faults mutants agent gates revisions clients compat lowest adopt bench bench-guard bench-serve signal

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1	\2/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "make %-12s %s\n", $$1, $$2 }'

run: ## Run the example at http://127.0.0.1:8000 (another port: make run PORT=8001)
	@: $(need_python)$(need_port)
	@$(MAKE) --no-print-directory --silent $(if $(wildcard $(INSTALLED)),$(INSTALLED),$(SERVING))
	@PORT=$(PORT) exec $(BIN)/python $(BLOG)

test: $(INSTALLED) ## Run the test suite (part of it: make test ARGS=tests/api)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

fuzz: $(INSTALLED) ## Fuzz the example with new random requests for half an hour (per route: make fuzz EXAMPLES=200)
	@FUZZ_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -n 2 --dist worksteal tests/blog $(ARGS)

check: lint types imports rules ## Run every check except the tests

lint: $(INSTALLED) ## Check lint rules and formatting with ruff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(INSTALLED) ## Check types with mypy, strict, on src/
	@$(BIN)/mypy

imports: $(INSTALLED) ## Check which package may import which
	@$(BIN)/lint-imports --no-logo

rules: $(INSTALLED) ## Check sizes, names, generated pages, and the other rules of CONTRIBUTING.md
	@$(BIN)/python -m pytest -q tests/architecture

docs: $(INSTALLED) ## Regenerate docs/reference/
	@$(BIN)/python docs/generate.py

lock: ## Update both lock files to the newest versions that pyproject.toml allows
	@: $(need_python)
	@$(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/pip install --quiet "uv>=0.13,<0.14"
	@.venv-lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --extra dev \
		--no-emit-package beastmode --custom-compile-command "make lock" pyproject.toml --output-file requirements.lock
	@printf 'hatchling\neditables\n' | .venv-lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--constraints requirements.lock --no-emit-package beastmode --custom-compile-command "make lock" pyproject.toml - \
		--output-file requirements-serving.lock

recipes: $(INSTALLED) ## Add every kind of part to a new project, and test, check and undo all of it, alone and in random order (an hour)
	@EVERY_RECIPE=1 $(BIN)/python -m pytest tests/recipes/test_promises.py tests/recipes/test_beast_add.py tests/recipes/test_random_sequences.py $(ARGS)

first-migration: $(INSTALLED) ## Write the first migration of new projects again, after a change to the library's tables
	@$(BIN)/python tests/recipes/write_first_migration.py

examples: $(INSTALLED) ## Run every example of the guard's rules that needs a full check (ten minutes)
	@EVERY_EXAMPLE=1 $(BIN)/python -m pytest -n 2 --dist worksteal tests/guard_pages $(ARGS)

faults: $(INSTALLED) ## Kill, freeze and cut off what the product depends on, 1,000 jobs for each fault (half an hour)
	@FAULTS=long $(BIN)/python -m pytest tests/faults $(ARGS)

mutants: $(INSTALLED) ## Switch each defence against attacks off, and name the test that fails then (ten minutes)
	@$(BIN)/python tests/mutants/mutants.py $(ARGS)

agent: $(INSTALLED) ## Let models of every kind loose on beast mode, and kill it at every moment (half an hour)
	@AGENT=long $(BIN)/python -m pytest tests/agent $(ARGS)

gates: $(INSTALLED) ## Switch each gate of beast mode off, and name what models could do then (two minutes)
	@PYTHONPATH=tests:tests/agent $(BIN)/python tests/agent/gate_matrix.py $(ARGS)

revisions: $(INSTALLED) ## Generate, migrate and prove each of 100 model changes by itself (half an hour)
	@EVERY_REVISION=1 $(BIN)/python -m pytest -n 2 --dist worksteal tests/db_revisions $(ARGS)

compat: $(INSTALLED) lowest ## Test the guard with the oldest supported Flask and SQLAlchemy, then make lowest
	@BEAST_COMPAT=1 $(BIN)/python -m pytest tests/guard_boot/test_old_versions.py tests/guard_proofs/test_proofs_on_old_versions.py $(ARGS)

adopt: $(INSTALLED) ## Add beastmode to four published sites: compare their tests and screenshots (needs uv, chromium)
	@BEAST_ADOPT=1 $(BIN)/python -m pytest tests/adoption $(ARGS)

# Two tests less: werkzeug reads long If-None-Match fields in linear time since 3.1.9 (older ones get 8 kB at most), and
# marshmallow 3 makes a datetime of a time in a format of one's own, which its Range cannot compare.
lowest: ## Test the library with the lowest versions that pyproject.toml allows (needs uv)
	@: $(if $(UV),,$(error make lowest needs uv: https://docs.astral.sh/uv/))
	@$(UV) venv --quiet --clear --python $(PYTHON) .venv-lowest
	@$(UV) pip install --quiet --python $(LOWEST) --resolution lowest-direct --editable ".[postgres,redis,celery,uploads,html,tools]" \
		"asgiref>=3.4.1" "pytest>=9.2" "hypothesis>=6.170" "flask-sqlalchemy>=3.1.1" "griffelib>=2.4" "gunicorn>=27" "jsonschema-rs>=0.60.3" "moto[server,s3]>=5.1" "pytest-xdist>=3.8" "trustme>=1.2"
	@$(LOWEST) -m pytest -q -n 2 --dist worksteal -W default $(LOWEST_TESTS) $(ARGS) \
		--deselect "tests/api/test_work_of_parsers.py::test_entity_tags_cost_in_proportion_to_their_length" \
		--deselect "tests/api/test_work_of_parsers.py::test_a_field_costs_in_proportion_to_its_length[time]"

clients: $(INSTALLED) ## Test clients that two public generators create from the example's documents (needs npm)
	@[ -x .clients/python/bin/openapi-python-client ] || { $(PYTHON) -m venv .clients/python \
		&& .clients/python/bin/pip install --quiet --requirement tests/clients/requirements.txt; }
	@mkdir -p .clients/typescript && cp tests/clients/package.json .clients/typescript/
	@cd .clients/typescript && npm install --silent --no-audit --no-fund --no-package-lock
	@BEAST_CLIENTS=1 $(BIN)/python -m pytest tests/clients $(ARGS)

bench: $(INSTALLED) ## Benchmark the five requests against other frameworks, then the guard (PostgreSQL, wrk, ten minutes)
	@$(BIN)/python bench/all.py $(ARGS)

bench-guard: $(INSTALLED) ## Benchmark the guard (two minutes)
	@$(BIN)/python bench/guard.py $(ARGS)

signal: $(INSTALLED) ## Judge the guard by its findings on ordinary commits (clones of the projects: make signal ARGS=FOLDER)
	@$(BIN)/python bench/kept_findings.py $(ARGS)

bench-serve: $(INSTALLED) ## Serve the example for the benchmark, on PORT
	@PORT=$(PORT) exec $(BIN)/python bench/serve.py

$(INSTALLED): requirements.lock pyproject.toml
	@: $(need_python)
	@echo "Installing all dependencies into .venv (first run only)"
	@$(call install,requirements.lock)
	@touch $@

$(SERVING): requirements-serving.lock pyproject.toml
	@: $(need_python)
	@echo "Installing what the server needs into .venv (first run only)"
	@$(call install,requirements-serving.lock)
	@touch $@

# Both show what they do; uv in a tenth of pip's time. What pip says about indexes and users matters where it fails.
define install
$(PYTHON) -m venv .venv
$(if $(UV),$(UV) pip install --python $(BIN)/python --require-hashes --requirement $(1),$(call quietly,--require-hashes --requirement $(1)))
$(if $(UV),$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .,$(call quietly,--no-deps --no-build-isolation --editable .))
endef

define quietly
$(BIN)/python -m pip install --progress-bar on $(1) 2> .venv/pip.log || { cat .venv/pip.log >&2; exit 1; }
endef
