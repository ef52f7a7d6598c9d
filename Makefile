# Verbs. Each does its own set-up; nothing here needs root, though root may install more.
.PHONY: setup run serve test check bench clean

PYTHON ?= python3
VENV = .venv
MONITOR = $(VENV)/bin/monitor
DEMO ?= demo

setup: $(VENV)/.ready  ## virtual environment, pinned packages, a browser

$(VENV)/.ready: pyproject.toml constraints.txt tools/setup.sh
	sh tools/setup.sh $(PYTHON) $(VENV)
	touch $@

run: setup  ## the main job, against the bundled sample town
	$(MONITOR) demo --dir $(DEMO)

serve: setup  ## the dashboard, on what `make run` found
	@test -f $(DEMO)/config.toml || $(MONITOR) demo --dir $(DEMO)
	$(MONITOR) run --config $(DEMO)/config.toml --only-dashboard

check: setup  ## lint, types, import rules
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

test: check  ## everything; CI calls this
	sh tools/servers.sh
	$(VENV)/bin/python -m pytest -n 2 --dist loadgroup

bench: setup  ## posts judged per second, captures per minute, cost of a scan
	$(VENV)/bin/python -m tests.bench

clean:
	rm -rf $(VENV) $(DEMO)
