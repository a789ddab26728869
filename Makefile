# Bare `make` lists the targets.
.DEFAULT_GOAL := help
.PHONY: help setup run test check format bench fuzz validate proof mutants backfill airflow clean docs

PYTHON ?= python3
UV := $(shell command -v uv || echo .tools/bin/uv)
INSURED ?= 20000
SEED ?= 1
DEFECTS ?= all
LINES ?= 1000000 5000000
SECONDS_EACH ?= 60

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.tools/bin/uv:
	@$(PYTHON) -m venv .tools && .tools/bin/pip install --quiet uv

.venv/.installed: pyproject.toml uv.lock $(filter .tools/bin/uv,$(UV))
	@$(UV) sync --quiet --frozen --python $(PYTHON)
	@touch $@

setup: .venv/.installed ## Install everything into .venv (installs uv first when it is missing)

run: setup ## The whole chain: region, sealing, TTP, the night in Airflow, draft settlements (INSURED=, SEED=, DEFECTS=)
	@.venv/bin/ocmo demo run --insured $(INSURED) --seed $(SEED) --defects $(DEFECTS)

test: setup ## All tests
	@.venv/bin/pytest -n 2 --dist loadfile

check: setup ## Formatting, lint and types
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy

format: setup ## Format the code
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

docs: setup ## Make the reference pages from code and schemas
	@.venv/bin/python -m docs.reference.generate

backfill: setup ## The nights FROM=YYYY-MM-DD up to and including TO=YYYY-MM-DD, through Airflow's own backfill
	@.venv/bin/ocmo backfill run --from "$(FROM)" --to "$(TO)"

bench: setup ## Speed and memory by stage, against a floor in the same run (LINES="1000000 5000000")
	@.venv/bin/python -m bench.run $(foreach lines,$(LINES),--lines $(lines))
	@.venv/bin/python -m bench.settlement

fuzz: setup ## Fuzz every reader of suppliers' files, so many seconds each (SECONDS_EACH=)
	@.venv/bin/python -m tests.fuzz.run --seconds $(SECONDS_EACH)

validate: setup ## Ten regions of 100,000 insured: is each planted truth found again? (an hour on two cores)
	@.venv/bin/python -m pipeline.demo.validation.run

proof: setup ## Replay the US settlements and benchmarks (reference data beside the checkout), and write docs/validation/mssp*.md
	@mkdir -p var
	@.venv/bin/ocmo settlement replay --terms contracts/reference/mssp --facts ../shared/reference/mssp/settlements_2016_2021.csv --out var/replayed.csv --page docs/validation/mssp.md
	@.venv/bin/ocmo settlement replay --terms contracts/reference/mssp-benchmark --facts ../shared/reference/mssp/historical_benchmarks_2016_2018.csv --out var/benchmarks.csv --page docs/validation/mssp-benchmark.md

mutants: setup ## Make each rule of the settlement wrong in turn: a test must notice (ALL=--all for every kind of evidence)
	@.venv/bin/python -m tests.mutants.run $(ALL)

airflow: setup ## Airflow with the OCMO's DAGs, in the foreground; says where to look
	@.venv/bin/ocmo demo airflow

clean: ## Remove the state of earlier runs (var/), not the installation
	rm -rf var
