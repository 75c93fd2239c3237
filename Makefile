# `make help` lists the targets. They start from nothing but Python 3.11 or newer, git and make:
# whichever comes first makes .venv and installs the exact versions of requirements.lock, once.

PYTHON ?= python3
PORT ?= 8000
ARGS ?=
EXAMPLES ?= 1000

BIN := .venv/bin
INSTALLED := .venv/installed
SERVING := .venv/serving
LOWEST_TESTS := $(addprefix tests/,core api db db_loading accounts security plain observability document cli testing)
LOWEST := .venv-lowest/bin/python
UV := $(shell command -v uv)
BLOG := examples/blog/serve.py

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

python_found = $(shell $(PYTHON) -c 'import sys; print("ok" if sys.version_info >= (3, 11) else sys.version.split()[0])' 2>&1 | head -n 1)
port_problem = $(shell $(PYTHON) -c 'import socket; socket.create_server(("127.0.0.1", $(PORT))).close()' 2>&1)
need_python = $(if $(filter-out ok,$(python_found)),$(error beastmode needs Python 3.11 or newer, but $(PYTHON) is: $(python_found). Name another: make PYTHON=python3.12 $(MAKECMDGOALS)))
need_port = $(if $(port_problem),$(error port $(PORT) is not free on 127.0.0.1. Stop what listens there, or take another: make run PORT=8001))

.DEFAULT_GOAL := help
.PHONY: help run test fuzz check lint types imports rules docs lock examples clients compat lowest adopt bench bench-guard bench-serve

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1	\2/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "make %-12s %s\n", $$1, $$2 }'

run: ## Serve the example at http://127.0.0.1:8000 (another port: make run PORT=8001)
	@: $(need_python)$(need_port)
	@$(MAKE) --no-print-directory --silent $(if $(wildcard $(INSTALLED)),$(INSTALLED),$(SERVING))
	@PORT=$(PORT) exec $(BIN)/python $(BLOG)

test: $(INSTALLED) ## The whole test suite (a part of it: make test ARGS=tests/api)
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

fuzz: $(INSTALLED) ## Requests made up anew, for half an hour (how many for each route: make fuzz EXAMPLES=200)
	@FUZZ_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -n 2 --dist worksteal tests/blog $(ARGS)

check: lint types imports rules ## Everything that is asked of a change besides the tests

lint: $(INSTALLED) ## ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(INSTALLED) ## mypy, strict, on src/
	@$(BIN)/mypy

imports: $(INSTALLED) ## Who may import whom
	@$(BIN)/lint-imports --no-logo

rules: $(INSTALLED) ## Sizes, names, generated pages, and the other rules of CONTRIBUTING.md
	@$(BIN)/python -m pytest -q tests/architecture

docs: $(INSTALLED) ## Write docs/reference/ anew
	@$(BIN)/python docs/generate.py

lock: ## Write both locks anew, with the newest versions that pyproject.toml allows
	@: $(need_python)
	@$(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/pip install --quiet "uv>=0.13,<0.14"
	@.venv-lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --extra dev \
		--no-emit-package beastmode --custom-compile-command "make lock" pyproject.toml --output-file requirements.lock
	@printf 'hatchling\neditables\n' | .venv-lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--constraints requirements.lock --no-emit-package beastmode --custom-compile-command "make lock" pyproject.toml - \
		--output-file requirements-serving.lock

examples: $(INSTALLED) ## Every example of the guard's rules that needs a whole check (ten minutes)
	@EVERY_EXAMPLE=1 $(BIN)/python -m pytest -n 2 --dist worksteal tests/guard_pages $(ARGS)

compat: $(INSTALLED) lowest ## The guard on projects with the oldest Flask and SQLAlchemy it knows; make lowest
	@BEAST_COMPAT=1 $(BIN)/python -m pytest tests/guard_boot/test_old_versions.py tests/guard_proofs/test_proofs_on_old_versions.py $(ARGS)

adopt: $(INSTALLED) ## Four published sites with one line added: their tests, and pictures of their pages (uv, chromium)
	@BEAST_ADOPT=1 $(BIN)/python -m pytest tests/adoption $(ARGS)

# Two tests less: werkzeug reads long If-None-Match fields in linear time since 3.1.9 (older ones get 8 kB at most), and
# marshmallow 3 makes a datetime of a time in a format of one's own, which its Range cannot compare.
lowest: ## The library's own tests with the lowest versions that pyproject.toml allows (needs uv)
	@: $(if $(UV),,$(error make lowest needs uv: https://docs.astral.sh/uv/))
	@$(UV) venv --quiet --clear --python $(PYTHON) .venv-lowest
	@$(UV) pip install --quiet --python $(LOWEST) --resolution lowest-direct --editable ".[postgres]" \
		"asgiref>=3.4.1" "pytest>=9.2" "hypothesis>=6.170" "flask-sqlalchemy>=3.1.1" "griffelib>=2.4" "gunicorn>=27" "jsonschema-rs>=0.60.3" "pytest-xdist>=3.8" "redis>=6"
	@$(LOWEST) -m pytest -q -W default $(LOWEST_TESTS) $(ARGS) \
		--deselect "tests/api/test_work_of_parsers.py::test_entity_tags_cost_in_proportion_to_their_length" \
		--deselect "tests/api/test_work_of_parsers.py::test_a_field_costs_in_proportion_to_its_length[time]"

clients: $(INSTALLED) ## Clients that two public generators make of the example's documents (npm; installs them apart)
	@[ -x .clients/python/bin/openapi-python-client ] || { $(PYTHON) -m venv .clients/python \
		&& .clients/python/bin/pip install --quiet --requirement tests/clients/requirements.txt; }
	@mkdir -p .clients/typescript && cp tests/clients/package.json .clients/typescript/
	@cd .clients/typescript && npm install --silent --no-audit --no-fund --no-package-lock
	@BEAST_CLIENTS=1 $(BIN)/python -m pytest tests/clients $(ARGS)

bench: $(INSTALLED) ## The five requests beside the peers, then the guard (PostgreSQL, wrk, ten minutes)
	@$(BIN)/python bench/all.py $(ARGS)

bench-guard: $(INSTALLED) ## What the guard takes (two minutes)
	@$(BIN)/python bench/guard.py $(ARGS)

bench-serve: $(INSTALLED) ## The example as the benchmark wants it, on PORT
	@PORT=$(PORT) exec $(BIN)/python bench/serve.py

$(INSTALLED): requirements.lock pyproject.toml
	@: $(need_python)
	@echo "Installing everything into .venv (once)"
	@$(call install,requirements.lock)
	@touch $@

$(SERVING): requirements-serving.lock pyproject.toml
	@: $(need_python)
	@echo "Installing what serving needs into .venv (once)"
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
