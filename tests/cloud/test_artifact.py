"""What `sam build` makes, which is what is deployed: code with its bytecode."""

import importlib.util
import json
import marshal
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import CodeType
from typing import TYPE_CHECKING

import pytest

from local.cloud.ministack import ROOT, Cloud
from local.stack.build import built
from local.stack.deploy import ARTIFACTS, Stack
from local.stack.template import read
from service_models import OPERATIONS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

UNCHECKED_HASH = 1  # PEP 552's flags: by a hash of the source, which nobody compares
ELF = b"\x7fELF"
MACHINES = {"x86_64": 62, "arm64": 183}  # e_machine


@pytest.fixture(scope="module")
def places() -> dict[Path, PurePosixPath]:
    """Each directory of the artifact, and where Lambda puts it."""
    template = built()
    kinds = {
        "AWS::Serverless::LayerVersion": PurePosixPath("/opt"),
        "AWS::Serverless::Function": PurePosixPath("/var/task"),
    }
    return {
        template.with_name(name): kinds[resource["Type"]]
        for name, resource in read(template)["Resources"].items()
        if resource["Type"] in kinds
    }


def sources(places: dict[Path, PurePosixPath]) -> Iterator[tuple[Path, str, Path]]:
    """Every module: itself, its path at Lambda, its bytecode."""
    for directory, place in places.items():
        for source in sorted(directory.rglob("*.py")):
            there = place / source.relative_to(directory).as_posix()
            yield source, str(there), Path(importlib.util.cache_from_source(str(source)))


def test_layer_and_functions_are_there(places: dict[Path, PurePosixPath]) -> None:
    names = {directory.name for directory in places}
    assert {"VendingLayer", "AuthorizerFunction", "CredentialsFunction"} <= names
    for directory, place in places.items():
        root = directory / "python/vending" if place.name == "opt" else directory
        assert list(root.glob("*.py"))


def test_every_module_comes_with_bytecode_that_is_used_unchecked(
    places: dict[Path, PurePosixPath],
) -> None:
    for source, there, compiled in sources(places):
        assert compiled.is_file(), f"{there} is compiled at every cold start"
        head = compiled.read_bytes()[:16]
        assert head[:4] == importlib.util.MAGIC_NUMBER, there
        assert int.from_bytes(head[4:8], "little") == UNCHECKED_HASH, there
        assert head[8:] == importlib.util.source_hash(source.read_bytes()), f"{there} is stale"


def test_no_bytecode_is_there_without_its_module(places: dict[Path, PurePosixPath]) -> None:
    found = {path for directory in places for path in directory.rglob("*.pyc")}
    assert found == {compiled for _, _, compiled in sources(places)}


def test_a_traceback_names_the_path_at_lambda(places: dict[Path, PurePosixPath]) -> None:
    for _, there, compiled in sources(places):
        code = marshal.loads(compiled.read_bytes()[16:])  # noqa: S302 - we have built it
        assert isinstance(code, CodeType)
        assert code.co_filename == there


def test_nothing_in_the_artifact_names_the_machine_that_built_it(
    places: dict[Path, PurePosixPath],
) -> None:
    here = str(ROOT).encode(), sys.base_prefix.encode()
    for directory in places:
        for path in directory.rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            assert not [one for one in here if one in content], path
            assert path.name not in {"bin", "RECORD"}, "scripts name the Python that installed them"


def test_the_layer_has_the_models_of_the_services_that_are_called_and_no_others(
    places: dict[Path, PurePosixPath],
) -> None:
    code = [*(ROOT / "functions").glob("*.py"), *(ROOT / "layers/vending/aws").rglob("*.py")]
    called = {name for path in code for name in re.findall(r'client\("(\w+)"', path.read_text())}
    (models,) = (path for layer in places for path in layer.glob("python/botocore/data"))
    assert called == {path.name for path in models.iterdir() if path.is_dir()}


def test_its_models_have_the_operations_that_are_called_and_no_others(
    places: dict[Path, PurePosixPath],
) -> None:
    (models,) = (path for layer in places for path in layer.glob("python/botocore/data"))
    for service, operations in OPERATIONS.items():
        (path,) = models.glob(f"{service}/*/service-2.json")
        found = json.loads(path.read_bytes())["operations"]
        assert {name for name in found if not found[name].get("endpointoperation")} == operations


def machines(layer: Path) -> set[int]:
    """For which processors its libraries are."""
    heads = [path.read_bytes()[:20] for path in layer.rglob("*.so")]
    assert heads
    assert all(head[:4] == ELF for head in heads)
    return {int.from_bytes(head[18:20], "little") for head in heads}


@pytest.mark.parametrize("architecture", MACHINES)
def test_the_layer_is_for_the_architecture_that_is_asked_for(architecture: str) -> None:
    layer = built(architecture).with_name("VendingLayer")
    assert machines(layer) == {MACHINES[architecture]}


def test_a_deployment_uploads_the_zip_that_was_made_of_the_layer(
    cloud: Cloud, stack: Stack, s3: "S3Client", places: dict[Path, PurePosixPath]
) -> None:
    [layer] = (directory for directory, place in places.items() if place.name == "opt")
    packed = layer.with_suffix(".zip").read_bytes()
    listed = s3.list_objects_v2(Bucket=ARTIFACTS)["Contents"]
    same = [one["Key"] for one in listed if one["Size"] == len(packed)]
    assert [s3.get_object(Bucket=ARTIFACTS, Key=key)["Body"].read() for key in same] == [packed]
    with zipfile.ZipFile(layer.with_suffix(".zip")) as archive:
        found = {one.filename: one.CRC for one in archive.infolist() if not one.is_dir()}
    files = [path for path in layer.rglob("*") if path.is_file()]
    assert found == {
        path.relative_to(layer).as_posix(): zlib.crc32(path.read_bytes()) for path in files
    }
