"""Runs `sam build` once for each state of the sources, shared by all deployments of it."""

import fcntl
import hashlib
import json
import os
import platform
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from local.cloud.environments import PATH
from local.cloud.ministack import ROOT
from local.messages import LocalError, step, tail
from local.stack import template
from local.stack.sam import run

BUILDS = ROOT / ".aws-sam" / "local"
SOURCES = ("template.yaml", "functions", "layers")
KEPT_SECONDS = 24 * 3600
ATTEMPTS = 3
PACKED = "packed.json"


def architecture_of(machine: str) -> str:
    """Return Lambda's name of a machine's processor."""
    return "arm64" if machine.lower() in {"arm64", "aarch64"} else "x86_64"


ARCHITECTURE = architecture_of(platform.machine())


def digest(root: Path, architecture: str) -> str:
    """Return a name for the build: a hash of sources, architecture and tools."""
    tools = version("aws-sam-cli"), version("pip"), platform.python_version()
    sums = hashlib.sha256(" ".join((architecture, *tools, "\n")).encode())
    for path in _sources(root):
        sums.update(f"{path.relative_to(root).as_posix()}\n".encode())
        sums.update(hashlib.sha256(path.read_bytes()).digest())
    return sums.hexdigest()[:20]


def _sources(root: Path) -> list[Path]:
    paths = (path for name in SOURCES for path in (root / name, *(root / name).rglob("*")))
    return sorted(path for path in paths if path.is_file() and "__pycache__" not in path.parts)


def built(architecture: str = ARCHITECTURE) -> Path:
    """Return the template built from the current sources, by default for this machine.

    Each build has its own directory, which never changes, so that a demo and a test run can
    deploy while another process builds. SAM's cache makes the next build quick.
    """
    BUILDS.mkdir(parents=True, exist_ok=True)
    with _alone():
        for _ in range(ATTEMPTS):
            name = digest(ROOT, architecture)
            directory = BUILDS / name
            if not directory.exists():
                _build(directory, architecture)
            if name == digest(ROOT, architecture):
                os.utime(directory)
                _forget_old_builds()
                return directory / "build" / "template.yaml"
            shutil.rmtree(directory)  # a source changed during the build, which is a mix of both
    raise LocalError("The sources changed during each build: try again once they no longer change.")


def _build(directory: Path, architecture: str) -> None:
    log = BUILDS / "sam-build.log"
    log.unlink(missing_ok=True)
    # SAM keeps its caches in this directory, apart from those of a `sam build` typed by hand.
    command: list[str | Path] = [
        *("sam", "build", "--cached", "--template-file", ROOT / "template.yaml"),
        *("--parameter-overrides", f"Architecture={architecture}"),
    ]
    settings = {**os.environ, "PATH": PATH, "SAM_CLI_TELEMETRY": "0"}
    with step("Building the stack (sam build)"):
        code = run(command, log=log, environment=settings, directory=BUILDS)
        if code != 0:
            raise LocalError(f"sam build failed with exit code {code}:\n{tail(log)}")
    template_path = BUILDS / ".aws-sam" / "build" / "template.yaml"
    write_as_json(template_path)
    pack(template_path)
    directory.mkdir()
    # At the depth where SAM built it, since the template names files by relative paths.
    (BUILDS / ".aws-sam" / "build").rename(directory / "build")


def write_as_json(path: Path) -> None:
    """Write the template as JSON, which SAM reads at once; a deployment reads it five times."""
    path.write_text(json.dumps(template.read(path)))


def pack(path: Path) -> None:
    """Zip the template's layers, once for all deployments, and write a template that names these.

    SAM compresses 2,000 files in each deployment otherwise, which is a third of its work.
    """
    packed = template.read(path)
    for name, layer in template.layers(packed).items():
        directory = path.parent / layer["ContentUri"]
        layer["ContentUri"] = f"{name}.zip"
        shutil.make_archive(str(path.parent / name), "zip", directory)
    path.with_name(PACKED).write_text(json.dumps(packed))


def packed(path: Path) -> Path:
    """Return the template of the same build that names zips, or this one where there is none."""
    other = path.with_name(PACKED)
    return other if other.exists() else path


def _forget_old_builds() -> None:
    for directory in BUILDS.iterdir():
        if directory.is_dir() and directory.name != ".aws-sam" and _is_old(directory):
            shutil.rmtree(directory)


def _is_old(directory: Path) -> bool:
    return directory.stat().st_mtime < time.time() - KEPT_SECONDS


@contextmanager
def _alone() -> Iterator[None]:
    with (BUILDS / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with step("Waiting for another build"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield
