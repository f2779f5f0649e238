import json
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from local.cloud.ministack import ROOT
from local.stack import build, containers, keep, template
from local.stack.build import digest

READ_BY_SAM = """
import json, pathlib, sys
from samcli.yamlhelper import yaml_parse
print(json.dumps(yaml_parse(pathlib.Path(sys.argv[1]).read_text())))
"""


def sources(root: Path) -> Path:
    (root / "functions").mkdir(parents=True)
    (root / "layers" / "vending").mkdir(parents=True)
    (root / "template.yaml").write_text("Resources: {}")
    (root / "functions" / "access.py").write_text("")
    (root / "layers" / "vending" / "vend.py").write_text("")
    return root


def test_the_same_sources_have_the_same_name_wherever_they_are(tmp_path: Path) -> None:
    one, other = sources(tmp_path / "one"), sources(tmp_path / "other")
    assert digest(one, "arm64") == digest(other, "arm64")


def test_another_architecture_is_another_build(tmp_path: Path) -> None:
    root = sources(tmp_path)
    assert digest(root, "arm64") != digest(root, "x86_64")


def test_any_changed_moved_or_new_file_is_another_build(tmp_path: Path) -> None:
    root = sources(tmp_path)
    names = {digest(root, "arm64")}
    (root / "layers" / "vending" / "vend.py").write_text("x = 1")
    names.add(digest(root, "arm64"))
    (root / "functions" / "access.py").rename(root / "functions" / "other.py")
    names.add(digest(root, "arm64"))
    (root / "layers" / "requirements.txt").write_text("")
    names.add(digest(root, "arm64"))
    (root / "template.yaml").write_text("Resources: {A: {}}")
    names.add(digest(root, "arm64"))
    assert len(names) == 5


def test_compiled_files_and_files_beside_do_not_matter(tmp_path: Path) -> None:
    root = sources(tmp_path)
    before = digest(root, "arm64")
    (root / "functions" / "__pycache__").mkdir()
    (root / "functions" / "__pycache__" / "access.pyc").write_bytes(b"compiled")
    (root / "README.md").write_text("")
    assert digest(root, "arm64") == before


def read_by_sam(path: Path) -> bytes:
    """In a process of its own: SAM changes what yaml.SafeLoader reads."""
    return subprocess.check_output([sys.executable, "-c", READ_BY_SAM, path])  # noqa: S603 - us


def test_a_template_as_json_says_the_same_to_sam_and_to_us(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_bytes((ROOT / "template.yaml").read_bytes())
    sams, ours = read_by_sam(path), template.read(path)
    build.write_as_json(path)
    assert json.loads(path.read_text()) == ours == template.read(path)
    assert read_by_sam(path) == sams


def test_a_packed_layer_is_a_zip_of_the_same_files_with_their_modes(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    build_layer(path.with_name("Layer"))
    layer = {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "Layer"}}
    path.write_text(json.dumps({"Resources": {"Layer": layer}}))
    assert build.packed(path) == path, "a release is packed already"
    build.pack(path)
    [packed] = template.layers(template.read(build.packed(path))).values()
    with zipfile.ZipFile(path.with_name(packed["ContentUri"])) as archive:
        entries = [one for one in archive.infolist() if not one.is_dir()]
        found = {one.filename: (archive.read(one), one.external_attr >> 16) for one in entries}
    assert found == {
        "python/vend.py": (b"x = 1", 0o100644),
        "python/fast.so": (b"\x7fELF", 0o100755),
    }


def build_layer(directory: Path) -> None:
    (directory / "python").mkdir(parents=True)
    (directory / "python" / "vend.py").write_text("x = 1")
    (directory / "python" / "fast.so").write_bytes(b"\x7fELF")
    (directory / "python" / "vend.py").chmod(0o644)
    (directory / "python" / "fast.so").chmod(0o755)


CONFIGURATIONS = tomllib.loads((ROOT / "samconfig.toml").read_text())


@pytest.mark.parametrize(
    ("name", "architecture"), [("default", "x86_64"), ("dev", "x86_64"), ("prod", "arm64")]
)
def test_sam_builds_deploys_and_invokes_for_one_processor(name: str, architecture: str) -> None:
    """CloudFormation keeps the last value of a parameter that is not given; `sam build` does not."""
    commands = CONFIGURATIONS[name]
    assert f"Architecture={architecture}" in commands["global"]["parameters"]["parameter_overrides"]
    for command in commands.keys() - {"global"}:
        assert "parameter_overrides" not in commands[command]["parameters"]


@pytest.mark.parametrize("name", ["default", "dev"])
def test_sam_sync_adds_no_layers_of_its_own(name: str) -> None:
    settings = CONFIGURATIONS[name]["sync"]["parameters"]
    assert settings["dependency_layer"] is False
    assert {"CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"} == set(
        settings["capabilities"].split()
    )


def test_production_is_never_synced() -> None:
    assert "sync" not in CONFIGURATIONS["prod"]


def test_sam_local_reads_what_make_local_writes_and_watches_no_sockets() -> None:
    settings = {name: one["parameters"] for name, one in CONFIGURATIONS["local"].items()}
    prepared = keep.DIRECTORY / "cloud"
    assert ROOT / settings["global"]["template_file"] == prepared / containers.TEMPLATE
    assert ROOT / settings["global"]["env_vars"] == prepared / containers.VARIABLES
    for name in ("local_start_lambda", "local_start_api"):
        assert settings[name] == {"warm_containers": "LAZY", "no_watch": True}


def test_every_configuration_with_parameters_names_its_processor() -> None:
    for commands in CONFIGURATIONS.values():
        if isinstance(commands, dict):
            given = commands["global"]["parameters"].get("parameter_overrides")
            assert given is None or sum(one.startswith("Architecture=") for one in given) == 1


@pytest.mark.parametrize(
    ("machine", "architecture"),
    [("x86_64", "x86_64"), ("AMD64", "x86_64"), ("aarch64", "arm64"), ("arm64", "arm64")],
)
def test_the_local_cloud_is_built_for_the_processor_of_its_machine(
    machine: str, architecture: str
) -> None:
    assert build.architecture_of(machine) == architecture
    values = template.read(ROOT / "template.yaml")["Parameters"]["Architecture"]["AllowedValues"]
    assert architecture in values
