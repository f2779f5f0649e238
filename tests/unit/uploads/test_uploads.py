"""Multipart uploads: the plan is made once and stored; later URLs are signed from it."""

import json
from copy import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluator import allows
from tests.support.effects import presign_effects, upload_effects
from tests.support.make import (
    ACCOUNT,
    NOW,
    USER_ARN,
    Sts,
    caller,
    grant,
    knowing,
    record,
)
from vending.audit.record import Record
from vending.bodies.body import Body
from vending.bodies.parse import parse
from vending.callers.caller import Caller
from vending.errors import (
    AccessDenied,
    DurationNotAllowed,
    InvalidRequest,
    NotFound,
    PolicyTooLarge,
    TooLarge,
    Unavailable,
    VendingError,
)
from vending.grants.grant import Grant
from vending.grants.keys import Keys
from vending.sessions.signing_sessions import SigningSessions
from vending.sigv4.presign import Named
from vending.uploads.request import AbortRequest, CompletionRequest, PartsRequest, UploadRequest
from vending.uploads.resume import end, resume, sign_parts
from vending.uploads.running import Part, Running
from vending.uploads.start import UploadEffects, start_upload
from vending.uploads.upload import PART_BYTES, PARTS, Sizes, Upload, plan_sizes
from vending.urls.answer import Url

MIB = 1024**2
ANY = grant("s3://bkt/* WRITE")
SHA = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


class World:
    """A table of uploads and an S3 that starts them; both note their calls."""

    def __init__(self, *grants: Grant, saves: bool = True) -> None:
        self.grants = grants
        self.saves = saves
        self.uploads: dict[str, Upload] = {}
        self.started: list[tuple[str, Named]] = []
        self.aborted: list[str] = []
        self.sts = Sts()
        self.now = NOW

    def effects(self) -> UploadEffects:
        ids = iter(f"session{number}" for number in range(9))
        sessions = SigningSessions(self.sts.assume_role, lambda: next(ids), lambda: self.now)
        signing = presign_effects(knowing(*self.grants), sessions.lasting_until, now=self.now)
        return upload_effects(
            signing,
            self.start,
            self.aborted.append,
            self.save,
            self.uploads.get,
            lambda: "anupload",
        )

    def start(self, url: str, headers: Named) -> str:
        self.started.append((url, headers))
        return "S3/id+"

    def save(self, upload: Upload) -> None:
        if not self.saves:
            raise Unavailable("Throttled")
        self.uploads[upload.id] = Upload.read(upload.id, upload.encode())


def start(
    world: World, who: Caller | None = None, notes: Record | None = None, **members: Any
) -> Running:
    body = {"target": "s3://bkt/a b", "size": 40 * MIB, "expiresIn": 60} | members
    body = {name: value for name, value in body.items() if value is not None}
    request = parse(UploadRequest, json.dumps(body))
    return start_upload(who or caller(), request, notes or record(), world.effects())


def parts(world: World, who: Caller | None = None, **members: Any) -> tuple[Part, ...]:
    request = parse(PartsRequest, json.dumps({"from": 1, "to": 1, "expiresIn": 60} | members))
    return sign_parts(who or caller(), "anupload", request, record(), world.effects())[1]


def ended(world: World) -> Url:
    return end(caller(), "anupload", 60, record(), world.effects()).abort()


def query(url: Url) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url.url).query, keep_blank_values=True)


@given(st.integers(1, 10_000 * PART_BYTES[-1]))
def test_parts_fit_the_limits_of_s3_and_add_up_to_the_whole(total: int) -> None:
    sizes = plan_sizes(total, None)
    lengths = {number: sizes.of_part(number) for number in (1, sizes.parts - 1, sizes.parts)}
    assert 1 <= sizes.parts <= PARTS
    assert sizes.part in PART_BYTES
    assert 0 < (lengths[sizes.parts] or 0) <= (sizes.part or 0)
    assert (sizes.parts - 1) * (sizes.part or 0) + (lengths[sizes.parts] or 0) == total


def test_a_part_size_that_makes_too_many_parts_is_refused_with_what_would_do() -> None:
    assert plan_sizes(PARTS * PART_BYTES[0], PART_BYTES[0]) == Sizes(
        PARTS, PART_BYTES[0], PARTS * PART_BYTES[0]
    )
    with pytest.raises(InvalidRequest) as error:
        start(World(ANY), size=PARTS * PART_BYTES[0] + 1, partSize=PART_BYTES[0])
    assert [fault.pointer for fault in error.value.faults] == ["/partSize"]


def test_the_function_starts_the_upload_with_what_was_asked_for() -> None:
    world = World(ANY)
    start(world, contentType="text/csv", checksumAlgorithm="CRC32C", expectedBucketOwner=ACCOUNT)
    [(url, headers)] = world.started
    assert url.startswith("https://bkt.s3.ap-northeast-1.amazonaws.com/a%20b?uploads=&")
    assert headers == {
        "Content-Type": "text/csv",
        "x-amz-checksum-algorithm": "CRC32C",
        "x-amz-expected-bucket-owner": ACCOUNT,
    }


def test_each_part_is_signed_for_its_own_length() -> None:
    running = start(World(ANY))
    signed = running.parts(1, 3)
    assert [part.size for part in signed] == [16 * MIB, 16 * MIB, 8 * MIB]
    assert [part.url.headers for part in signed] == [
        {"Content-Length": str(part.size)} for part in signed
    ]
    assert [query(part.url)["partNumber"] for part in signed] == [["1"], ["2"], ["3"]]
    assert {*query(signed[0].url)["uploadId"]} == {"S3/id+"}
    assert query(signed[0].url)["X-Amz-SignedHeaders"] == ["content-length;host"]


def test_the_answer_has_the_first_parts_and_both_ends() -> None:
    answer: Any = start(World(ANY)).as_json()
    assert (answer["uploadId"], answer["partCount"], answer["partSize"], answer["size"]) == (
        "anupload",
        3,
        16 * MIB,
        40 * MIB,
    )
    assert [one["partNumber"] for one in answer["parts"]] == [1, 2, 3]
    assert answer["completion"]["method"] == "POST"
    assert answer["completion"]["headers"] == {"x-amz-mp-object-size": str(40 * MIB)}
    assert answer["abort"]["method"] == "DELETE"
    assert answer["ends"] == "2026-11-30T12:00:00Z"


def test_ten_thousand_parts_are_signed_page_by_page() -> None:
    world = World(ANY)
    answer: Any = start(world, size=PARTS * PART_BYTES[0], partSize=PART_BYTES[0]).as_json()
    assert (answer["partCount"], len(answer["parts"])) == (PARTS, 100)
    numbers = [
        part.number
        for first in range(1, PARTS, 1000)
        for part in parts(world, None, **{"from": first, "to": first + 999})
    ]
    assert numbers == list(range(1, PARTS + 1))


def test_parts_without_a_size_have_no_length() -> None:
    running = start(World(ANY), size=None, parts=7)
    assert [part.size for part in running.parts(1, 7)] == [None] * 7
    assert running.completion({}).headers == {}
    assert "size" not in running.as_json()


def test_with_checksums_each_part_is_bound_to_its_own() -> None:
    world = World(ANY)
    assert start(world, checksumAlgorithm="SHA256").as_json()["parts"] == []
    [part] = parts(world, checksums=[SHA])
    assert part.url.headers["x-amz-checksum-sha256"] == SHA


@pytest.mark.parametrize(
    ("algorithm", "members", "pointer"),
    [
        (None, {"from": 0}, "/from"),
        (None, {"from": 2}, "/to"),
        (None, {"to": 4}, "/to"),
        (None, {"to": 1001}, "/to"),
        (None, {"checksums": [SHA]}, "/checksums"),
        ("SHA256", {}, "/checksums"),
        ("SHA256", {"checksums": []}, "/checksums"),
        ("SHA256", {"to": 2, "checksums": [SHA]}, "/checksums"),
        ("SHA256", {"checksums": ["yZRlqg=="]}, "/checksums/0"),
        ("CRC32C", {"checksums": [SHA]}, "/checksums/0"),
        ("CRC64NVME", {"checksums": ["no"]}, "/checksums/0"),
        (None, {"partSize": 1}, "/partSize"),
    ],
)
def test_parts_that_were_not_planned_are_refused(
    algorithm: str | None, members: dict[str, Any], pointer: str
) -> None:
    world = World(ANY)
    start(world, checksumAlgorithm=algorithm)
    with pytest.raises(InvalidRequest) as error:
        parts(world, **members)
    assert error.value.faults[0].pointer.startswith(pointer)


@pytest.mark.invariant(7)
@pytest.mark.parametrize("later", [PartsRequest, CompletionRequest, AbortRequest])
@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("size", 100 * MIB),
        ("parts", 2),
        ("partSize", 16 * MIB),
        ("contentType", "text/html"),
        ("checksumAlgorithm", "SHA256"),
        ("target", "s3://bkt/another"),
        ("key", "another"),
        ("caller", USER_ARN),
        ("s3Id", "another"),
    ],
)
def test_no_later_request_says_what_was_planned(
    later: type[Body], member: str, value: object
) -> None:
    usual: dict[str, object] = {"expiresIn": 60}
    usual |= {"from": 1, "to": 1} if later is PartsRequest else {}
    parse(later, json.dumps(usual))
    with pytest.raises(InvalidRequest) as error:
        parse(later, json.dumps(usual | {member: value}))
    assert [fault.pointer for fault in error.value.faults] == [f"/{member}"]


def test_parts_can_be_signed_again_later_from_the_plan() -> None:
    world = World(ANY)
    start(world)
    world.sts = Sts(seconds=8 * 24 * 3600)
    world.now = NOW + timedelta(days=7) - timedelta(seconds=1)
    [part] = parts(world)
    assert part.size == 16 * MIB
    world.now = NOW + timedelta(days=7)
    with pytest.raises(NotFound):
        parts(world)


def test_an_upload_is_nobody_elses() -> None:
    world = World(ANY)
    start(world)
    for stranger in (
        caller(f"arn:aws:iam::{ACCOUNT}:role/AssumeS3User", unique_id="AROA2EXAMPLEEXAMPLE1"),
        caller(USER_ARN, unique_id="AIDA2EXAMPLEEXAMPLE2"),
    ):
        with pytest.raises(NotFound):
            parts(world, stranger)
    with pytest.raises(NotFound):
        resume(caller(), "another", 60, record(), world.effects())


def test_an_upload_goes_on_only_while_a_grant_takes_it() -> None:
    world = World(ANY)
    start(world, contentType="text/csv")
    for now_granted in (
        grant("s3://bkt/* READ"),
        grant("s3://bkt/b/* WRITE"),
        grant("s3://bkt/* WRITE", max_object_size=40 * MIB - 1),
        grant("s3://bkt/* WRITE", content_types=("image/*",)),
        grant("s3://bkt/* WRITE", expires=NOW),
    ):
        world.grants = (now_granted,)
        asked = len(world.sts.asked)
        with pytest.raises(AccessDenied):
            parts(world)
        assert len(world.sts.asked) == asked
    world.grants = (grant("s3://bkt/* WRITE", max_object_size=40 * MIB),)
    assert parts(world)


def test_an_upload_can_be_ended_while_the_caller_may_write_whatever_the_limits_are_now() -> None:
    world = World(ANY)
    start(world)
    world.grants = (LIMITED,)
    url = ended(world)
    assert (url.method, query(url)["uploadId"]) == ("DELETE", ["S3/id+"])
    for refused in (grant("s3://bkt/* READ"), grant("s3://bkt/b/* WRITE")):
        world.grants = (refused,)
        with pytest.raises(AccessDenied):
            ended(world)


LIMITED = grant("s3://bkt/* WRITE", max_object_size=100 * MIB, content_types=("image/*",))
REFUSED: list[tuple[str, Grant, dict[str, Any], type[VendingError]]] = [
    ("not to write", grant("s3://bkt/* READ"), {}, AccessDenied),
    ("too large in all", LIMITED, {"contentType": "image/png", "size": 100 * MIB + 1}, InvalidRequest),
    ("of unknown size under a limit", LIMITED, {"contentType": "image/png", "size": None, "parts": 2}, InvalidRequest),
    ("of no type under a rule", LIMITED, {}, InvalidRequest),
    ("of another owner", ANY, {"expectedBucketOwner": "9" * 12}, InvalidRequest),
    ("with another key", ANY, {"kmsKey": f"arn:aws:kms:ap-northeast-1:{ACCOUNT}:key/a"}, InvalidRequest),
    ("for longer than the grant", grant("s3://bkt/* WRITE", max_duration=59), {}, DurationNotAllowed),
    ("for longer than any", ANY, {"expiresIn": 3301}, DurationNotAllowed),
    ("size and parts", ANY, {"parts": 2}, InvalidRequest),
    ("neither size nor parts", ANY, {"size": None}, InvalidRequest),
    ("part size without a size", ANY, {"size": None, "parts": 2, "partSize": 5 * MIB}, InvalidRequest),
    ("a part too small", ANY, {"partSize": 5 * MIB - 1}, InvalidRequest),
    ("too many parts", ANY, {"size": None, "parts": 10_001}, InvalidRequest),
    ("nothing", ANY, {"size": 0}, InvalidRequest),
    ("a prefix", ANY, {"target": "s3://bkt/a/*"}, InvalidRequest),
    ("from elsewhere", grant("s3://bkt/* WRITE", source_ip=("198.51.100.0/24",)), {}, AccessDenied),
]  # fmt: skip


@pytest.mark.invariant(7)
@pytest.mark.parametrize(
    ("sentence", "granted", "members", "refused"), REFUSED, ids=[row[0] for row in REFUSED]
)
def test_an_upload_that_is_refused_is_started_nowhere(
    sentence: str, granted: Grant, members: dict[str, Any], refused: type[VendingError]
) -> None:
    world = World(granted)
    with pytest.raises(refused):
        start(world, **members)
    assert (world.started, world.sts.asked, world.uploads) == ([], [], {})


def test_the_function_starts_for_a_caller_whose_address_only_s3_would_know() -> None:
    world = World(grant("s3://bkt/a* WRITE".replace("a*", "*"), source_ip="caller"))
    notes = record()
    start(world, notes=notes)
    starting, signing = (json.loads(session.policy) for session, _ in world.sts.asked)
    elsewhere = {"aws:ResourceAccount": ACCOUNT, "aws:SourceIp": "203.0.113.1"}
    assert allows(starting, "s3:PutObject", "arn:aws:s3:::bkt/a b", elsewhere)
    assert not allows(signing, "s3:PutObject", "arn:aws:s3:::bkt/a b", elsewhere)
    assert notes.members["startSessionId"] != notes.members["sessionId"]
    assert start(World(ANY)).signing.session_id == "session0"


@pytest.mark.parametrize(
    ("granted", "members", "source_ip", "refused"),
    [
        (
            grant(
                f"s3://bkt/{'é' * 60}/* READWRITE",
                source_ip=tuple(f"2001:db8:0:{n}:ffff:ffff:ffff:0/112" for n in range(1000, 1020)),
            ),
            {"target": f"s3://bkt/{'é' * 60}/a"},
            "2001:db8:0:1000:ffff:ffff:ffff:1",
            PolicyTooLarge,
        ),
        (grant("s3://bkt/* WRITE", source_ip="caller"), {}, "nowhere", AccessDenied),
    ],
    ids=["a policy that fits without the addresses alone", "no address to bind to"],
)
def test_sts_is_not_asked_for_the_start_before_all_is_checked(
    granted: Grant, members: dict[str, Any], source_ip: str, refused: type[VendingError]
) -> None:
    world = World(granted)
    with pytest.raises(refused):
        start(world, caller(source_ip=source_ip), **members)
    assert (world.started, world.sts.asked) == ([], [])


def test_nothing_is_left_of_an_upload_whose_plan_could_not_be_kept() -> None:
    world = World(ANY, saves=False)
    with pytest.raises(Unavailable):
        start(world)
    assert len(world.started) == len(world.aborted) == 1
    assert parse_qs(urlsplit(world.aborted[0]).query)["uploadId"] == ["S3/id+"]


def test_a_completion_can_ask_that_nothing_is_there_yet() -> None:
    world = World(ANY)
    start(world)
    request = parse(CompletionRequest, '{"ifNoneMatch": "*", "expiresIn": 60}')
    running = resume(caller(), "anupload", request.expires_in, record(), world.effects())
    url = running.completion(request.headers)
    assert url.headers == {"If-None-Match": "*", "x-amz-mp-object-size": str(40 * MIB)}
    assert query(url)["X-Amz-SignedHeaders"] == ["host;if-none-match;x-amz-mp-object-size"]


def test_a_page_that_would_not_fit_is_refused_with_what_would() -> None:
    world = World(ANY)
    start(world, target=f"s3://bkt/{'é' * 512}", size=None, parts=1000)
    with pytest.raises(TooLarge, match=r"at most \d+ parts"):
        parts(world, to=1000)


def test_a_plan_is_read_as_it_was_written() -> None:
    upload = Upload(
        "anupload",
        "a caller",
        Keys("bkt", "日本/*"),
        "S3/id+",
        Sizes(2, 5 * MIB, 6 * MIB),
        "image/png",
        "CRC64NVME",
        datetime.fromisoformat("2026-12-01T12:00:00+00:00"),
    )
    assert Upload.read("anupload", upload.encode()) == upload
    bare = replace(upload, sizes=Sizes(2), content_type=None, checksum=None)
    assert Upload.read("anupload", bare.encode()) == bare
