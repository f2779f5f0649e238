"""The archive of the stack: zips that are always equal, and a template that builds nothing."""

import os
import stat
import tomllib
import zipfile
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped]

from tests.support.stack.policies import ROOT, template
from tools.release import build, stack, zips
from tools.release.template import ARCHITECTURES, configuration, released

TEXT = (ROOT / "template.yaml").read_text(encoding="utf-8")
CONFIGURATION = (ROOT / "samconfig.toml").read_text(encoding="utf-8")


def files(root: Path, names: "list[str]") -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"{name}\n" * 100)
    return root


def zipped(root: Path, to: Path) -> bytes:
    zips.write(to, zips.entries(root))
    return to.read_bytes()


def test_equal_files_are_equal_zips_whatever_their_times_modes_and_order(tmp_path: Path) -> None:
    names = ["a/b.py", "a.py", "z", "Ä"]
    one, other = files(tmp_path / "one", names), files(tmp_path / "other", names[::-1])
    for path in other.rglob("*"):
        os.utime(path, (1, 1))
        path.chmod(path.stat().st_mode & 0o700)
    assert zipped(one, tmp_path / "1.zip") == zipped(other, tmp_path / "2.zip")
    (other / "z").chmod(0o700)
    assert zipped(other, tmp_path / "3.zip") != zipped(one, tmp_path / "4.zip")


def test_what_lambda_unpacks_can_be_read_by_everybody(tmp_path: Path) -> None:
    root = files(tmp_path / "root", ["run", "code.py"])
    (root / "run").chmod(0o700)
    (root / "code.py").chmod(0o600)
    zipped(root, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as opened:
        modes = {one.filename: one.external_attr >> 16 for one in opened.infolist()}
        assert opened.testzip() is None
    assert modes == {"code.py": stat.S_IFREG | 0o644, "run": stat.S_IFREG | 0o755}


def test_a_link_is_refused_and_no_zip_is_overwritten(tmp_path: Path) -> None:
    root = files(tmp_path / "root", ["a"])
    zipped(root, tmp_path / "a.zip")
    with pytest.raises(FileExistsError):
        zips.write(tmp_path / "a.zip", zips.entries(root))
    (root / "link").symlink_to("a")
    with pytest.raises(ValueError, match="neither a file nor a directory"):
        zips.entries(root)


def expected(architecture: str) -> Any:
    """The project's template, with what a release changes said once more."""
    found = deepcopy(template())
    del found["Globals"]["Function"]["CodeUri"]
    for one in found["Resources"].values():
        if one["Type"] == "AWS::Serverless::Function":
            assert one.pop("Metadata") == {"BuildMethod": "makefile"}
            assert "CodeUri" not in one["Properties"], "one zip is the code of all functions"
            one["Properties"]["CodeUri"] = "functions.zip"
    del found["Resources"]["VendingLayer"]["Metadata"]
    found["Resources"]["VendingLayer"]["Properties"]["ContentUri"] = "layer.zip"
    found["Parameters"]["Architecture"] |= {
        "Default": architecture,
        "AllowedValues": [architecture],
        "Description": "The architecture of the layer in this release.",
    }
    return found


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_template_names_what_is_built_and_is_the_project_s_else(architecture: str) -> None:
    text = released(TEXT, architecture)
    assert yaml_parse(text) == expected(architecture)
    assert "makefile" not in text.lower()
    for path in ("functions.zip", "layer.zip", *stack.TEXTS[:2]):
        assert f": {path}\n" in text, "an archive has what its template names"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    CodeUri: functions\n", "    CodeUri: code\n"),
        ("    Metadata: {BuildMethod: makefile}\n", "    Metadata: {BuildMethod: python3.13}\n"),
        ("      ContentUri: layers\n", "      ContentUri: other\n"),
        ("    AllowedValues: [arm64, x86_64]\n", ""),
    ],
)
def test_a_template_that_is_not_as_expected_is_not_released(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(ValueError, match="expected"):
        released(TEXT.replace(old, new, 1), "arm64")


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_configuration_is_the_project_s_for_the_archive_s_processor(architecture: str) -> None:
    text = configuration(CONFIGURATION, architecture)
    found, project = tomllib.loads(text), tomllib.loads(CONFIGURATION)
    del project["local"]
    for name in ("default", "dev", "prod"):
        overrides = project[name]["global"]["parameters"]["parameter_overrides"]
        [place] = [i for i, it in enumerate(overrides) if it.startswith("Architecture=")]
        overrides[place] = f"Architecture={architecture}"
    assert found == project
    assert "sam build" not in text
    assert "AllowedBuckets" in text


def test_programs_that_build_see_nothing_of_the_machine_but_its_way_to_an_index() -> None:
    given = {
        "PIP_INDEX_URL": "https://i.example",
        "PIP_ABI": "none",
        "PIP_CONSTRAINT": "/c.txt",
        "https_proxy": "http://p.example",
        "SSL_CERT_FILE": "/c",
        "LC_ALL": "tr_TR.UTF-8",
        "TZ": "Asia/Kathmandu",
        "PYTHONPATH": "/x",
        "PYTHONHASHSEED": "7",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "MAKEFLAGS": "-k",
    }
    found = build.environment(given, Path("/h"), 5)
    assert {name: found[name] for name in found.keys() & given.keys()} == {
        "PIP_INDEX_URL": "https://i.example",
        "https_proxy": "http://p.example",
        "SSL_CERT_FILE": "/c",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
    }
    assert found["SOURCE_DATE_EPOCH"] == "5"


def test_a_program_that_fails_is_told_with_what_it_wrote(tmp_path: Path) -> None:
    with pytest.raises(build.FailedError, match="no such thing"):
        build.run(("sh", "-c", "echo no such thing >&2; exit 3"), tmp_path, tmp_path, 0)
    build.run(("sh", "-c", "touch made"), tmp_path, tmp_path, 0)
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o644
