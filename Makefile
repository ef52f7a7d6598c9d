# Verbs. Each does its own set-up; nothing here needs root, though root may install more.
.PHONY: setup run serve test check servers pages bench bench-nlp clean

PYTHON ?= python3
VENV = .venv
MONITOR = $(VENV)/bin/monitor
DEMO ?= demo
# One more than there are cores, as some tests wait for a while.
WORKERS ?= 3

setup: $(VENV)/.ready  ## virtual environment, pinned packages, a browser

$(VENV)/.ready: pyproject.toml constraints.txt tools/setup.sh $(wildcard tools/assets/*)
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

servers:  ## what the end-to-end tests run against
	sh tools/servers.sh

test: setup  ## everything; CI calls this
	$(MAKE) -j 2 check servers
	$(VENV)/bin/python -m pytest -n $(WORKERS) --dist loadgroup

pages: setup  ## pictures of every page, on a phone and on a desk, to be looked at
	$(VENV)/bin/python -m tests.integration.looking docs/pages

bench: setup  ## posts judged per second, captures per minute, cost of a scan; ONLY=part of a name
	$(VENV)/bin/python -m tests.bench $(ONLY)

bench-nlp: setup  ## the judging beside what else can be had; SUITES=folder of functional tests
	$(VENV)/bin/pip install --quiet --constraint constraints.txt --requirement tests/bench/peers.txt
	$(VENV)/bin/python -m tests.bench.peers tests/quality/school_posts tests/quality/test_posts $(SUITES)

clean:
	rm -rf $(VENV) $(DEMO)
