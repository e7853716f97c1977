# Everything happens in .venv; python3 and make are all that must be there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# sam2 is built from source, and would fetch another torch for that; its CUDA extension is not used.
PIP := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt SAM2_BUILD_CUDA=0 \
  $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: demo test lint bench install install-dev clean

demo: install
	@if [ -t 0 ] && [ -t 1 ]; then $(BIN)/samannot-tui demo; else $(BIN)/samannot-tui demo --headless; fi

# Tests of the real program on a terminal depend on time: on a machine that others use too, what has failed gets a
# second try, alone. Both are printed; what fails twice fails.
test: install-dev
	$(BIN)/pytest -n auto || $(BIN)/pytest --last-failed --last-failed-no-failures none

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install-dev
	for script in tests/bench/bench_*.py; do \
	  echo "== $$script"; $(BIN)/python -m tests.bench.$$(basename $$script .py) || exit 1; done

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

# Debian splits venv's pip off into a package; where it is missing, say which.
$(BIN)/python:
	$(PYTHON) -m venv $(VENV) || { echo "python3 cannot make a virtual environment here: on Debian and Ubuntu, apt-get install python3-venv"; exit 1; }

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e .
	touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e ".[dev]"
	touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
