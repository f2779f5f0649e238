"""`ls`: grants, and objects."""

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.client.at_a_terminal import at_a_terminal
from tests.client.conftest import Asked, Reply, Serve
from tests.client.shelf import MODIFIED, Shelf, contents, etag, listing, of
from tests.client.typed import answering, problem, typed

if TYPE_CHECKING:
    from collections.abc import Iterator

GRANTS = [
    {"id": "one", "scope": "s3://b/reports/*", "permission": "READ", "maxDuration": 900},
    {"id": "two", "scope": "s3://b/\x1b[2J/*", "permission": "WRITE"},
]
KEYS = ["p/a.csv", "p/b.txt", "p/sub/c.csv", "p/sub/deep/d.csv", "q/x"]

pytestmark = pytest.mark.usefixtures("nobody")


@pytest.fixture
def shelf(at: Serve) -> Shelf:
    """The bucket `b`."""
    made = of(*KEYS)
    at(made.reply)
    return made


def lines(*words: str) -> "list[str]":
    """What is listed, without the bucket."""
    ended = typed("ls", *words)
    assert (ended.code, ended.err) == (0, "")
    return [line.replace("s3://b/", "") for line in ended.out.splitlines()]


def test_grants_are_listed_over_all_pages_and_steer_no_terminal(at: Serve) -> None:
    def page(asked: Asked) -> Reply:
        if "nextToken=t" in asked.path:
            return 200, {}, {"grants": GRANTS[1:]}
        return 200, {}, {"grants": GRANTS[:1], "nextToken": "t"}

    at(answering({"GET /grants": page}))
    assert typed("ls", "--output", "json").json == {"grants": GRANTS}
    shown = typed("ls").out.splitlines()
    assert shown[0].split() == ["GRANT", "PERMISSION", "SCOPE", "MAX", "DURATION", "EXPIRES"]
    assert shown[1].split() == ["one", "READ", "s3://b/reports/*", "15m"]
    assert shown[2].split() == ["two", "WRITE", r"s3://b/\x1b[2J/*"]


def test_who_has_no_grants_is_told_so_and_whom_to_ask(at: Serve) -> None:
    at(answering({"GET /grants": {"grants": []}}))
    assert "no grant is for this identity" in typed("ls").err
    assert typed("ls", "-q").err == typed("ls", "-o", "json").err == ""


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["s3://b/p/"], ["p/a.csv", "p/b.txt", "p/sub/"]),
        (["s3://b/p/", "-r"], KEYS[:4]),
        (["s3://b/p/*"], KEYS[:4]),
        (["s3://b"], ["p/", "q/"]),
        (["s3://b/", "--recursive"], KEYS),
        (["s3://b/p/*.csv"], ["p/a.csv"]),
        (["s3://b/p/**/*.csv"], ["p/a.csv", "p/sub/c.csv", "p/sub/deep/d.csv"]),
        (["s3://b/?/x"], ["q/x"]),
        (["s3://b/p/b.txt"], ["p/b.txt"]),
    ],
    ids=str,
)
def test_objects_are_listed_as_targets(
    words: "list[str]", found: "list[str]", shelf: Shelf
) -> None:
    assert lines(*words) == found


def test_a_long_list_has_sizes_times_and_classes_and_ends_with_their_sum(shelf: Shelf) -> None:
    shelf.objects["p/b.txt"] = b"x" * 1234
    shelf.classes["p/b.txt"] = "GLACIER"
    ended = typed("ls", "-l", "s3://b/p/")
    assert ended.out.splitlines() == [
        "            1  2026-11-28T10:20:30Z  STANDARD      s3://b/p/a.csv",
        "         1234  2026-11-28T10:20:30Z  GLACIER       s3://b/p/b.txt",
        "            -  -                     -             s3://b/p/sub/",
    ]
    assert ended.err == "s3vend: 2 objects, 1,235 bytes\n"
    assert typed("ls", "-lq", "s3://b/p/").err == ""


def test_json_has_the_exact_members(shelf: Shelf) -> None:
    ended = typed("ls", "s3://b/p/", "-o", "json")
    assert ended.err == ""
    assert list(ended.json) == ["objects", "prefixes"]
    assert ended.json["objects"][0] == {
        "target": "s3://b/p/a.csv",
        "key": "p/a.csv",
        "size": 1,
        "modified": MODIFIED.replace(".000", ""),
        "etag": etag(b"x"),
        "storageClass": "STANDARD",
    }
    assert ended.json["prefixes"] == [{"target": "s3://b/p/sub/", "prefix": "p/sub/"}]


def test_names_that_could_steer_a_terminal_are_escaped(shelf: Shelf) -> None:
    shelf.objects["p/\x1b[2J\n"] = b""
    assert "p/\\x1b[2J\\n" in lines("s3://b/p/")
    found = typed("ls", "s3://b/p/", "-o", "json").json["objects"]
    assert "p/\x1b[2J\n" in [one["key"] for one in found]


def test_lines_are_written_as_pages_arrive(at: Serve) -> None:
    """What was listed until S3 fails is there, as a program that reads the lines expects."""
    replies: Iterator[Reply] = itertools.chain(
        [(200, {}, listing(contents("p/a"), is_truncated=True, more=NEXT))],
        itertools.repeat((400, {}, b"<Error><Code>Broken</Code></Error>")),
    )
    at(Shelf(instead=lambda asked, reply: next(replies)).reply)
    ended = typed("ls", "s3://b/p/")
    assert (ended.code, ended.out) == (1, "s3://b/p/a\n")
    assert "Could not list s3://b/p/*: S3 answered 400 Broken" in ended.err


NEXT = "<NextContinuationToken>AAAA</NextContinuationToken>"


@pytest.mark.parametrize(
    ("target", "more", "said"),
    [
        ("s3://b/none/", [], "there are no objects below s3://b/none/"),
        ("s3://b/none/*", [], "there are no objects below s3://b/none/"),
        ("s3://b/p/*.none", [], "no object matches s3://b/p/*.none"),
        ("s3://b/p/none", [], "s3://b/p/none does not exist"),
        ("s3://b/p/sub", [], "s3://b/p/sub is not a key, but a prefix; end it with a slash: s3://b"),
        ("s3://b/p/*", ["--no-glob"], "s3://b/p/* does not exist"),
    ],
)  # fmt: skip
def test_who_finds_nothing_is_told_so(
    target: str, more: "list[str]", said: str, shelf: Shelf
) -> None:
    ended = typed("ls", target, *more)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(f"s3vend: {said}")


def test_where_s3_hides_what_is_not_there_the_list_tells(shelf: Shelf) -> None:
    """S3 answers so to a HEAD, if the key itself may not be listed."""

    def hide(asked: Asked, reply: Reply) -> Reply:
        return (403, {}, b"") if asked.method == "HEAD" else reply

    shelf.instead = hide
    assert typed("ls", "s3://b/p/none").err == "s3vend: s3://b/p/none does not exist\n"
    ended = typed("ls", "s3://b/p/a.csv")
    assert "Could not find s3://b/p/a.csv: S3 answered 403 Forbidden" in ended.err


def test_json_has_empty_lists_where_nothing_is_found(shelf: Shelf) -> None:
    ended = typed("ls", "s3://b/none/", "-o", "json")
    assert (ended.code, ended.json) == (1, {"objects": [], "prefixes": []})
    assert '"message": "there are no objects below s3://b/none/"' in ended.err


def test_a_prefix_without_its_slash_is_named_also_where_no_grant_covers_it(at: Serve) -> None:
    def refuse(body: "dict[str, Any]") -> "Reply | None":
        covered = body["requests"][0]["target"] == "s3://b/p/*"
        return None if covered else problem(403, "AccessDenied", "None of your grants allows READ.")

    shelf = of(*KEYS, refuse=refuse)
    at(shelf.reply)
    assert "end it with a slash: s3://b/p/" in typed("ls", "s3://b/p").err
    ended = typed("ls", "s3://b/q")
    assert (ended.code, "slash" in ended.err) == (1, False)
    assert "None of your grants allows READ." in ended.err


@pytest.mark.parametrize("key", ["p/x[1].csv", "p/what?", "p/a*b"])
def test_a_key_with_the_characters_of_a_pattern_is_named(key: str, shelf: Shelf) -> None:
    shelf.objects[key] = b""
    if "[" in key:
        ended = typed("ls", f"s3://b/{key}")
        said = f"s3vend: no object matches s3://b/{key}, but this is a key; use --no-glob\n"
        assert (ended.code, ended.err) == (1, said)
    shelf.objects["p/what!"] = shelf.objects["p/a/b"] = b""
    assert lines("--no-glob", f"s3://b/{key}") == [key]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-l"], "--recursive, --long and --no-glob are for objects; name a TARGET"),
        (["-r"], "name a TARGET"),
        (["--no-glob"], "name a TARGET"),
        (["p/"], "'p/' is not a target; use s3://bucket/key or s3://bucket/prefix/"),
        (["s3://b*/p/"], "has a pattern in the bucket's name; name one bucket"),
        (["s3://b/p*/"], "ends with a slash, but a pattern is for keys; use s3://b/p*/**"),
        (["-r", "s3://b/p/*.csv"], "--recursive is for a prefix; a pattern crosses levels with **"),
        (["s3://b/a**b"], "has ** beside other characters"),
        (["s3://b/p/", "s3://b/q/"], "unexpected extra argument"),
    ],
    ids=str,
)
def test_what_cannot_be_listed_is_refused_before_anything_is_sent(
    words: "list[str]", said: str, shelf: Shelf
) -> None:
    ended = typed("ls", *words)
    assert (ended.code, ended.out, shelf.signed) == (2, "", [])
    assert said in ended.err


def test_grants_that_can_be_shared_are_marked_where_there_are_some(at: Serve) -> None:
    plain = {"id": "a", "permission": "READ", "scope": "s3://b/*"}
    at(answering({"GET /grants": {"grants": [plain, {**plain, "id": "b", "sharing": True}]}}))
    head, first, second = typed("ls").out.splitlines()
    assert head.endswith("EXPIRES  SHARING")
    assert (first.split()[-1], second.split()[-1]) == ("s3://b/*", "yes")
    at(answering({"GET /grants": {"grants": [plain]}}))
    assert "SHARING" not in typed("ls").out


def test_grants_have_columns_for_owner_and_description_where_any_grant_has_one(at: Serve) -> None:
    plain = {"id": "a", "permission": "READ", "scope": "s3://b/*"}
    described = {**plain, "id": "b", "owner": "team-data", "description": "for finance"}
    at(answering({"GET /grants": {"grants": [plain, described]}}))
    head, first, second = typed("ls").out.splitlines()
    assert head.split()[-2:] == ["OWNER", "DESCRIPTION"]
    assert first.split()[-1] == "s3://b/*"
    assert second.endswith("team-data  for finance")
    at(answering({"GET /grants": {"grants": [plain]}}))
    assert "OWNER" not in typed("ls").out


def test_a_long_description_makes_room_for_what_a_command_takes(at: Serve, tmp_path: Path) -> None:
    grant = {"id": "reports", "permission": "READ", "scope": "s3://bucket/reports/*"}
    more = {"owner": "team-data", "description": "what finance reads " * 12}
    served = at(answering({"GET /grants": {"grants": [grant | more]}}))
    _, shown = at_a_terminal("ls", keys="", home=tmp_path, columns=80, S3VEND_URL=served.url)
    assert "s3://bucket/reports/*" in shown
    assert max(map(len, shown.splitlines())) <= 80
