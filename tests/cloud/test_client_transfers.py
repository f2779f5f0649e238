"""The Python client's URLs, uploads and downloads against the real service and a real S3."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import urllib3

import s3vend
from local.cloud.ministack import Cloud
from local.stack.deploy import Stack
from local.stack.seed import BUCKET
from s3vend.http.patience import Patience
from s3vend.service.connect import Service
from tests.cloud.conftest import Apply
from tests.support.troubles import Plan, Proxy, Trouble, proxied

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MIB = 1024**2
PART = 5 * MIB
SIZE = 3 * PART + 7  # four parts, the last a short one
BELOW = f"s3://{BUCKET}/transfers"

type Through = Callable[[Plan], AbstractContextManager[tuple[Proxy, Service]]]
type Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def token(cloud: Cloud, apply: Apply) -> str:
    """Somebody who may read and write below transfers/."""
    grantee = {"issuer": cloud.issuer.url, "subject": "mover"}
    grant = {"id": "mover", "grantee": grantee, "scope": f"{BELOW}/*", "permission": "READWRITE"}
    brief = {
        "id": "brief",
        "grantee": grantee,
        "scope": f"s3://{BUCKET}/brief/*",
        "permission": "READWRITE",
        "maxDuration": 15,
    }
    apply({"version": 1, "grants": [grant, brief]})
    return cloud.issuer.token({"sub": "mover"})


@pytest.fixture
def service(stack: Stack, token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    # The local cloud reckons CRC-64/NVME in plain Python: a second for each part.
    monkeypatch.setitem(sys.modules, "awscrt.checksums", None)
    return s3vend.connect(url=stack.url, token=token)


@pytest.fixture
def through(service: Service, stack: Stack, cloud: Cloud, token: str) -> Through:
    """`with through(plan) as (proxy, service)`: the same with trouble on the way, to S3 too."""

    class Passing:
        def __init__(self, plan: Plan) -> None:
            self._proxied = proxied(cloud.endpoint, plan)

        def __enter__(self) -> tuple[Proxy, Service]:
            proxy = self._proxied.__enter__()
            url = stack.url.replace(cloud.endpoint, proxy.url)
            return proxy, s3vend.connect(url=url, token=token)

        def __exit__(self, *error: object) -> None:
            self._proxied.__exit__(None, None, None)

    return Passing


@pytest.fixture(scope="module")
def content() -> bytes:
    return os.urandom(SIZE)


@pytest.fixture
def file(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "large.bin"
    path.write_bytes(content)
    return path


@pytest.fixture
def large(s3: "S3Client", content: bytes) -> str:
    """An object of two ranges and a bit."""
    s3.put_object(Bucket=BUCKET, Key="transfers/large.bin", Body=content)
    return f"{BELOW}/large.bin"


def stored(s3: "S3Client", name: str) -> bytes:
    return s3.get_object(Bucket=BUCKET, Key=f"transfers/{name}")["Body"].read()


def running(s3: "S3Client") -> list[str]:
    """Uploads that were neither joined nor ended."""
    found = s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
    return [upload["Key"] for upload in found if upload["Key"].startswith("transfers/")]


def left(directory: Path) -> list[str]:
    return sorted(one.name for one in directory.iterdir())


def test_urls_by_the_hundred_come_in_the_compact_form_and_open_what_they_name(
    service: Service, s3: "S3Client"
) -> None:
    keys = [f"many/ä {number}.txt" for number in range(300)]
    s3.put_object(Bucket=BUCKET, Key=f"transfers/{keys[7]}", Body=b"seven")
    urls = s3vend.presign([f"{BELOW}/{key}" for key in keys], service=service)
    assert urllib3.request("GET", urls[7].url, headers=urls[7].headers).data == b"seven"
    assert len({one.url for one in urls}) == 300
    assert "Signature" not in repr(urls[7])


def test_urls_of_several_methods_come_in_their_order(service: Service) -> None:
    wanted: list[Any] = [
        {"method": "PUT", "target": f"{BELOW}/one", "contentLength": 3},
        f"{BELOW}/one",
    ]
    put, get = s3vend.presign(wanted, service=service)
    assert (put.method, get.method) == ("PUT", "GET")
    assert urllib3.request("PUT", put.url, headers=put.headers, body=b"one").status == 200
    assert urllib3.request("GET", get.url).data == b"one"


@pytest.mark.parametrize("size", [0, 1, PART, SIZE])
def test_a_file_arrives_whole_and_comes_back_whole(
    service: Service, s3: "S3Client", tmp_path: Path, content: bytes, size: int
) -> None:
    path, back = tmp_path / "a.csv", tmp_path / "back"
    path.write_bytes(content[:size])
    told: list[tuple[int, int]] = []
    up = s3vend.upload(
        path,
        f"{BELOW}/a.csv",
        part_size=PART,
        progress=lambda *now: told.append(now),
        service=service,
    )
    assert stored(s3, "a.csv") == content[:size]
    assert s3.head_object(Bucket=BUCKET, Key="transfers/a.csv")["ContentType"] == "text/csv"
    assert (up.size, up.resumed, up.algorithm) == (size, 0, "SHA256")
    assert not size or told[-1] == (size, size)
    down = s3vend.download(f"{BELOW}/a.csv", back, service=service)
    assert back.read_bytes() == content[:size]
    # The local cloud does not say how large the parts of an object are.
    verified = "not verified" if size > PART else "SHA256"
    assert down == s3vend.Downloaded(back, size, up.etag, verified)
    assert left(tmp_path) == ["a.csv", "back", "state"]
    assert left(tmp_path / "state/s3vend") == []
    assert running(s3) == []


@pytest.mark.parametrize(("missing", "name"), [(True, "SHA256"), (False, "CRC64NVME")])
def test_the_fastest_checksum_that_is_here_is_compared(
    service: Service,
    s3: "S3Client",
    tmp_path: Path,
    missing: bool,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not missing:
        monkeypatch.delitem(sys.modules, "awscrt.checksums")
    path = tmp_path / "file"
    path.write_bytes(bytes(PART + 1))
    for part_size in (PART, 2 * PART):  # in parts, and whole
        made = s3vend.upload(path, f"{BELOW}/checked", part_size=part_size, service=service)
        assert (made.algorithm, made.size) == (name, PART + 1)
        assert stored(s3, "checked") == bytes(PART + 1)


def test_connections_that_break_and_errors_that_pass_are_gone_through(
    through: Through, file: Path, s3: "S3Client", content: bytes, tmp_path: Path
) -> None:
    slow = b"<Error><Code>SlowDown</Code></Error>"
    puts = {0: Trouble(cut_up=MIB), 2: Trouble(reply=(503, slow)), 4: Trouble(lose_answer=True)}
    gets = {0: Trouble(cut_down=3 * MIB), 1: Trouble(reply=(500, b"")), 2: Trouble(cut_down=0)}

    def plan(method: str, path: str, number: int) -> Trouble | None:
        return {"PUT": puts, "GET": gets}.get(method, {}).get(number)

    with through(plan) as (proxy, service):
        s3vend.upload(file, f"{BELOW}/rough", part_size=PART, parallel=2, service=service)
        assert stored(s3, "rough") == content
        s3vend.download(f"{BELOW}/rough", tmp_path / "back", part_size=PART, service=service)
        assert (tmp_path / "back").read_bytes() == content
        methods = [method for method, _ in proxy.seen]
    assert (methods.count("PUT"), methods.count("GET")) == (4 + 3, 4 + 3)


def test_a_lost_answer_to_joining_the_parts_is_found_out(
    through: Through, file: Path, s3: "S3Client", content: bytes
) -> None:
    lost = []

    def plan(method: str, path: str, number: int) -> Trouble | None:
        joining = method == "POST" and "X-Amz-Signature" in path
        lost.append(path) if joining else None
        return Trouble(lose_answer=True) if joining and len(lost) == 1 else None

    with through(plan) as (_, service):
        made = s3vend.upload(file, f"{BELOW}/joined", part_size=PART, service=service)
    assert len(lost) >= 2
    assert made.etag == s3.head_object(Bucket=BUCKET, Key="transfers/joined")["ETag"]
    assert stored(s3, "joined") == content


def test_urls_that_age_on_the_way_are_signed_again(
    through: Through, file: Path, s3: "S3Client", content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("s3vend.transfer.storage.LIFETIMES", (1,))
    # As with a clock that is wrong.
    monkeypatch.setattr("s3vend.transfer.storage.EARLY", timedelta(days=-1))
    late = threading.Event()
    threading.Timer(2.2, late.set).start()

    def plan(method: str, path: str, number: int) -> Trouble | None:
        return Trouble(pause=late) if method == "PUT" and number < 2 else None

    with through(plan) as (proxy, service):
        s3vend.upload(file, f"{BELOW}/aged", part_size=PART, parallel=2, service=service)
        signed = [path for method, path in proxy.seen if path.endswith("/parts")]
    assert len(signed) > 2
    assert stored(s3, "aged") == content


def test_a_grant_of_seconds_is_asked_for_no_more(
    service: Service, s3: "S3Client", file: Path, content: bytes, tmp_path: Path
) -> None:
    target = f"s3://{BUCKET}/brief/x"
    s3vend.upload(file, target, part_size=PART, service=service)
    s3vend.download(target, tmp_path / "back", part_size=PART, service=service)
    assert (tmp_path / "back").read_bytes() == content


def test_what_was_flipped_on_the_way_never_gets_the_name(
    through: Through, tmp_path: Path, s3: "S3Client"
) -> None:
    s3.put_object(Bucket=BUCKET, Key="transfers/flipped", Body=b"the very bytes")
    (tmp_path / "file").write_bytes(b"from before")

    def plan(method: str, path: str, number: int) -> Trouble | None:
        return Trouble(flip=True) if method == "GET" else None

    with (
        through(plan) as (_, service),
        pytest.raises(s3vend.ChecksumMismatch, match=r"do not have the (CRC32|MD5)"),
    ):
        s3vend.download(f"{BELOW}/flipped", tmp_path / "file", service=service)
    assert (tmp_path / "file").read_bytes() == b"from before"
    assert left(tmp_path) == ["file", "state"]


def test_an_object_that_changes_meanwhile_is_begun_again(
    through: Through, large: str, s3: "S3Client", tmp_path: Path
) -> None:
    new = os.urandom(SIZE)

    def plan(method: str, path: str, number: int) -> Trouble | None:
        if method == "GET" and number == 1:
            s3.put_object(Bucket=BUCKET, Key="transfers/large.bin", Body=new)
        return None

    with through(plan) as (_, service):
        s3vend.download(large, tmp_path / "file", parallel=1, part_size=PART, service=service)
    assert (tmp_path / "file").read_bytes() == new


def test_a_file_that_changes_meanwhile_is_not_put_there(
    through: Through, file: Path, s3: "S3Client"
) -> None:
    def plan(method: str, path: str, number: int) -> Trouble | None:
        if method == "PUT" and number == 2:
            with file.open("r+b") as writing:
                writing.write(b"changed")
        return None

    with through(plan) as (_, service), pytest.raises(s3vend.FileChanged, match="was changed"):
        s3vend.upload(file, f"{BELOW}/changed", part_size=PART, parallel=1, service=service)
    assert running(s3) == []
    with pytest.raises(s3.exceptions.NoSuchKey):
        stored(s3, "changed")


def test_what_is_there_already_stays_where_that_was_asked(
    service: Service, file: Path, s3: "S3Client", tmp_path: Path
) -> None:
    s3.put_object(Bucket=BUCKET, Key="transfers/once", Body=b"first")
    (tmp_path / "small").write_bytes(b"second")
    for path in (file, tmp_path / "small"):
        with pytest.raises(s3vend.StorageError, match="The target already exists"):
            s3vend.upload(path, f"{BELOW}/once", part_size=PART, overwrite=False, service=service)
    assert stored(s3, "once") == b"first"
    assert running(s3) == []


def test_an_upload_that_somebody_ended_begins_again(
    through: Through, service: Service, file: Path, s3: "S3Client", content: bytes
) -> None:
    down = b"<Error><Code>InternalError</Code></Error>"

    def plan(method: str, path: str, number: int) -> Trouble | None:
        return Trouble(reply=(500, down)) if method == "PUT" and number >= 2 else None

    with through(plan) as (_, broken):
        broken.patience = Patience(tries=1)
        with pytest.raises(s3vend.StorageError, match="InternalError"):
            s3vend.upload(file, f"{BELOW}/ended", part_size=PART, parallel=1, service=broken)
    [upload] = s3.list_multipart_uploads(Bucket=BUCKET, Prefix="transfers/ended")["Uploads"]
    s3.abort_multipart_upload(Bucket=BUCKET, Key="transfers/ended", UploadId=upload["UploadId"])
    made = s3vend.upload(file, f"{BELOW}/ended", part_size=PART, service=service)
    assert made.size == SIZE
    assert stored(s3, "ended") == content


def test_no_room_on_the_disk_is_said_and_leaves_no_half_file(
    service: Service, large: str, tmp_path: Path
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (PART, before[1]))
    try:
        with pytest.raises(s3vend.DiskFull, match=rf"no room.*{SIZE:,} bytes are missing"):
            s3vend.download(large, tmp_path / "file", service=service)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not (tmp_path / "file").exists()
    s3vend.download(large, tmp_path / "file", service=service)


@pytest.mark.parametrize("missing", [True, False])
def test_nothing_there_or_no_grant_leaves_nothing_here(
    service: Service, tmp_path: Path, missing: bool
) -> None:
    target = f"{BELOW}/none" if missing else f"s3://{BUCKET}/hoge.zip"
    with pytest.raises(s3vend.StorageError if missing else s3vend.AccessDenied):
        s3vend.download(target, f"{tmp_path}/new/", service=service)
    assert left(tmp_path) == []


RUN = """
import sys
sys.modules["awscrt.checksums"] = None
import s3vend
what, *arguments, url, token, part = sys.argv[1:]
try:
    service = s3vend.connect(url=url, token=token)
    print(getattr(s3vend, what)(*arguments, parallel=2, part_size=int(part), service=service), flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.exit(130)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start("upload", path, target, service, token)`: in a process of its own."""
    started = []

    def begin(*arguments: str) -> "subprocess.Popen[str]":
        settings = {
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PATH": os.defpath,
            "XDG_STATE_HOME": str(tmp_path / "state"),
        }
        command = [sys.executable, "-c", RUN, *arguments, str(PART)]
        process = subprocess.Popen(  # noqa: S603 - this very interpreter
            command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        started.append(process)
        return process

    yield begin
    for one in started:
        one.kill()
        one.wait()


class Hang:
    """A plan: after so many requests of a method, its others hang until it is over."""

    def __init__(self, method: str, after: int) -> None:
        self._method, self._after = method, after
        self.reached, self.over = threading.Event(), threading.Event()

    def __call__(self, method: str, path: str, number: int) -> Trouble | None:
        if method != self._method or number < self._after or self.over.is_set():
            return None
        self.reached.set()
        return Trouble(pause=self.over)

    def end(self, process: "subprocess.Popen[str]", ending: signal.Signals) -> str:
        """End the process while it hangs; what it said."""
        assert self.reached.wait(30)
        time.sleep(1.2)  # until what is done has been written, for one that is killed
        process.send_signal(ending)
        said, _ = process.communicate(timeout=20)
        self.over.set()
        return said


ENDINGS = [(signal.SIGINT, "interrupted\n", 130), (signal.SIGKILL, "", -9)]


@pytest.mark.parametrize(("ending", "said", "code"), ENDINGS)
def test_an_upload_that_was_ended_goes_on_in_another_process(
    start: Start,
    through: Through,
    file: Path,
    s3: "S3Client",
    content: bytes,
    token: str,
    tmp_path: Path,
    ending: signal.Signals,
    said: str,
    code: int,
) -> None:
    hang = Hang("PUT", 2)
    with through(hang) as (_, service):
        arguments = ("upload", str(file), f"{BELOW}/resumed", service.settings.url, token)
        process = start(*arguments)
        assert hang.end(process, ending) == said
        assert process.returncode == code
        with pytest.raises(s3.exceptions.NoSuchKey):
            stored(s3, "resumed")
        [kept] = (tmp_path / "state/s3vend").glob("upload-*.json")
        assert not [one for one in (token, "Signature", "X-Amz") if one in kept.read_text()]
        assert kept.stat().st_mode & 0o077 == 0
        process = start(*arguments)
        assert "resumed=0" not in process.communicate(timeout=60)[0]
    assert process.returncode == 0
    assert stored(s3, "resumed") == content
    assert running(s3) == []
    assert not list(kept.parent.glob("*.json"))
    s3.delete_object(Bucket=BUCKET, Key="transfers/resumed")


@pytest.mark.parametrize(("ending", "said", "code"), ENDINGS)
def test_a_download_that_was_ended_goes_on_in_another_process(
    start: Start,
    through: Through,
    large: str,
    content: bytes,
    token: str,
    tmp_path: Path,
    ending: signal.Signals,
    said: str,
    code: int,
) -> None:
    directory = tmp_path / "got"
    directory.mkdir()
    hang = Hang("GET", 1)
    with through(hang) as (_, service):
        arguments = ("download", large, str(directory), service.settings.url, token)
        process = start(*arguments)
        assert hang.end(process, ending) == said
        assert process.returncode == code
        assert not (directory / "large.bin").exists()
        assert [one.partition("-")[0] for one in left(directory)] == [".s3vend"]
        [kept] = (tmp_path / "state/s3vend").glob("download-*.json")
        assert not [one for one in (token, "Signature", "X-Amz") if one in kept.read_text()]
        assert kept.stat().st_mode & 0o077 == 0
        process = start(*arguments)
        done = process.communicate(timeout=60)[0]
        assert "verified=" in done
        # One that is killed has written its state at most every few seconds.
        assert "resumed=0" not in done or ending is signal.SIGKILL
    assert process.returncode == 0
    assert (directory / "large.bin").read_bytes() == content
    assert left(directory) == ["large.bin"]
    assert left(kept.parent) == []


def test_two_at_once_at_the_same_transfer_are_one_too_many(
    start: Start, through: Through, file: Path, token: str, s3: "S3Client"
) -> None:
    hang = Hang("PUT", 1)
    with through(hang) as (_, service):
        process = start("upload", str(file), f"{BELOW}/twice", service.settings.url, token)
        assert hang.reached.wait(30)
        with pytest.raises(s3vend.TransferError, match="Another process"):
            s3vend.upload(file, f"{BELOW}/twice", part_size=PART, service=service)
        assert hang.end(process, signal.SIGINT) == "interrupted\n"
        assert running(s3) == ["transfers/twice"]
        assert s3vend.abandon(file, f"{BELOW}/twice", service=service)
        assert running(s3) == []
        assert not s3vend.abandon(file, f"{BELOW}/twice", service=service)
