# Everything runs inside .venv, made from the hash-locked requirements; Node comes from a wheel in it. Plain POSIX sh and
# GNU make 3.81 suffice. Full logs of the quiet steps are in .build/*.log.

PORT ?= 8000
DATA_DIR ?= .vaultra
SCALE ?= 1
KILLS ?= 500
WEBHOOKS ?= 100000
SEED ?= 1
MINUTES ?= 60
REQUESTS ?= 100000

export PATH := $(CURDIR)/.venv/bin:$(PATH)

# An account without a home of its own still needs a place for npm's cache.
ifneq ($(shell test -w "$$HOME" && echo writable),writable)
export npm_config_cache := $(CURDIR)/.build/npm-cache
endif

MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test bench lint lint-python lint-dashboard format types e2e lighthouse crash fuzz docs client setup lock clean screenshots
.PHONY: .build/openapi.json

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

demo: setup ## Bring up the whole product: make demo [PORT=8000] [DATA_DIR=.vaultra]
	@exec .venv/bin/vaultra demo --port '$(PORT)' --data-dir '$(DATA_DIR)'

test: setup ## Run every test: Python, dashboard, end to end in a browser
	@.venv/bin/python scripts/run_tests.py

bench: .venv/.project ## Measure speed and memory: make bench [SCALE=1] [ARGS='--only webhooks']
	@PYTHONPATH=tests .venv/bin/python -m bench --scale '$(SCALE)' $(ARGS)

e2e: setup ## Run the end-to-end tests only
	@.venv/bin/pytest tests/e2e

lighthouse: setup scripts/lighthouse/node_modules/.installed ## Lighthouse on the landing page and the overview (fetches 180 MB once)
	@.venv/bin/python scripts/measure_pages.py

crash: setup ## Kill everything under load: make crash [KILLS=500 WEBHOOKS=100000 SEED=1 MINUTES=60 FAULTS=]
	@PYTHONPATH=tests .venv/bin/python -m crash $(if $(FAULTS),--faults) \
		--kills '$(KILLS)' --webhooks '$(WEBHOOKS)' --seed '$(SEED)' --minutes '$(MINUTES)'

fuzz: setup ## Ask what nobody would think of: make fuzz [REQUESTS=100000 MINUTES=60 SEED=1]
	@PYTHONPATH=tests .venv/bin/python -m fuzz --requests '$(REQUESTS)' --minutes '$(MINUTES)' --seed '$(SEED)'

lint: lint-python lint-dashboard ## Check style, the dependency rule, and the dashboard with its client

lint-python: .venv/.project
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@scripts/quietly import-linter .venv/bin/lint-imports

lint-dashboard: setup .build/openapi.json
	@scripts/quietly dashboard-check npm --prefix frontend run check
	@scripts/quietly dashboard-client npm --prefix frontend run generate -- --check
	@scripts/quietly dashboard-size npm --prefix frontend run size

types: setup ## Check types, strictly
	@.venv/bin/mypy

format: setup ## Rewrite Python files in the project's style
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format

docs: setup ## Check that links and settings in the documents are true
	@.venv/bin/python scripts/check_docs.py

screenshots: setup ## Take the pictures of docs/screenshots anew
	@.venv/bin/python scripts/screenshots.py

client: frontend/node_modules/.installed .build/openapi.json ## Generate the dashboard's API types anew
	@scripts/quietly dashboard-client npm --prefix frontend run generate

setup: .venv/.project frontend/dist/index.html ## Make the environment and build the dashboard, nothing else

lock: .venv/.project ## Lock the requirements anew: make lock [ARGS=--upgrade]
	@scripts/lock $(ARGS)

clean: ## Remove what make made; the data of the demo stays
	@rm -rf .venv .build .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	@rm -rf scripts/lighthouse/node_modules frontend/node_modules frontend/dist frontend/.astro
	@find src tests scripts -name __pycache__ -prune -exec rm -rf {} +

# An environment that was moved or copied still points to where it was made.
ifneq ($(shell cat .venv/.place 2>/dev/null),$(CURDIR))
.PHONY: .venv/.requirements
endif

.venv/.requirements: requirements-dev.lock
	@scripts/make-venv
	@touch $@

.venv/.project: pyproject.toml .venv/.requirements
	@scripts/quietly project .venv/bin/python -m pip install --no-index --no-deps --no-build-isolation --editable .
	@touch $@

.build/openapi.json: .venv/.project
	@mkdir -p .build
	@.venv/bin/vaultra openapi >$@

frontend/node_modules/.installed: frontend/package-lock.json frontend/.npmrc .venv/.requirements
	@scripts/quietly dashboard-packages npm --prefix frontend ci
	@touch $@

scripts/lighthouse/node_modules/.installed: scripts/lighthouse/package-lock.json .venv/.requirements
	@scripts/quietly lighthouse-packages npm --prefix scripts/lighthouse ci
	@touch $@

frontend/dist/index.html: $(shell find frontend -type f ! -path '*/node_modules/*' ! -path '*/dist/*' ! -path '*/.astro/*')
frontend/dist/index.html: frontend/node_modules/.installed
	@scripts/quietly dashboard-build npm --prefix frontend run build
	@touch $@
