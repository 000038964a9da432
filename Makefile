# `make report` and `make test` do all the set-up. uv is used where it is installed, venv and pip elsewhere.
.PHONY: report reports test check scenarios bench coverage mutants slow faults attacks lab gallery storm lora-test icd10 webfonts sbom audit requirements clean

# Bytecode is kept, whatever the surroundings say: else every process of a run compiles 660 modules.
export PYTHONDONTWRITEBYTECODE :=

CLIENT ?= meridian_health
VENV   := .venv
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
UV := $(shell command -v uv 2>/dev/null)

report: $(VENV)/.ready                ## reports/$(CLIENT)/report.pdf
	$(BIN)/bespoke run $(CLIENT)

reports: $(VENV)/.ready               ## the reports of all example clients
	$(BIN)/bespoke run --all

test: $(VENV)/.ready-dev              ## the test suite
	$(BIN)/python -m pytest -n 2 --dist loadfile

slow: $(VENV)/.ready-dev              ## what `make test` leaves out: the same on more clients, papers, chapters: minutes
	$(BIN)/python -m pytest -n 2 --dist loadfile -m slow

check: $(VENV)/.ready-dev             ## lint, types, stripped notebooks
	$(BIN)/ruff check bespoke tests notebooks
	$(BIN)/ruff format --check bespoke tests
	$(BIN)/mypy
	$(BIN)/nbstripout --verify --keep-id notebooks/*.ipynb

scenarios: $(VENV)/.ready-dev         ## the advice on 127 described tasks, at all their dates, beside the right one
	$(BIN)/python -m tests.scenario_cases

bench: $(VENV)/.ready-dev             ## seconds beside the plain chain of papermill and nbconvert
	$(BIN)/python tests/bench/plain_chain.py
	$(BIN)/python tests/bench/validator.py
	$(BIN)/python tests/bench/growth.py

coverage: $(VENV)/.ready-dev          ## how often intervals hold and verdicts are false, by simulation: 2 to 15 minutes
	$(BIN)/python tests/coverage/coverage.py

mutants: $(VENV)/.ready-dev           ## 300 small changes of the code, one at a time: how many does a test see?
	$(BIN)/python -m tests.mutants $(MUTANTS)

faults: $(VENV)/.ready-dev            ## 50 kills, 1,000 spoilt client folders, full disks, crowds of 24: half an hour
	BESPOKE_FAULTS=full $(BIN)/python -m pytest -m 'slow or not slow' tests/faults tests/test_runner.py

attacks: $(VENV)/.ready-dev           ## what somebody hostile would try, with planted canaries, and a table of it: minutes
	BESPOKE_ATTACKS=full $(BIN)/python -m pytest -n 2 --dist loadfile tests/attacks

# On this machine only, asks no other host for news or updates, and logs no token: `jupyter server list` shows it.
LAB := --ServerApp.root_dir=. --ServerApp.ip=127.0.0.1 --LabApp.app_settings_dir=bespoke/explore/lab \
       --LabApp.extension_manager=readonly --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate
# Kernels speak over sockets of this user's own folder where the platform has them, not over ports of the machine.
ifneq ($(OS),Windows_NT)
LAB += --KernelManager.transport=ipc
endif
lab: $(VENV)/.ready-dev               ## JupyterLab on the notebooks
	JUPYTER_TOKEN=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe())") \
	$(BIN)/jupyter lab $(LAB) $(LAB_OPTIONS) notebooks/01_task_audit.ipynb

gallery: $(VENV)/.ready-dev reports     ## pages of the example reports as PNG, some of them for the README
	$(BIN)/python -m bespoke.inspection.gallery

storm: $(VENV)/.ready-dev             ## 2,000 notes under failures and kills: nothing is paid twice
	$(BIN)/python tests/storm/storm.py --notes 2000

# torch first and by itself, from its maker's wheels without CUDA: on Linux the package index's own bring several GB of it.
TORCH       := $(shell sed -n 's/^lora = \["\(torch==[0-9.]*\)".*/\1/p' pyproject.toml)
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
lora-test:                             ## the training recipe, really run on a tiny model (2 GB on the disk)
	$(PYTHON) -m venv .venv-lora
	.venv-lora/bin/python -m pip install --quiet --disable-pip-version-check --retries 1 --no-deps --extra-index-url $(TORCH_INDEX) $(TORCH)
	.venv-lora/bin/python -m pip install --quiet --disable-pip-version-check -e ".[lora]" pytest
	HF_HUB_OFFLINE=1 .venv-lora/bin/python -m pytest tests/test_tuning_lora.py tests/test_tuning_tokens.py

icd10: $(VENV)/.ready-dev             ## build the ICD-10-CM table again from its source
	$(BIN)/python -m bespoke.facts.build_icd10
	$(BIN)/python -c 'from bespoke.chapters.icd10_evaluation import word_counts as w; w.store()'

$(VENV)/.ready: requirements.txt pyproject.toml
ifdef UV
	$(UV) venv --quiet --allow-existing $(VENV)
	$(UV) pip install --quiet --python $(VENV) --require-hashes -r requirements.txt
	$(UV) pip install --quiet --python $(VENV) --no-deps -e .
else
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
endif
	touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.txt
ifdef UV
	$(UV) pip install --quiet --python $(VENV) --require-hashes -r requirements-dev.txt
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
endif
	-@git config filter.bespoke-notebooks.clean '"$(abspath $(BIN)/nbstripout)" --keep-id' 2>/dev/null # git sees no outputs
	touch $@

webfonts: $(VENV)/.ready-dev          ## cut the faces of the web page anew from the installed ones
	$(BIN)/python -m bespoke.report.build_webfonts

sbom: $(VENV)/.ready                  ## build/sbom.cdx.json (CycloneDX) and build/licences.csv of what is installed
	$(BIN)/python -m bespoke.bill_of_materials build

audit:                                ## known weaknesses of the pinned packages, where pip-audit's database can be reached
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python -m pip install --quiet --disable-pip-version-check --retries 1 "pip-audit==2.10.1"
	.venv-audit/bin/python -m pip_audit --strict --disable-pip --require-hashes --progress-spinner off -r requirements.txt

requirements:                         ## pin everything again (needs uv)
	$(UV) pip compile --quiet --universal --python-version 3.11 --no-header --no-emit-index-url --generate-hashes pyproject.toml -o requirements.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --no-header --no-emit-index-url --generate-hashes --group dev -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf $(VENV) .venv-lora .venv-audit
