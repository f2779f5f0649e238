"""Makes all files of a release from the sources of one commit."""

import email
import hashlib
import platform
import sys
import tomllib
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cyclonedx.model.component import ComponentType
from packaging.markers import default_environment

from tools.release import build, sbom, stack, statement
from tools.release.source import Source
from tools.release.template import ARCHITECTURES

PACKAGES = {"client": "s3vend", "core": "s3vend_core"}  # a directory, and its distribution
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
PYTHON = "3.13"  # of Lambda, as in the template


def names(version: str) -> set[str]:
    """Return the names of all files of a release."""
    stacks = [stack.name(version, one) for one in ARCHITECTURES]
    packages = [f"{one}-{version}" for one in PACKAGES.values()]
    return {
        *(f"{one}{kind}" for one in packages for kind in ("-py3-none-any.whl", ".tar.gz")),
        *(f"{one}.zip" for one in stacks),
        *(f"{one}.cdx.json" for one in (*packages, *stacks)),
        *(statement.SUMS, statement.name(version)),
    }


def make(tree: Path, work: Path, source: Source, builder: str) -> Path:
    """Make the release below ``work`` and return its directory.

    Raises:
        FailedError: a program failed.
        ValueError: what was made is not as expected.
    """

    def run(command: Any, directory: Path) -> None:
        build.run(command, directory, work, source.time)

    release = work / f"s3vend-{source.version}"
    release.mkdir()
    for directory, name in PACKAGES.items():
        hatch = (sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel")
        run((*hatch, "-d", release), tree / directory)
        _write_sbom(release, f"{name}-{source.version}", _wheel_sbom(release, name, source))
    for one in ARCHITECTURES:
        name = stack.name(source.version, one)
        layer = stack.build(tree, one, work / name, run)
        stack.archive(work / name, release)
        _write_sbom(release, name, _layer_sbom(tree, layer, name, one, source))
    (release / statement.SUMS).write_text(statement.checksums(release), encoding="utf-8")
    locks = {one: _hash(tree / one) for one in statement.LOCKS}
    tools = {"python": platform.python_version(), "zlib": zlib.ZLIB_RUNTIME_VERSION}
    said = statement.provenance(release, source, locks, builder, tools)
    (release / statement.name(source.version)).write_text(statement.text(said), encoding="utf-8")
    if differing := names(source.version) ^ {one.name for one in release.iterdir()}:
        raise ValueError(f"missing, or too much: {', '.join(sorted(differing))}")
    return release


def _write_sbom(release: Path, name: str, text: str) -> None:
    (release / f"{name}.cdx.json").write_text(text, encoding="utf-8")


def _wheel_sbom(release: Path, name: str, source: Source) -> str:
    stem = f"{name}-{source.version}"
    with zipfile.ZipFile(release / f"{stem}-py3-none-any.whl") as wheel:
        metadata = email.message_from_bytes(wheel.read(f"{stem}.dist-info/METADATA"))
    subject = sbom.Subject(metadata["Name"], source.version, metadata["Summary"])
    return sbom.of_wheel(subject, metadata, source.time)


def _layer_sbom(tree: Path, layer: Path, name: str, architecture: str, source: Source) -> str:
    project = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))
    subject = sbom.Subject(
        name, source.version, project["project"]["description"], ComponentType.APPLICATION
    )
    roots = project["dependency-groups"]["layer"]
    return sbom.of_layer(subject, roots, layer, _target(architecture), source.time)


def _target(architecture: str) -> Mapping[str, str]:
    """Return what markers of requirements are about: Lambda's Python, not this one."""
    return {
        **{name: str(value) for name, value in default_environment().items()},
        "platform_machine": MACHINES[architecture],
        "python_full_version": f"{PYTHON}.0",
        "python_version": PYTHON,
    }


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
