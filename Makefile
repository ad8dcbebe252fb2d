# Không Chờ. `make` alone lists what can be made.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
# Two workers; tests of one server stay in one worker (tests/conftest.py)
PYTEST := $(BIN)/pytest -n 2 --dist loadgroup
export DO_NOT_TRACK := 1

.PHONY: help demo setup test check bench docs train wheel lock clean setup-run setup-servers lint types contracts fast format

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup-run ## install what is missing, then show the whole road from scan to certified extract
	@$(BIN)/khongcho demo

setup: ## install what is missing for work on the code
	@tools/setup.sh dev

test: setup setup-servers ## everything: lint, types, contracts, all tests, real servers included
	@$(MAKE) lint types contracts
	@$(PYTEST)

check: setup ## the quick half, for daily work: lint, types, contracts, fast tests
	@$(MAKE) --jobs=2 --output-sync=target lint types contracts fast

bench: setup ## measure our flow beside OCRmyPDF on the same pages
	@$(BIN)/python -m bench

train: ## install what `khongcho train reader` needs: PyTorch (some 5 GB) and more hands
	@tools/setup.sh train

wheel: setup ## build dist/khongcho-*.whl, with templates, fonts and screens inside
	@rm -rf dist
	@$(BIN)/hatchling build --target wheel

format: setup ## put the code into its one form
	@$(BIN)/ruff check --fix --quiet . && $(BIN)/ruff format --quiet .

docs: setup ## write the pages of commands, settings and notices from the programme itself
	@$(BIN)/python -m tools.reference

lock: setup ## write requirements/*.txt anew from pyproject.toml
	@tools/lock.sh

clean: ## remove what checks and builds leave; .venv, .cache and var stay
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . \( -name .venv -o -name node_modules -o -name .git -o -name .cache \) -prune -o -name __pycache__ -type d -exec rm -rf {} +

# --- parts of the above -------------------------------------------------------------------------------

setup-run:
	@tools/setup.sh run

setup-servers:
	@tools/setup.sh servers

lint:
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet . && echo "lint: nothing found"

types:
	@$(BIN)/mypy .

contracts:
	@$(BIN)/lint-imports --no-logo --cache-dir .import_linter_cache

fast:
	@$(PYTEST) -q -m "not slow and not servers"
