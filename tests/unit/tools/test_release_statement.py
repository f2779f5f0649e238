"""The provenance: its form, and what it finds of files that were changed."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.stack.policies import ROOT
from tools.release import statement
from tools.release.source import Source

SOURCE = Source("1.2.3", "c" * 40, 1_700_000_000, "v1.2.3")
SCHEMA = json.loads((ROOT / "tests/published/slsa-provenance-v1.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
LOCKS = {"layers/requirements.txt": "a" * 64}
TOOLS = {"python": "3.13.0", "zlib": "1.3.1"}
WHEEL, ARCHIVE = "s3vend-1.2.3-py3-none-any.whl", "s3vend-stack-1.2.3-arm64.zip"


def stated(release: Path, source: Source = SOURCE) -> dict[str, Any]:
    return statement.provenance(release, source, LOCKS, statement.LOCAL, TOOLS)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """Files as of a release, with checksums and provenance."""
    (tmp_path / WHEEL).write_bytes(b"wheel")
    with zipfile.ZipFile(tmp_path / ARCHIVE, "w") as archive:
        for name in ("template.yaml", "functions.zip", "layer.zip"):
            archive.writestr(f"s3vend-stack-1.2.3-arm64/{name}", name)
    (tmp_path / statement.SUMS).write_text(statement.checksums(tmp_path))
    (tmp_path / statement.name("1.2.3")).write_text(statement.text(stated(tmp_path)))
    return tmp_path


def test_it_has_the_form_that_slsa_and_in_toto_describe(release: Path) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for source in (SOURCE, Source("1.2.3", "c" * 40, 0, None)):
        assert [*VALIDATOR.iter_errors(stated(release, source))] == []


@pytest.mark.parametrize("text", ["me", "", "https:", "https://a b", "GitHub Actions: x"])
def test_a_builder_that_is_not_a_uri_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"BUILDER={text} is not a URI"):
        statement.builder_uri(text)
    assert statement.builder_uri(statement.LOCAL) == statement.LOCAL


@pytest.mark.parametrize(
    "spoil",
    [
        lambda said: said.update(_type="https://in-toto.io/Statement/v0.1"),
        lambda said: said.update(subject=[]),
        lambda said: said["subject"][0].pop("digest"),
        lambda said: said["subject"][0]["digest"].update(sha256="A" * 64),
        lambda said: said["predicate"].pop("runDetails"),
        lambda said: said["predicate"]["runDetails"]["builder"].update(version="1"),
        lambda said: said["predicate"]["runDetails"]["builder"].update(id="me"),
        lambda said: said["predicate"]["buildDefinition"].update(buildType=""),
        lambda said: said["predicate"]["buildDefinition"].update(materials=[]),
        lambda said: said["predicate"]["buildDefinition"]["resolvedDependencies"][0]["digest"].update(gitCommit="main"),
        lambda said: said["predicate"]["buildDefinition"]["resolvedDependencies"].append({"name": "a"}),
    ],
)  # fmt: skip
def test_the_schema_refuses_another_form(spoil: Callable[[Any], object], release: Path) -> None:
    said = deepcopy(stated(release))
    spoil(said)
    assert [*VALIDATOR.iter_errors(said)]


def test_it_names_every_file_and_the_code_inside_archives(release: Path) -> None:
    said = json.loads((release / statement.name("1.2.3")).read_text())
    found = {one["name"]: one["digest"]["sha256"] for one in said["subject"]}
    assert found.keys() == {
        *(WHEEL, ARCHIVE, statement.SUMS),
        *(f"{ARCHIVE}!/{part}.zip" for part in ("functions", "layer")),
    }
    assert found[f"{ARCHIVE}!/layer.zip"] == hashlib.sha256(b"layer.zip").hexdigest()
    assert [*statement.faults(release, "1.2.3")] == []


def test_it_says_the_commit_and_the_tag_and_nothing_of_when_and_where(release: Path) -> None:
    definition = stated(release)["predicate"]["buildDefinition"]
    assert definition["resolvedDependencies"][0]["digest"] == {"gitCommit": "c" * 40}
    assert definition["resolvedDependencies"][0]["uri"].endswith("@refs/tags/v1.2.3")
    assert definition["externalParameters"]["tag"] == "v1.2.3"
    assert "metadata" not in stated(release)["predicate"]["runDetails"]
    assert str(release) not in json.dumps(stated(release))


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda root: (root / WHEEL).write_bytes(b"tampered"), [f"{WHEEL} was changed"]),
        (lambda root: (root / WHEEL).unlink(), [f"{WHEEL} is missing"]),
        (lambda root: (root / "more.whl").write_bytes(b""), ["more.whl is not of this release"]),
        (
            lambda root: (root / statement.SUMS).write_text(""),
            [f"{statement.SUMS} was changed", f"{statement.SUMS} differs from the provenance"],
        ),
        (
            lambda root: (root / ARCHIVE).unlink(),
            [f"{ARCHIVE} is missing", *(f"{ARCHIVE}!/{one}.zip is missing" for one in ("functions", "layer"))],
        ),
    ],
    ids=["tampered", "missing", "more", "checksums", "archive"],
)  # fmt: skip
def test_a_file_that_is_not_the_release_s_is_found(
    spoil: Callable[[Path], object], expected: list[str], release: Path
) -> None:
    spoil(release)
    assert [*statement.faults(release, "1.2.3")] == expected


def test_a_layer_that_was_changed_inside_its_archive_is_found(release: Path) -> None:
    with zipfile.ZipFile(release / ARCHIVE, "w") as archive:
        for name in ("template.yaml", "functions.zip", "layer.zip"):
            text = "tampered" if name == "layer.zip" else name
            archive.writestr(f"s3vend-stack-1.2.3-arm64/{name}", text)
    assert f"{ARCHIVE}!/layer.zip was changed" in [*statement.faults(release, "1.2.3")]
