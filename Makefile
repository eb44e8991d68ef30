# The commands of the project; `make` alone runs the demonstration province.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
LOCKS := requirements
STAMP := $(VENV)/.stamp

.PHONY: run install test test-journeys test-slow test-ha fuzz check bench reading assets clean lock format shots wheel

run: install assets
	@$(BIN)/saola-server demo

install: $(STAMP)/run

# Each stamp is written last, so an interrupted install is done again.
$(STAMP)/uv: $(LOCKS)/uv.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCKS)/uv.txt
	@mkdir -p $(STAMP) && touch $@

$(STAMP)/run: $(STAMP)/uv $(LOCKS)/run.txt pyproject.toml
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(LOCKS)/run.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMP)/dev: $(STAMP)/run $(LOCKS)/dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(LOCKS)/dev.txt
	@rm -f $(STAMP)/bench && touch $@

assets: $(STAMP)/assets

$(STAMP)/assets: $(STAMP)/run package.json package-lock.json tools/assets.py $(LOCKS)/assets.txt src/saola/server/locale/en/LC_MESSAGES/django.po
	@sh tools/assets.sh
	@touch $@

test: install $(STAMP)/dev assets
	@sh tools/test.sh

test-journeys: install $(STAMP)/dev assets
	@sh tools/test.sh journeys

fuzz: install $(STAMP)/dev
	@SAOLA_FUZZ=1000000 $(BIN)/python -m pytest -q tests/slow/test_fuzz.py

test-slow: install $(STAMP)/dev assets
	@sh tools/test.sh slow

test-ha: install $(STAMP)/dev
	@sh tools/test.sh ha

check: install $(STAMP)/dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djhtml --check src/saola/server/templates
	@$(BIN)/saola-server makemigrations --check --dry-run
	@$(BIN)/python tools/rooms.py
	@sh tools/secrets.sh && sh tools/secrets.sh history

# the bench's lock has another protobuf: the tests' packages are laid again before the next tests
$(STAMP)/bench: $(STAMP)/run $(LOCKS)/bench.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(LOCKS)/bench.txt
	@rm -f $(STAMP)/dev && touch $@

bench: install $(STAMP)/bench assets
	@$(BIN)/python -m bench

reading: install $(STAMP)/dev assets
	@$(BIN)/python -m tools.reading

shots: install $(STAMP)/dev assets
	@$(BIN)/python tools/shots.py

format: $(STAMP)/dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/djhtml src/saola/server/templates

wheel: install assets
	@rm -rf dist
	@$(BIN)/python -m hatchling build -t wheel

lock: $(STAMP)/uv
	@UV=$(BIN)/uv sh tools/lock.sh

clean:
	@rm -rf $(VENV) node_modules var src/saola/server/static/vendor src/saola/server/papers/fonts
