# Commands for people; `make serve` and `make test` set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000

.PHONY: install serve test canary soak check fmt bench conformance lock clean

install: $(VENV)/.installed

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed (set PYTHON=...). Python 3.11以上が必要です。"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
		echo "The venv module is missing: install python3-venv. python3-venvを入れてください。"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

serve: install
	$(BIN)/senryaku serve --host $(HOST) --port $(PORT)

test: install check
	$(BIN)/pytest --durations 25 --numprocesses auto --maxprocesses 4 --dist worksteal

# the tests under strace: no process opens what is not ours or reaches another machine.
# TESTS names some of them; empty: all
canary: install
	$(BIN)/python -m tests.watched --numprocesses auto --maxprocesses 4 --dist worksteal $(TESTS)

# writes docs/explain/resilience.md; CAMPAIGNS names some of tests/soak; empty: all
soak: install
	$(BIN)/python -m tests.soak $(CAMPAIGNS)

check: install
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/senryaku fmt --check

fmt: install
	$(BIN)/ruff check --fix src tests bench
	$(BIN)/ruff format src tests bench
	$(BIN)/senryaku fmt

bench: install
	$(BIN)/python -m bench

# SENRYAKU_SUITES names the folder with the W3C suite
conformance: install
	$(BIN)/python -m tests.w3c > docs/explain/conformance.md
	@cat docs/explain/conformance.md

lock: install
	$(BIN)/pip freeze --exclude-editable > requirements.lock

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
