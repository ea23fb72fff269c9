# The oldest supported version first: what runs there runs on the newer ones.
PYTHON ?= python3.11 python3.12 python3.13 python3
# A second run of the tests, where this one runs and is not the main interpreter.
PYTHON313 ?= python3.13
LOCKFLAGS ?=
# What to measure, such as --quick or "--sizes 1000,10000 --work DIR"; `python -m tests.bench --help` has it all.
BENCH ?=
# As `python -m tests.reconcile --help` has it; else 200, 2,000 and 20,000 lines of seed 1, of both families.
RECONCILE ?=
# What of the long tests `make faults` runs, such as PARTS=tests/faults; the table of figures is of those alone.
PARTS ?= tests
# As `python -m tests.look --help` has it; else every ledger, into build/look.
LOOK ?=
# As `python -m tests.mutation --help` has it; else every slip of the small modules and fifteen of each other one.
MUTATION ?=

# As `python -m tests.fuzz --help` has it; else a million inputs of seed 1.
FUZZ ?=

# The tests start Python a thousand times: what is compiled once is kept, whatever the shell that make runs in has set.
unexport PYTHONDONTWRITEBYTECODE

RUN := .venv/bin/python -m
PYTEST := -m pytest -n 2 --dist worksteal -q tests
PYTEST_313 := -m pytest -n 2 --dist worksteal -q $(addprefix tests/,model core store render journeys cli/test_transcripts.py cli/test_json.py test_readme.py)

.PHONY: help demo test lint style types tests look bench bench-pdf bench-reconcile faults fuzz mutation audit-deps lock clean venv

help:
	@echo "make demo     a tour of bill on the demo ledger"
	@echo "make test     lint, types, layers and tests, on python3.13 too where it is found"
	@echo "make lint     ruff, mypy, import-linter"
	@echo "make look     the dashboard in Chromium, on a phone, a desktop and paper: pictures and checks (LOOK=\"--only demo\")"
	@echo "make bench    bill beside hledger, ledger and beancount on the same books (BENCH=--quick for a short one)"
	@echo "make bench-pdf  500 invoice PDFs beside weasyprint (BILL_WEASYPRINT=PYTHON names an interpreter that has it)"
	@echo "make bench-reconcile  messy statements over known truth: what is booked right, what wrong (RECONCILE=\"--lines 2000 --seed 7\")"
	@echo "make faults   the long tests: crashes between writes, power cuts, full disks, two at once, long histories; needs root and strace"
	@echo "              PARTS=tests/faults for some of them; build/faults.jsonl keeps the figures"
	@echo "make audit-deps  known advisories about the locked packages; needs the network, and says so where it has none"
	@echo "make mutation  slips made on purpose in the money, the journal and the outbox: which the tests notice (MUTATION=\"--only core/money\")"
	@echo "make fuzz     a million damaged inputs for everything that reads (FUZZ=\"--only yaml,ofx --inputs 5000000\")"
	@echo "make lock     requirements.txt anew from pyproject.toml (LOCKFLAGS=--upgrade for newer versions)"
	@echo "make clean    removes environments, caches and builds"

venv:
	@python=$$(sh .ci/setup find $(PYTHON)) && sh .ci/setup venv .venv "$$python"

demo: venv
	@PATH="$(CURDIR)/.venv/bin:$$PATH" sh ledgers/demo.sh

# mypy keeps one core busy and leaves the other to the tests; what is quick to say no goes first.
test: style
	@$(MAKE) --no-print-directory --jobs=2 types tests
	@if .venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))'; then \
	    echo "python3.13: tried"; \
	elif python=$$(sh .ci/setup find $(PYTHON313) 2>/dev/null); then \
	    sh .ci/setup venv .venv-3.13 "$$python" || exit; \
	    echo ".venv-3.13/bin/python $(PYTEST_313)"; \
	    .venv-3.13/bin/python $(PYTEST_313); \
	    status=$$?; \
	    echo "python3.13: tried on every layer; faults, index and bad input stay with the first Python"; \
	    exit $$status; \
	else \
	    echo "python3.13: not found, not tried"; \
	fi

lint: style types

style: venv
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	.venv/bin/lint-imports --no-logo

types: venv
	$(RUN) mypy

tests: venv
	.venv/bin/python $(PYTEST)

look: venv
	@$(RUN) tests.look $(LOOK)

bench: venv
	@$(RUN) tests.bench $(BENCH)

bench-pdf: venv
	@$(RUN) tests.bench.pdf

bench-reconcile: venv
	@$(RUN) tests.reconcile --family both $(RECONCILE)

faults: venv
	@mkdir -p build && rm -f build/faults.jsonl
	@FAULTS_FIGURES=$(CURDIR)/build/faults.jsonl $(RUN) pytest -n 2 --dist worksteal -m long $(PARTS); status=$$?; \
	    $(RUN) tests.faults.counts build/faults.jsonl && exit $$status

audit-deps:
	@sh .ci/audit

mutation: venv
	@$(RUN) tests.mutation $(MUTATION)

# Its wheels are not there for every machine and Python; without it the rig works blindly, and says so.
fuzz: venv
	@$(RUN) pip install -qq --disable-pip-version-check --only-binary :all: "atheris>=3" || true
	@$(RUN) tests.fuzz $(FUZZ)

lock:
	@uv=$$(command -v uv) && "$$uv" --version >/dev/null 2>&1 || { \
	    python=$$(sh .ci/setup find $(PYTHON)) && \
	    "$$python" -m venv .venv-lock && \
	    .venv-lock/bin/python -m pip install -qq --disable-pip-version-check uv && \
	    uv=.venv-lock/bin/uv; \
	} && "$$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --no-emit-index-url --no-emit-find-links $(LOCKFLAGS) \
	    --group dev --output-file requirements.txt pyproject.toml

clean:
	rm -rf .venv .venv-3.13 .venv-lock .venv-audit build dist *.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name .git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
