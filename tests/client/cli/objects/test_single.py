"""Which places `cp` takes, and a copy within S3: S3 copies, and the command says so."""

import json

import pytest

from s3vend.cli.objects.single import check_places
from s3vend.cli.terminal.refusal import Refusal
from tests.client.conftest import Serve
from tests.client.typed import typed
from tests.client.within.storage import Storage, Thing, error


@pytest.mark.parametrize(
    ("source", "destination", "reason"),
    [
        ("a.csv", "b.csv", "must be s3://bucket/key"),
        ("-", "-", "must be s3://bucket/key"),
        ("s3://b/a", "s3://b/a", "copied to itself"),
    ],
)
def test_one_of_both_is_in_s3(source: str, destination: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        check_places(source, destination)


@pytest.mark.parametrize(
    ("source", "destination"),
    [("s3://b/a", "."), ("s3://b/a", "-"), ("-", "s3://b/a"), ("s3://b/a", "s3://c/a")],
)
def test_files_objects_and_streams_are_copied(source: str, destination: str) -> None:
    check_places(source, destination)


@pytest.fixture
def storage(at: Serve, nobody: None) -> Storage:
    storage = Storage({"a/in/report.csv": Thing()})
    at(storage.reply)
    return storage


@pytest.mark.parametrize("destination", ["s3://b/out/", "s3://b/out/report.csv"])
def test_an_object_is_copied_and_no_byte_comes_here(storage: Storage, destination: str) -> None:
    ended = typed("cp", "s3://a/in/report.csv", destination)
    said = "s3vend: copied s3://a/in/report.csv to s3://b/out/report.csv (within S3)\n"
    assert (ended.code, ended.out, ended.err) == (0, "", said)
    assert "b/out/report.csv" in storage.things
    assert storage.made("GET") == []
    assert typed("cp", "s3://a/in/report.csv", destination, "--quiet").err == ""


def test_the_json_has_the_members_of_other_copies(storage: Storage) -> None:
    ended = typed("cp", "s3://a/in/report.csv", "s3://b/x", "--output", "json")
    assert json.loads(ended.out) == {
        "source": "s3://a/in/report.csv",
        "destination": "s3://b/x",
        "size": 10,
        "etag": '"copy"',
        "resumed": 0,
        "verified": "S3",
        "remarks": [],
    }


def test_what_exists_is_not_replaced_with_no_overwrite(storage: Storage) -> None:
    storage.things["b/x"] = Thing(99)
    ended = typed("cp", "s3://a/in/report.csv", "s3://b/x", "--no-overwrite")
    assert ended.code == 1
    assert "The target already exists" in ended.err
    assert typed("cp", "s3://a/in/report.csv", "s3://b/x").code == 0


def test_a_copy_that_cannot_be_aborted_is_said(storage: Storage) -> None:
    storage.things["a/large"] = Thing(6 * 1024**3)
    storage.reads_tags = True
    storage.instead = lambda asked, reply: (
        error(403, "AccessDenied") if asked.method in ("PUT", "DELETE") else reply
    )
    ended = typed("cp", "s3://a/large", "s3://b/large")
    assert ended.code == 1
    assert "could not be aborted" in ended.err


@pytest.mark.parametrize("words", [("--content-type", "a/b"), ("--part-size", "9")])
@pytest.mark.parametrize("places", [("s3://a/in/x", "s3://b/x"), ("-r", "s3://a/in/", "s3://b/x/")])
def test_what_a_copy_within_s3_cannot_change_is_refused(
    storage: Storage, words: "tuple[str, ...]", places: "tuple[str, ...]"
) -> None:
    ended = typed("cp", *places, *words)
    assert ended.code == 2
    assert f"{words[0]} is" in ended.err
    assert storage.seen == []
