"""Copies of single objects: what S3 is asked, and what is said when it refuses."""

from concurrent.futures import ThreadPoolExecutor

import pytest

import s3vend
from s3vend.within.copy import copy_object, copy_target, copy_within
from s3vend.within.original import Copied
from s3vend.within.refused import CopyRefused
from s3vend.within.session import CopySession
from tests.client.conftest import Asked, Reply, Serve
from tests.client.within.storage import REGIONS, Storage, Thing, copying, error

pytestmark = pytest.mark.usefixtures("alone")
SOURCE, TARGET = "s3://a/in/report.csv", "s3://b/out/report.csv"
ODD = ["a b", "a+b", "ä/é", "😀", "100%", "a%2Fb", "a?b&c=d", "a//b", "(~*'!)", "a:b@c,d;e"]


@pytest.fixture
def storage() -> Storage:
    return Storage({"a/in/report.csv": Thing()})


def test_an_object_is_copied_by_one_session_and_one_request(storage: Storage, serve: Serve) -> None:
    done: list[tuple[int, int]] = []
    copied = copy_within(
        SOURCE,
        "s3://b/out/",
        progress=lambda sum_, of: done.append((sum_, of)),
        service=copying(storage, serve),
    )
    assert copied == Copied(SOURCE, TARGET, 10, '"copy"')
    assert storage.vended == [
        {
            "targets": [
                {"target": SOURCE, "permission": "READ"},
                {"target": TARGET, "permission": "WRITE"},
            ]
        }
    ]
    assert "b/out/report.csv" in storage.things
    [put] = storage.made("PUT")
    assert put.headers["x-amz-copy-source"] == "/a/in/report.csv"
    assert put.headers["x-amz-copy-source-if-match"] == '"e"'
    assert not [name for name in put.headers if "directive" in name]  # S3 copies metadata and tags
    assert "if-none-match" not in put.headers
    assert done == [(10, 10)]
    assert storage.wrong == []


@pytest.mark.parametrize("key", ODD)
def test_any_key_is_signed_and_named_exactly(storage: Storage, serve: Serve, key: str) -> None:
    storage.things[f"a/{key}"] = Thing(77)
    copied = copy_within(f"s3://a/{key}", f"s3://b/x/{key}", service=copying(storage, serve))
    assert storage.wrong == []
    assert storage.things[f"b/x/{key}"].size == copied.size == 77


@pytest.mark.parametrize(
    ("source", "destination", "target"),
    [
        ("s3://a/x/k", "s3://b", "s3://b/k"),
        ("s3://a/x/k", "s3://b/", "s3://b/k"),
        ("s3://a/x/k", "s3://b/y/", "s3://b/y/k"),
        ("s3://a/x/k", "s3://b/y", "s3://b/y"),
        ("s3://a/k", "s3://a/y/", "s3://a/y/k"),
    ],
)
def test_below_a_prefix_the_name_stays(source: str, destination: str, target: str) -> None:
    assert copy_target(source, destination) == target


@pytest.mark.parametrize(
    ("source", "destination"),
    [
        (SOURCE, SOURCE),
        (SOURCE, "s3://a/in/"),
        (SOURCE, "s3://b/../x"),
        (SOURCE, "s3://b/a/./x"),
        (SOURCE, "s3://b/a\nx"),
        ("s3://a/..", "s3://b/x"),
        ("s3://a/in/", "s3://b/x/"),
        ("s3://a/in/*", "s3://b/x/"),
        (SOURCE, "s3://b/x/*"),
        ("report.csv", "s3://b/x"),
        ("s3:///k", "s3://b/x"),
    ],
)
def test_what_is_no_copy_of_one_object_is_refused_before_anything_is_asked(
    storage: Storage, serve: Serve, source: str, destination: str
) -> None:
    with pytest.raises(s3vend.SettingsError):
        copy_within(source, destination, service=copying(storage, serve))
    assert not storage.vended
    assert not storage.signed
    assert not storage.seen


def test_what_exists_is_not_replaced_unless_it_may_be(storage: Storage, serve: Serve) -> None:
    storage.things["b/out/report.csv"] = Thing(99)
    service = copying(storage, serve)
    with pytest.raises(s3vend.StorageError, match="The target already exists"):
        copy_within(SOURCE, TARGET, overwrite=False, service=service)
    assert storage.things["b/out/report.csv"].size == 99
    copy_within(SOURCE, TARGET, service=service)
    assert storage.things["b/out/report.csv"].size == 10


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_source_that_was_replaced_is_not_copied(
    storage: Storage, serve: Serve, overwrite: bool
) -> None:
    def replaced(asked: Asked, reply: Reply) -> Reply:
        if asked.method == "HEAD":
            storage.things["a/in/report.csv"] = Thing(etag='"other"')
        return reply

    storage.instead = replaced
    with pytest.raises(s3vend.ObjectChanged, match=f"{SOURCE} was replaced"):
        copy_within(SOURCE, TARGET, overwrite=overwrite, service=copying(storage, serve))
    assert "b/out/report.csv" not in storage.things


def test_tags_are_not_dropped_and_the_object_is_named(storage: Storage, serve: Serve) -> None:
    storage.things["a/in/report.csv"] = Thing(tags={"class": "secret"})
    with pytest.raises(CopyRefused) as refused:
        copy_within(SOURCE, TARGET, service=copying(storage, serve))
    assert f"copy {SOURCE} to {TARGET}: S3 answered 403 AccessDenied." in str(refused.value)
    assert "so it probably has tags" in str(refused.value)
    assert "--tagging" in str(refused.value)
    assert "b/out/report.csv" not in storage.things


@pytest.mark.parametrize(
    ("action", "is_of_tags"), [("PutObjectTagging", True), ("PutObject", False), ("", True)]
)
def test_tags_are_named_where_they_may_be_the_reason(
    storage: Storage, serve: Serve, action: str, is_of_tags: bool
) -> None:
    message = f"You are not authorized to perform: s3:{action} on it" if action else "Access Denied"
    body = f"<Error><Code>AccessDenied</Code><Message>{message}</Message></Error>".encode()
    storage.instead = lambda asked, reply: (403, {}, body) if asked.method == "PUT" else reply
    with pytest.raises(CopyRefused if is_of_tags else s3vend.StorageError):
        copy_within(SOURCE, TARGET, service=copying(storage, serve))


def test_where_the_session_can_do_nothing_tags_are_not_the_reason(
    storage: Storage, serve: Serve
) -> None:
    """Else a copy of many objects would go on after a revocation."""
    session = CopySession("s3://a/*", "s3://b/*", copying(storage, serve))
    storage.instead = lambda asked, reply: error(403, "AccessDenied")
    with pytest.raises(s3vend.StorageError) as refused:
        copy_object(Copied("", SOURCE, 10, '"e"'), TARGET, session)
    assert refused.value.status == 403
    assert "tags" not in str(refused.value)


def test_an_archived_object_is_said(storage: Storage, serve: Serve) -> None:
    storage.instead = lambda asked, reply: (
        error(403, "InvalidObjectState") if asked.method == "PUT" else reply
    )
    with pytest.raises(CopyRefused, match=f"{SOURCE} cannot be copied. It is archived"):
        copy_within(SOURCE, TARGET, service=copying(storage, serve))


def test_a_bucket_that_is_missing_is_said(storage: Storage, serve: Serve) -> None:
    storage.instead = lambda asked, reply: (
        error(404, "NoSuchBucket") if asked.method == "PUT" else reply
    )
    with pytest.raises(s3vend.StorageError, match="The bucket does not exist"):
        copy_within(SOURCE, TARGET, service=copying(storage, serve))


def test_a_source_that_is_missing_is_said(storage: Storage, serve: Serve) -> None:
    with pytest.raises(s3vend.StorageError, match="find s3://a/in/none"):
        copy_within("s3://a/in/none", TARGET, service=copying(storage, serve))


BROKEN = [
    b"<Error><Code>InternalError</Code></Error>",
    b" " * 5000 + b"<Error><Code>InternalError</Code></Error>",  # S3 was at work for long
    b'<?xml version="1.0"?>\n<Error><Code>SlowDown</Code></Error>',
    b"",
    b"<CopyObjectResult><ETag>",
    b"<CopyObjectResult></CopyObjectResult>",
    b"<html>hello</html>",
]


@pytest.mark.parametrize("body", BROKEN)
def test_an_error_inside_an_answer_of_200_is_an_error(
    storage: Storage, serve: Serve, body: bytes
) -> None:
    storage.instead = lambda asked, reply: (200, {}, body) if asked.method == "PUT" else reply
    with pytest.raises((s3vend.StorageError, s3vend.Unreachable)):
        copy_within(SOURCE, TARGET, service=copying(storage, serve))
    assert len(storage.made("PUT")) == 3


@pytest.mark.parametrize("body", BROKEN)
def test_such_an_answer_is_tried_again(storage: Storage, serve: Serve, body: bytes) -> None:
    bodies = [body]
    storage.instead = lambda asked, reply: (
        (200, {}, bodies.pop()) if asked.method == "PUT" and bodies else reply
    )
    copied = copy_within(SOURCE, TARGET, service=copying(storage, serve))
    assert copied.etag == '"copy"'


def test_a_refusal_inside_an_answer_of_200_is_not_tried_again(
    storage: Storage, serve: Serve
) -> None:
    storage.instead = lambda asked, reply: (
        (200, {}, error(0, "NoSuchKey")[2]) if asked.method == "PUT" else reply
    )
    with pytest.raises(s3vend.StorageError, match="NoSuchKey"):
        copy_within(SOURCE, TARGET, service=copying(storage, serve))
    assert len(storage.made("PUT")) == 1


def test_spaces_before_the_answer_do_no_harm(storage: Storage, serve: Serve) -> None:
    storage.instead = lambda asked, reply: (
        (200, {}, b" \n" * 1000 + bytes(reply[2])) if asked.method == "PUT" else reply  # type: ignore[call-overload]
    )
    assert copy_within(SOURCE, TARGET, service=copying(storage, serve)).etag == '"copy"'


def test_after_a_lost_answer_a_taken_key_may_be_the_copy(storage: Storage, serve: Serve) -> None:
    answers = [b""]
    storage.instead = lambda asked, reply: (
        (200, {}, answers.pop()) if asked.method == "PUT" and answers else reply
    )
    with pytest.raises(s3vend.TransferError, match="may be the copy"):
        copy_within(SOURCE, TARGET, overwrite=False, service=copying(storage, serve))


@pytest.mark.parametrize("code", ["PresignOnly", "PolicyTooLarge", "SeveralGrants"])
def test_where_no_session_can_do_both_the_refusal_says_what_works(
    storage: Storage, serve: Serve, code: str
) -> None:
    storage.refuses = 403, {}, {"status": 403, "code": code, "detail": "No session can do that."}
    with pytest.raises(s3vend.ServiceError) as refused:
        copy_within(SOURCE, TARGET, service=copying(storage, serve))
    assert refused.value.code == code
    assert "Download the objects and upload them instead." in str(refused.value)
    assert storage.seen == []


def test_other_refusals_are_as_they_are(storage: Storage, serve: Serve) -> None:
    storage.refuses = 403, {}, {"status": 403, "code": "AccessDenied", "detail": "None of yours."}
    with pytest.raises(s3vend.AccessDenied) as refused:
        copy_within(SOURCE, TARGET, service=copying(storage, serve))
    assert "Download the objects" not in str(refused.value)


def test_no_secret_is_in_a_message_even_if_an_answer_repeats_the_request(
    storage: Storage, serve: Serve
) -> None:
    def repeats(asked: Asked, reply: Reply) -> Reply:
        body = f"<Error><Code>Teapot</Code><Message>{dict(asked.headers)}</Message></Error>"
        return (418, {}, body.encode()) if asked.method == "PUT" else reply

    storage.instead = repeats
    with pytest.raises(s3vend.StorageError) as refused:
        copy_within(SOURCE, TARGET, service=copying(storage, serve))
    signature = storage.made("PUT")[0].headers["authorization"].rpartition("Signature=")[2]
    assert "x-amz-security-token" in str(refused.value)
    assert "very-secret" not in str(refused.value)
    assert signature not in str(refused.value)


def test_each_request_is_signed_for_the_region_of_its_bucket(
    storage: Storage, serve: Serve
) -> None:
    storage.things["b/k"] = Thing()
    service = copying(storage, serve)
    copy_within(SOURCE, TARGET, service=service)
    copy_within("s3://b/k", "s3://a/k", service=service)
    assert storage.wrong == []
    regions = [one.headers["authorization"].split("/")[2] for one in storage.made("PUT")]
    assert regions == [REGIONS["b"], REGIONS["a"]]


def test_a_bucket_of_which_the_service_says_no_region_is_refused(
    storage: Storage, serve: Serve
) -> None:
    session = CopySession("s3://a/*", "s3://c/*", copying(storage, serve))
    with pytest.raises(s3vend.S3VendError, match="in which region c is"):
        copy_object(Copied("", SOURCE, 10, '"e"'), "s3://c/x", session)


def test_many_threads_share_a_session_that_is_renewed_in_time(
    storage: Storage, serve: Serve
) -> None:
    storage.things |= {f"a/in/{number}": Thing() for number in range(40)}
    storage.lives = [-10.0, 3600.0]
    session = CopySession("s3://a/in/*", "s3://b/out/*", copying(storage, serve))
    originals = [Copied("", f"s3://a/in/{number}", 10, '"e"') for number in range(40)]

    def one(original: Copied) -> str:
        return copy_object(original, original.target.replace("a/in", "b/out"), session).etag

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(one, originals)) == {'"copy"'}
    assert storage.wrong == []
    assert len(storage.signed) == 1  # one URL tells where the bucket is
    assert len(storage.vended) == 2
    assert {one.headers["authorization"].partition("=")[2][:5] for one in storage.made("PUT")} == {
        "ASIA2"
    }
