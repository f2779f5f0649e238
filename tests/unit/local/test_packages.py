"""The packages of the local cloud's functions: unpacked once, linked for each environment."""

import os
import shutil
import stat
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from local.cloud import packages

FILES = {"python/vending/one.py": "ONE = 1\n", "python/two.py": "TWO = 2\n", "read.me": "read\n"}
HANDLER = """
import pathlib
import two
def handler(event, context):
    return two.__file__, str(pathlib.Path(two.__file__).resolve()), __file__
"""


@pytest.fixture
def runtime(tmp_path: Path) -> ModuleType:
    """A module that unpacks as MiniStack's does."""
    module = ModuleType("runtime")
    vars(module)["zipfile"] = zipfile
    packages.unpack_once(module, tmp_path / "packages")
    return module


def archive(path: Path, files: Mapping[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as opened:
        for name, text in files.items():
            opened.writestr(name, text)
    return path


def environment(
    runtime: ModuleType, place: Path, files: Mapping[str, str] = FILES
) -> tuple[Path, list[str]]:
    """Unpack as the runtime does; return where, and the names that it looks at before."""
    place.mkdir()
    directory = place / "layer"
    directory.mkdir()
    with runtime.zipfile.ZipFile(str(archive(place / "layer.zip", files))) as opened:
        names = opened.namelist()
        opened.extractall(str(directory))
    return directory, names


def read(directory: Path) -> dict[str, str]:
    found = [Path(root, name) for root, _, names in os.walk(directory) for name in names]
    texts = {path.relative_to(directory).as_posix(): path.read_text() for path in found}
    linked = [path for path in directory.iterdir() if path.is_symlink() and path.is_dir()]
    for link in linked:
        texts |= {f"{link.name}/{name}": text for name, text in read(link).items()}
    return texts


def test_an_environment_has_every_file_of_its_package(runtime: ModuleType, tmp_path: Path) -> None:
    directory, names = environment(runtime, tmp_path / "one")
    assert read(directory) == FILES
    assert sorted(names) == ["python", "read.me"]
    assert [path.name for path in directory.parent.iterdir()] == ["layer"]


def test_equal_packages_are_unpacked_once_and_others_apart(
    runtime: ModuleType, tmp_path: Path
) -> None:
    one, again = (environment(runtime, tmp_path / name)[0] for name in ("one", "again"))
    changed = FILES | {"python/two.py": "TWO = 3\n"}
    other, _ = environment(runtime, tmp_path / "other", changed)
    assert (one / "python").samefile(again / "python")
    assert read(other) == changed
    assert read(again) == FILES


def test_many_environments_at_once_unpack_once(runtime: ModuleType, tmp_path: Path) -> None:
    with ThreadPoolExecutor(20) as pool:
        started = list(
            pool.map(lambda number: environment(runtime, tmp_path / str(number))[0], range(20))
        )
    assert all(read(directory) == FILES for directory in started)
    assert len(list((tmp_path / "packages").iterdir())) == 1


def test_what_an_environment_adds_or_removes_no_other_sees(
    runtime: ModuleType, tmp_path: Path
) -> None:
    one, again = (environment(runtime, tmp_path / name)[0] for name in ("one", "again"))
    (one / "cached").write_text("mine")
    (one / "read.me").unlink()
    assert read(again) == FILES
    shutil.rmtree(one.parent)
    assert read(again) == FILES


def test_files_are_read_only_and_everything_can_be_removed(
    runtime: ModuleType, tmp_path: Path
) -> None:
    environment(runtime, tmp_path / "one")
    unpacked = list((tmp_path / "packages").rglob("*"))
    modes = {stat.S_IMODE(path.stat().st_mode) for path in unpacked if path.is_file()}
    assert modes == {packages.READ_ONLY}
    assert all(path.stat().st_mode & stat.S_IWUSR for path in unpacked if path.is_dir())


def test_a_damaged_package_is_refused_in_the_runtimes_words(
    runtime: ModuleType, tmp_path: Path
) -> None:
    damaged = tmp_path / "layer.zip"
    damaged.write_bytes(b"no archive")
    with pytest.raises(runtime.zipfile.BadZipFile), runtime.zipfile.ZipFile(str(damaged)):
        pass
    assert not (tmp_path / "packages").exists()


def test_a_cloud_that_unpacks_in_another_way_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(AttributeError, match="zipfile"):
        packages.unpack_once(ModuleType("runtime"), tmp_path)


@pytest.fixture
def workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Two environments of one function with a layer, started by MiniStack itself."""
    ministack = import_module("ministack.core.lambda_runtime")
    layer = archive(tmp_path / "layer.zip", FILES).read_bytes()
    code = archive(tmp_path / "code.zip", {"read.py": HANDLER}).read_bytes()
    service = import_module("ministack.services.lambda_svc")
    monkeypatch.setattr(service, "_resolve_layer_zip", lambda _: layer)
    monkeypatch.setattr(ministack, "execution_credentials", lambda _: {})
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(ministack, "zipfile", zipfile)  # as it was again afterwards
    packages.unpack_once(ministack, tmp_path / "packages")
    function = {
        "Runtime": "python3.13",
        "Handler": "read.handler",
        "Layers": ["arn:layer"],
        "FunctionName": "reads",
        "FunctionArn": "arn:aws:lambda:ap-northeast-1:123456789012:function:reads",
    }
    started = [ministack.Worker("reads", function, code) for _ in range(2)]
    try:
        yield started
    finally:
        processes = [worker._proc for worker in started]  # noqa: SLF001 - it closes no pipe
        ministack.kill_workers(started)
        for process in processes:
            for pipe in (process.stdin, process.stdout, process.stderr):
                pipe.close()


def test_environments_of_the_real_runtime_share_the_files_and_have_paths_of_their_own(
    workers: list[Any],
) -> None:
    answers = [worker.invoke({}, "a-request") for worker in workers]
    assert [answer["status"] for answer in answers] == ["ok", "ok"], answers
    one, other = (answer["result"] for answer in answers)
    assert one[0] != other[0]
    assert one[1] == other[1]
    assert one[2] != other[2]
