"""Whoever has to wait for a large change finds it, and its id, with `plan --staged`."""

from typing import Any

import pytest

from tests.client.conftest import Serve
from tests.client.typed import answering, typed

pytestmark = pytest.mark.usefixtures("nobody")
AUTHOR = "arn:aws:iam::123456789012:role/Administrator"


def change(id_: str, state: str, minute: int, done: int = 1, **entries: int) -> "dict[str, Any]":
    return {
        "id": id_,
        "state": state,
        "author": AUTHOR,
        "createdAt": f"2026-11-29T13:{minute:02}:00Z",
        "expiresAt": f"2026-11-30T13:{minute:02}:00Z",
        "entries": entries or {"grants": 15_000, "issuers": 1},
        "progress": {"step": "writing", "done": done, "of": 4},
    }


SOME = [
    change("older", "planned", 10),
    change("over", "applied", 11),
    change("current", "writing", 12, done=3),
    change("newer", "open", 20, grants=1),
    change("ended", "cancelled", 21),
]


def test_what_is_written_comes_first_and_what_is_over_is_left_out(at: Serve) -> None:
    at(answering({"GET /admin/staged": (200, {}, {"staged": SOME})}))
    ended = typed("plan", "--staged")
    assert ended.code == 0, ended.err
    head, *rows = (line.split() for line in ended.out.splitlines())
    assert head == ["ID", "STATE", "DONE", "ENTRIES", "AUTHOR", "STAGED", "EXPIRES"]
    assert [row[0] for row in rows] == ["current", "newer", "older"]
    assert rows[0][1:] == [
        *("writing", "75%", "15,000", "grants,", "1", "issuer"),
        *(AUTHOR, "2026-11-29T13:12:00Z"),
    ]
    assert rows[1][-1] == "2026-11-30T13:20:00Z"
    assert "s3vend apply --cancel ID" in ended.err


def test_without_any_it_says_so(at: Serve) -> None:
    at(answering({"GET /admin/staged": (200, {}, {"staged": SOME[1:2]})}))
    ended = typed("plan", "--staged")
    assert (ended.code, ended.err) == (0, "s3vend: no large change is staged\n")
    assert typed("plan", "--staged", "-o", "json").json == {"staged": []}


def test_json_has_all_of_each(at: Serve) -> None:
    at(answering({"GET /admin/staged": (200, {}, {"staged": SOME})}))
    listed = typed("plan", "--staged", "-o", "json").json["staged"]
    assert listed == [SOME[2], SOME[3], SOME[0]]


@pytest.mark.parametrize("more", [["vending.yaml"], ["--prune"], ["--owner", "x"], ["--out", "p"]])
def test_it_stands_alone(more: "list[str]") -> None:
    ended = typed("plan", "--staged", *more)
    assert ended.code == 1
    assert "--staged stands alone" in ended.err


def test_a_plan_of_nothing_is_refused() -> None:
    ended = typed("plan")
    assert ended.code == 1
    assert "name the FILE to plan" in ended.err
