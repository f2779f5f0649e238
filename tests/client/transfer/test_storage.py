"""The parts of a transfer, each alone: rules by rows, and what ends it."""

import _thread
import errno
import os
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

import s3vend
from s3vend.errors import StorageError, Unreachable
from s3vend.http.patience import Patience
from s3vend.http.wire import Answer
from s3vend.service.urls import Url
from s3vend.transfer.checksums import SHA256, fastest, named
from s3vend.transfer.crew import Crew, Stopped
from s3vend.transfer.download.landing import Landing
from s3vend.transfer.progress import Counter
from s3vend.transfer.state import State
from s3vend.transfer.storage import Lives, insist
from s3vend.transfer.upload.join import expected
from s3vend.transfer.upload.parts import Sent, Upload, runs
from s3vend.transfer.upload.source import found

SOON, LATER = timedelta(seconds=2), timedelta(seconds=500)


def xml(code: str, message: str = "") -> bytes:
    return f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()


def url(left: timedelta = LATER) -> Url:
    return Url("PUT", "https://s3/key?X-Amz-Signature=s", {}, datetime.now(timezone.utc) + left)


FINE = Answer(200, {}, b"")
DENIED = Answer(403, {}, xml("AccessDenied", "Access Denied"))
EXPIRED = Answer(403, {}, xml("AccessDenied", "Request has expired"))
EXPIRED_TOKEN = Answer(400, {}, xml("ExpiredToken"))
SLOW = Answer(503, {"retry-after": "7"}, xml("SlowDown"))
LATE_ERROR = Answer(200, {}, b'<?xml version="1.0"?>\n' + xml("InternalError"))
BAD = Answer(400, {}, xml("BadDigest", "other bytes"))
NONE = Unreachable("broke off")


@pytest.mark.parametrize(
    ("first", "replies", "signed", "waits", "raised"),
    [
        (url(), [FINE], 0, 0, None),
        (None, [FINE], 1, 0, None),
        (url(SOON), [FINE], 1, 0, None),
        (url(), [EXPIRED, FINE], 1, 0, None),
        (url(), [EXPIRED_TOKEN, FINE], 1, 0, None),
        (url(), [EXPIRED] * 4, 3, 0, StorageError),
        (url(), [DENIED, FINE], 1, 0, None),
        (url(), [DENIED, DENIED], 1, 0, StorageError),
        (url(), [SLOW, FINE], 0, 1, None),
        (url(), [SLOW] * 3, 0, 2, StorageError),
        (url(), [LATE_ERROR, FINE], 0, 1, None),
        (url(), [NONE, NONE, FINE], 0, 2, None),
        (url(), [NONE] * 3, 0, 2, Unreachable),
        (url(), [BAD], 0, 0, StorageError),
    ],
)
def test_s3_is_asked_again_where_that_may_help(
    first: "Url | None",
    replies: "list[Answer | Unreachable]",
    signed: int,
    waits: int,
    raised: "type[Exception] | None",
) -> None:
    left, made, slept = iter(replies), [], []  # type: ignore[var-annotated]

    def send(one: Url) -> Answer:
        reply = next(left)
        if isinstance(reply, Unreachable):
            raise reply
        return reply

    def renew() -> Url:
        made.append(1)
        return url()

    patience = Patience(tries=3, sleep=slept.append, chance=lambda: 1.0)
    ended: object = None
    said = ""
    try:
        ended = insist("put s3://b/k", first, renew, send, patience).status
    except (StorageError, Unreachable) as error:
        ended, said = type(error), str(error)
    assert "Signature" not in said
    assert (ended, len(made), len(slept)) == (raised or 200, signed, waits)
    assert list(left) == []
    assert replies[0] is not SLOW or slept[0] == 7.5


def test_s3s_error_says_what_it_was_asked_and_what_to_do() -> None:
    said = str(StorageError("put s3://b/k", 412, "PreconditionFailed", "exists"))
    assert said == (
        "S3 was asked to put s3://b/k, and answered 412 PreconditionFailed: exists. "
        "Something is at the target already"
    )


@pytest.mark.parametrize(
    ("allowed", "asked"), [(3300, [900]), (300, [900, 300]), (60, [900, 300, 60])]
)
def test_a_grant_of_less_is_asked_for_less_and_remembered(allowed: int, asked: "list[int]") -> None:
    seen: list[int] = []

    def once(seconds: int) -> "dict[str, object]":
        seen.append(seconds)
        if seconds > allowed:
            raise s3vend.InvalidRequest(
                "x", s3vend.Problem(400, "DurationNotAllowed", "", None, ())
            )
        return {"fine": seconds}

    lives = Lives()
    assert lives.ask(once) == lives.ask(once) == {"fine": asked[-1]}
    assert seen == [*asked, asked[-1]]


@pytest.mark.parametrize(
    ("numbers", "ranges"),
    [
        ([], []),
        ([1], [range(1, 2)]),
        ([1, 2, 3], [range(1, 4)]),
        ([1, 3, 4, 9], [range(1, 2), range(3, 5), range(9, 10)]),
    ],
)
def test_missing_parts_are_signed_in_runs(numbers: "list[int]", ranges: "list[range]") -> None:
    assert list(runs(numbers)) == ranges


@pytest.mark.parametrize(
    ("size", "places"),
    [
        (1, [(0, 1)]),
        (10, [(0, 10)]),
        (11, [(0, 10), (10, 1)]),
        (20, [(0, 10), (10, 10)]),
    ],
)
def test_parts_cover_the_file_without_gaps(size: int, places: "list[tuple[int, int]]") -> None:
    upload = Upload("id", size, 10, SHA256, None)  # type: ignore[arg-type]
    assert [upload.place(n) for n in range(1, upload.count + 1)] == places


def test_joined_parts_are_listed_in_order_with_their_checksums() -> None:
    upload = Upload("id", 20, 10, SHA256, None)  # type: ignore[arg-type]
    text = upload.joined({2: Sent('"b"', "c2"), 1: Sent('"a"', "c1")}).decode()
    assert text.index("c1") < text.index("c2")
    assert '<PartNumber>1</PartNumber><ETag>"a"</ETag><ChecksumSHA256>c1</ChecksumSHA256>' in text


def test_the_etag_of_parts_is_the_md5_of_their_md5s() -> None:
    one = "d41d8cd98f00b204e9800998ecf8427e"
    assert expected({1: Sent(f'"{one}"', "")}) == '"59adb24ef3cdbe0297f05b395827453f-1"'
    assert expected({1: Sent("of another kind", "")}) == "unknown"


@pytest.mark.parametrize(
    ("name", "value"),
    [("SHA256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="), ("CRC64NVME", "rosUhgp5mIg=")],
)
def test_checksums_are_those_of_the_published_examples(name: str, value: str) -> None:
    algorithm = named(name)
    if algorithm is None:  # without awscrt, as on the oldest Python
        assert fastest() is SHA256
        return
    assert algorithm.of([b"1234", b"56789"]) == value


def test_a_file_that_became_shorter_is_named(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    source = found(path)
    assert list(source.blocks(1, 3)) == [b"234"]
    path.write_bytes(b"12")
    with pytest.raises(s3vend.FileChanged, match="shorter"):
        list(source.blocks(0, 5))
    with pytest.raises(s3vend.FileChanged, match="was changed"):
        source.check()


@pytest.mark.parametrize("make", ["nothing", "directory"])
def test_what_is_no_file_is_not_uploaded(tmp_path: Path, make: str) -> None:
    if make == "directory":
        (tmp_path / "x").mkdir()
    with pytest.raises(s3vend.TransferError, match="x "):
        found(tmp_path / "x")


def test_a_crew_does_every_job_once() -> None:
    done: list[int] = []
    Crew[int](4).run(iter(range(100)), done.append)
    assert sorted(done) == list(range(100))


@pytest.mark.parametrize("where", ["work", "jobs"])
def test_the_first_failure_ends_the_crew_and_is_raised(where: str) -> None:
    crew: Crew[int] = Crew(2)

    def jobs() -> "list[int]":
        if where == "jobs":
            raise ZeroDivisionError
        return list(range(1000))

    def work(job: int) -> None:
        if job == 3:
            raise ZeroDivisionError
        crew.pause(0.01)

    with pytest.raises(ZeroDivisionError):
        crew.run((job for made in [jobs] for job in made()), work)
    assert crew.stop.is_set()


def test_an_interruption_does_not_wait_for_a_thread_that_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("s3vend.transfer.crew.GRACE", 0.05)
    crew: Crew[int] = Crew(1)
    never, main = threading.Event(), threading.main_thread().ident

    def work(job: int) -> None:
        _thread.interrupt_main()
        never.wait(5)

    assert main
    with pytest.raises(KeyboardInterrupt):
        crew.run(iter([1]), work)
    never.set()


def test_a_state_is_read_for_the_same_transfer_alone(tmp_path: Path) -> None:
    with State(tmp_path / "deep/state.json") as state:
        assert state.read({}) is None
        state.write({"target": "a", "sent": {}})
        assert state.read({"target": "a"}) == {"version": 1, "target": "a", "sent": {}}
        assert state.read({"target": "b"}) is None
        state.path.write_text("{")
        assert state.read({}) is None
        state.path.write_text('{"version": 2}')
        assert state.read({}) is None
        state.forget()
    assert list((tmp_path / "deep").iterdir()) == []


def test_a_second_process_is_kept_out(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with State(path), pytest.raises(s3vend.TransferError, match="Another process"):
        State(path).__enter__()
    with State(path):
        pass


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_said_and_another_fault_is_not_called_so(tmp_path: Path, code: int) -> None:
    landing = Landing(tmp_path / "file")
    landing.make(10)
    with pytest.raises(s3vend.DiskFull, match="7 bytes are still to come"), landing.writing(3, 7):
        raise OSError(code, os.strerror(code))
    broken = pytest.raises(s3vend.TransferError, match="cannot be written")
    with broken as other, landing.writing(3, 7):
        raise OSError(errno.EIO, "broken")
    assert type(other.value) is s3vend.TransferError


def test_more_than_is_free_is_not_begun(tmp_path: Path) -> None:
    with pytest.raises(s3vend.DiskFull, match="are free"):
        Landing(tmp_path / "file").make(2**62)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["/dev/null", "gone/file"])
def test_a_device_is_not_replaced_and_a_directory_not_invented(tmp_path: Path, path: str) -> None:
    with pytest.raises(s3vend.SettingsError):
        s3vend.download("s3://b/k", tmp_path / path, service=object())  # type: ignore[arg-type]


def test_progress_takes_off_what_is_sent_again() -> None:
    told: list[tuple[int, int]] = []
    counter = Counter(10, lambda *now: told.append(now))
    for size in (4, -4, 10):
        counter.add(size)
    assert told == [(4, 10), (0, 10), (10, 10)]


def test_a_bar_is_told_or_the_extra_named() -> None:
    try:
        with s3vend.progress_bar("x") as bar:
            bar(1, 2)
    except s3vend.SettingsError as error:
        assert "s3vend[progress]" in str(error)  # noqa: PT017 - the oldest Python runs without it


def test_waiting_ends_when_the_work_does() -> None:
    crew: Crew[int] = Crew(1)
    crew.stop.set()
    with pytest.raises(Stopped):
        crew.pause(3600)
