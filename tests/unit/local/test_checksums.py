"""The local cloud's CRCs, by the AWS Common Runtime."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from local.cloud import checksums
from local.cloud.issuer import Issuer
from local.cloud.launcher import STAY
from local.cloud.ministack import ROOT, free_port

DIGITS = b"123456789"  # of which both algorithms publish the checksum
TELL = """
import os
from ministack.core import lambda_runtime
from ministack.services import s3
unpacks = lambda_runtime.zipfile.ZipFile.func
print(s3._crc64nvme.__module__, s3._crc32c.__module__, unpacks.__module__, flush=True)
os._exit(0)  # the issuer and the relay go on
"""
PUBLISHED = {"CRC64NVME": "rosUhgp5mIg=", "CRC32C": "4waSgw=="}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """MiniStack's S3, as it was again afterwards."""
    s3 = import_module("ministack.services.s3")
    for name in checksums.NATIVE:
        monkeypatch.setattr(s3, name, getattr(s3, name))
    return s3


def computed(service: ModuleType, body: bytes) -> dict[str, str]:
    compute = service._compute_s3_checksum  # noqa: SLF001 - where the cloud chooses an algorithm
    return {name: compute(name, body) for name in PUBLISHED}


def test_the_runtime_computes_what_was_published(service: ModuleType) -> None:
    checksums.compute_natively(service)
    assert computed(service, DIGITS) == PUBLISHED


@pytest.mark.parametrize("body", [b"", b"\0" * 70, bytes(range(256)) * 17], ids=len)
def test_the_runtime_and_the_cloud_compute_the_same(service: ModuleType, body: bytes) -> None:
    own = computed(service, body)
    checksums.compute_natively(service)
    assert computed(service, body) == own


def test_the_cloud_asks_the_runtime(service: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def counted(body: bytes) -> int:
        asked.append(body)
        return 0

    monkeypatch.setattr(checksums, "NATIVE", dict.fromkeys(checksums.NATIVE, counted))
    checksums.compute_natively(service)
    computed(service, DIGITS)
    assert asked == [DIGITS] * 2


def test_a_cloud_that_has_renamed_a_function_does_not_start() -> None:
    with pytest.raises(AttributeError, match="_crc64nvme"):
        checksums.compute_natively(ModuleType("s3"))


def test_the_clouds_process_serves_with_all_that_is_replaced(tmp_path: Path) -> None:
    core, services = tmp_path / "ministack/core", tmp_path / "ministack/services"
    for package in (tmp_path / "ministack", core, services):
        package.mkdir()
        (package / "__init__.py").touch()
    (core / "lambda_runtime.py").write_text("import zipfile\n")
    (services / "s3.py").write_text("_crc64nvme = _crc32c = len\n")
    (tmp_path / "ministack/__main__.py").write_text(TELL)
    issuer = Issuer(f"http://127.0.0.1:{free_port()}", tmp_path / "issuer")
    issuer.open()
    (tmp_path / "loopback").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "local.cloud.launcher"],
        env={
            "PYTHONPATH": f"{tmp_path}:{ROOT}",
            "GATEWAY_PORT": str(free_port()),
            "S3VEND_ISSUER_PORT": issuer.url.rpartition(":")[2],
            "S3VEND_ISSUER_DIRECTORY": str(issuer.directory),
            "S3VEND_LOOPBACK": str(tmp_path / "loopback"),
        },
        input=STAY,
        capture_output=True,
        start_new_session=True,
        timeout=60,
        check=False,
    )
    replaced = ["awscrt.checksums", "awscrt.checksums", "local.cloud.packages"]
    assert done.stdout.decode().split() == replaced, done.stderr.decode()
