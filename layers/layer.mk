# Builds the layer, in a copy of this directory: docs/adr/0015-bytecode.md.
LAYER := $(ARTIFACTS_DIR)/python
GLIBCS := manylinux_2_34 manylinux_2_28 manylinux_2_17 manylinux2014

.PHONY: build-VendingLayer
build-VendingLayer:
	python3.13 -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
		--requirement requirements.txt --require-hashes --no-deps --only-binary :all: \
		--implementation cp --python-version 3.13 $(GLIBCS:%=--platform %_$(PLATFORM)) \
		--target "$(LAYER)" --no-compile
	rm -rf "$(LAYER)"/bin "$(LAYER)"/*.dist-info/RECORD # they differ with the Python that builds
	python3.13 service_models.py "$(LAYER)/botocore/data" # docs/adr/0020-trimmed-models.md
	cp -R vending "$(LAYER)"
	find "$(LAYER)" -name __pycache__ -prune -exec rm -r {} +
	python3.13 -m compileall -q -j 0 --invalidation-mode unchecked-hash \
		-s "$(ARTIFACTS_DIR)" -p /opt "$(LAYER)"
