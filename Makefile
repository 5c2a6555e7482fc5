# `make demo` shows a class being graded, `make test` proves that it is graded rightly.

PYTHON ?= python3
BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(PATH)
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: setup demo test test-torch check format lint types bench bench-engine bench-grading attacks crash fuzz matrix mutants clean

setup: .venv/.ready

.venv/.ready: pyproject.toml constraints.txt setup.sh
	PYTHON="$(PYTHON)" sh setup.sh
	touch $@

demo: setup
	gradloom demo

test: setup
	pytest

# PyTorch is no dependency: without it these tests are skipped.
test-torch: setup
	python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch==2.13.0
	pytest tests/reference/test_torch.py

check: setup lint types test

lint: setup
	ruff check .
	ruff format --check .

types: setup
	mypy

format: setup
	ruff check --fix .
	ruff format .

attacks: setup
	pytest tests/attacks -q --table

# Many more corrupted notebooks and frames than the tests try, under a seed of their own.
TIMES ?= 20
SEED ?= $(shell date +%s)
fuzz: setup
	GRADLOOM_FUZZ_TIMES=$(TIMES) GRADLOOM_FUZZ_SEED=$(SEED) pytest tests/autograder/test_fuzz.py -s

# Kills the grader a hundred times; the tests do so ten times.
crash: setup
	GRADLOOM_KILLS=100 pytest tests/autograder/test_crash.py -s

bench: bench-engine bench-grading

bench-engine: setup
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 python benchmarks/engine.py

matrix: setup
	gradloom matrix --html matrix.html --csv matrix.csv

mutants: setup
	gradloom mutants

bench-grading: setup
	python benchmarks/grading.py

clean:
	rm -rf .venv course/source course/release
