# serverless-platform: `make up` brings the whole platform up on this machine, `make test` tests everything.
PYTHON ?= python3
STACK ?= local
PORT ?=
WORKLOADS ?=
FORCE ?=
SINCE ?= 1h
RUN = .venv/bin/python -m
# Images of containers set it to stay small. Here every command would compile all that it imports again, which is a third of its time.
unexport PYTHONDONTWRITEBYTECODE
# As many processes as there are processors; each file, and each stack, in one of them, those that take longest first (tests/conftest.py).
TESTS = .venv/bin/pytest --numprocesses auto --maxprocesses 4 --no-loadscope-reorder

.PHONY: help waivers validate phases token logs invoke secret run-schedule probe-login owners release rollback releases flags access least-privilege traces dashboard check-guardrails up watch down test test-all test-quick check lint preview engine setup layer lock docs benchmarks clean

help: ## lists these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

setup: ## makes the two Python environments from their hash-locked requirements
	@$(PYTHON) local/setup.py

validate: setup ## checks all manifests, settings and handlers: about a second, and before everything else
	@$(RUN) platform_contract check

phases: setup ## every workload: its phase, and what it lacks for the next (STACK=prod)
	@$(RUN) platform_contract phases --stack "$(STACK)"

up: validate ## brings a stack up under the guardrails (STACK=local; for local PORT=, WORKLOADS=orders,receipts, FORCE=1 though nothing was edited)
	@$(RUN) local.up --stack "$(STACK)" $(if $(PORT),--port $(PORT)) $(if $(WORKLOADS),--workloads "$(WORKLOADS)") $(if $(FORCE),--force)

watch: setup ## an edit in handlers/ is live as soon as it is saved (WORKLOAD=orders, or all); Ctrl-C ends it
	@$(RUN) local.watch $(if $(WORKLOAD),--workload "$(WORKLOAD)")

down: setup ## stops the embedded cloud and forgets its state
	@$(RUN) local.down

preview: validate ## what a change would do to STACK=dev|prod, first what data would be lost (then it ends with 3): no account, no network (BASE=commit to compare with, SARIF=file for findings)
	@$(RUN) local.preview --stack "$(if $(filter local,$(STACK)),dev,$(STACK))" $(if $(BASE),--base "$(BASE)") $(if $(SARIF),--sarif "$(SARIF)")

engine: setup ## finds, downloads or builds the Pulumi engine
	@$(RUN) local.engine

layer: setup ## builds the layer of third-party packages for STACK
	@$(RUN) serverless_platform.program.build layer --stack "$(STACK)"

TYPED = -p platform_contract -p serverless_platform -p guardrails -p operations -p reports -p benchmarks $(patsubst handlers/%/__init__.py,-p %,$(wildcard handlers/*/__init__.py))

lint: validate
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy $(TYPED)
	@.venv/bin/mypy local/*.py local/engine
	@MYPYPATH=local .venv/bin/mypy -p aws_provider

check: setup ## what to run every few minutes: lint, types, and the tests that take seconds (not those marked thorough or engine)
	@$(MAKE) --no-print-directory --jobs 2 lint test-quick

test-quick:
	@$(TESTS) -m "not engine and not thorough and not nightly" tests/unit tests/handlers tests/operations tests/reports tests/guardrails tests/program tests/package

test: lint engine ## everything that can be tested here, end to end included, but for the few tests marked nightly
	@$(TESTS) -m "not nightly" tests

test-all: lint engine ## really everything: before a release, and every night
	@$(TESTS) tests

# Verbs of `operations`: on the local stack without credentials, on another with your own.
OPERATE = $(RUN) $(if $(filter local,$(STACK)),local.operate,operations)
ON = $(if $(filter local,$(STACK)),,--stack "$(STACK)")

token: setup ## a token for the local stack (USER=anna@example.com, GROUPS=approvers), alone on standard output
	@$(RUN) local.access_token $(if $(filter command line,$(origin USER)),--user "$(USER)") $(if $(filter command line,$(origin GROUPS)),--groups "$(GROUPS)")

logs: setup ## what a function logged (FUNCTION=orders/api; CORRELATION=id, SINCE=10m, FOLLOW=1, STACK=dev)
	@$(OPERATE) logs "$(FUNCTION)" --since "$(SINCE)" $(if $(CORRELATION),--correlation "$(CORRELATION)") $(if $(FOLLOW),--follow) $(ON)

invoke: setup ## runs a function once (FUNCTION=orders/api EVENT=event.json, or EVENT='{"a": 1}', or EVENT=-)
	@$(OPERATE) invoke "$(FUNCTION)" '$(EVENT)' $(ON)

secret: setup ## gives a secret a value, typed or piped in (NAME=loans/bureau)
	@$(OPERATE) secret "$(NAME)" $(ON)

run-schedule: setup ## runs a schedule's function once, now (SCHEDULE=housekeeping/sweep)
	@$(OPERATE) run-schedule "$(SCHEDULE)" $(ON)

probe-login: setup ## gives the probe of a workload a user and a key of its own (WORKLOAD=orders, STACK=dev)
	@$(OPERATE) probe-login "$(WORKLOAD)" $(ON)

owners: setup ## every workload: owner, on call, phase, cost, last release, state of its objectives (STACK=prod, PAGE=file.md)
	@$(OPERATE) owners $(if $(PAGE),--page "$(PAGE)") $(ON)

release: setup ## callers get the newest version of a workload's functions, checked before and after (WORKLOAD=orders; OBSERVE=30, STACK=dev)
	@$(OPERATE) release "$(WORKLOAD)" $(if $(OBSERVE),--observe "$(OBSERVE)") $(ON)

rollback: setup ## callers get the versions before the last release (WORKLOAD=orders, STACK=dev)
	@$(OPERATE) rollback "$(WORKLOAD)" $(ON)

releases: setup ## when a workload was released, by whom, and what came of it (WORKLOAD=orders, STACK=dev)
	@$(OPERATE) releases "$(WORKLOAD)" $(ON)

flags: setup ## feature flags of a workload (WORKLOAD=orders; FLAG=taking VALUE=off, AT_ONCE=1, IGNORE_ALARMS=1; BACK=1; STACK=dev)
	@$(OPERATE) flags "$(WORKLOAD)" $(if $(BACK),back,$(if $(VALUE),set "$(FLAG)" "$(VALUE)",get $(if $(FLAG),"$(FLAG)"))) $(if $(AT_ONCE),--at-once) $(if $(IGNORE_ALARMS),--ignore-alarms) $(ON)

dashboard: setup ## draws the deployed dashboards with the local stack's own data, as pages (WORKLOAD=orders, MINUTES=60)
	@$(RUN) local.dashboard $(if $(WORKLOAD),--workload "$(WORKLOAD)") $(if $(MINUTES),--minutes "$(MINUTES)")

traces: setup ## the path of one request (CORRELATION=id) with what lies between its functions, or the last requests
	@$(RUN) local.traces $(if $(CORRELATION),--correlation "$(CORRELATION)")

access: setup ## who besides its own roles may reach what the local stack holds
	@$(RUN) local.reach

least-privilege: setup engine ## drives every workload (or WORKLOADS=): what each role may do, beside what it was seen to do
	@WORKLOADS="$(WORKLOADS)" .venv/bin/pytest -q -s tests/end_to_end/test_least_privilege.py

check-guardrails: setup ## breaks the production graph one property at a time, and prints how many breaks the guardrails notice
	@.venv/bin/pytest -q -n 0 -s tests/guardrails/test_breaks.py

waivers: setup ## every exception from the guardrails, with days left; with BASE=commit, what is new since it
	@cd policies && ../$(RUN) guardrails waivers $(BASE)

docs: setup ## generates docs/reference, the runbooks, the arguments of components, and the JSON schemas of contracts
	@$(RUN) platform_contract schema && $(RUN) platform_contract docs && $(RUN) serverless_platform.program.argument_files && $(RUN) serverless_platform.program.component_page && cd policies && ../$(RUN) guardrails docs && cd ../handlers && ../$(RUN) shared.schemas && cd .. && $(RUN) local.openapi

lock: setup ## locks the requirements again, with hashes
	@for file in requirements local/requirements handlers/requirements; do \
	  .venv/bin/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header $$file.in -o $$file.txt || exit 1; done

benchmarks: setup engine ## times the claims of the README, side by side
	@$(RUN) benchmarks.handlers
	@$(RUN) benchmarks.program
	@$(RUN) benchmarks.up
	@$(RUN) benchmarks.guardrails

clean: down ## removes what the project made in this checkout (the engine stays in your cache)
	@rm -rf .venv .local .build
