# Builds the layer, in a copy of this directory: docs/adr/0015-bytecode.md.
LAYER := $(ARTIFACTS_DIR)/python
GLIBCS := manylinux_2_34 manylinux_2_28 manylinux_2_17 manylinux2014
SERVICES := dynamodb iam logs ssm sts

.PHONY: build-VendingLayer
build-VendingLayer:
	python3.13 -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
		--requirement requirements.txt --require-hashes --no-deps --only-binary :all: \
		--implementation cp --python-version 3.13 $(GLIBCS:%=--platform %_$(PLATFORM)) \
		--target "$(LAYER)" --no-compile
	rm -rf "$(LAYER)"/bin "$(LAYER)"/*.dist-info/RECORD # they differ with the Python that builds
	find "$(LAYER)/botocore/data" -mindepth 1 -maxdepth 1 -type d \
		$(SERVICES:%=! -name %) -exec rm -r {} + # a third of the layer
	cp -R vending "$(LAYER)"
	find "$(LAYER)" -name __pycache__ -prune -exec rm -r {} +
	python3.13 -m compileall -q -j 0 --invalidation-mode unchecked-hash \
		-s "$(ARTIFACTS_DIR)" -p /opt "$(LAYER)"
