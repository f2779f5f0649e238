"""`who-can` and links for people: whoever has one is anybody."""

from typing import Any

import pytest

from tests.client.cli.reach.test_command import REACHED, answer
from tests.client.conftest import Reply, Serve
from tests.client.links import DOWNLOAD, UPLOAD
from tests.client.typed import Ended, answering, problem, typed

pytestmark = pytest.mark.usefixtures("nobody")

RESTING, SECRET = {**DOWNLOAD, "state": "resting"}, {**DOWNLOAD, "password": True}
NONE_SAID = "Nobody can READ s3://b/k.\n"


def said(at: Serve, *shares: "dict[str, Any]", reached: bool = False, words: str = "s3://b/k") -> Ended:  # fmt: skip
    """What `who-can` says where these are the live and resting shares."""
    reaches = answer(REACHED) if reached else answer()
    answers = {"POST /admin/reach": reaches, "GET /admin/shares": {"shares": list(shares)}}
    at(answering(answers))
    return typed("who-can", *words.split())


def test_live_links_count_as_anybody(at: Serve) -> None:
    ended = said(at, DOWNLOAD, DOWNLOAD, SECRET, RESTING, reached=True)
    assert ended.out.splitlines()[-1] == (
        "anybody with a link can READ s3://b/k: 3 live links (1 behind a password), 1 resting link."
    )
    assert "s3vend shares --admin --target s3://b/k lists these links" in ended.err
    assert ended.code == 0


def test_a_link_alone_is_not_nobody(at: Serve) -> None:
    ended = said(at, DOWNLOAD, words="s3://b/*")
    assert (ended.code, ended.out) == (0, "anybody with a link can READ keys of s3://b/*: 1 live link.\n")  # fmt: skip
    assert "--target 's3://b/*'" in ended.err


def test_a_link_gives_what_its_kind_gives(at: Serve) -> None:
    assert said(at, UPLOAD).out == NONE_SAID
    assert "can WRITE" in said(at, UPLOAD, DOWNLOAD, words="s3://b/k -p WRITE").out
    assert "link" not in said(at, UPLOAD, DOWNLOAD, words="s3://b/k -p READWRITE").out


def test_the_service_is_asked_for_links_to_the_keys(at: Serve) -> None:
    served = at(answering({"POST /admin/reach": answer(), "GET /admin/shares": {"shares": []}}))
    assert typed("who-can", "s3://b/k").out == NONE_SAID
    assert served.asked[-1].path.endswith("&target=s3%3A%2F%2Fb%2Fk")


def test_json_has_the_links_themselves(at: Serve) -> None:
    ended = said(at, DOWNLOAD, UPLOAD, words="s3://b/k -o json")
    assert ended.json["shares"] == [DOWNLOAD]
    assert ended.code == 0


@pytest.mark.invariant(19)
@pytest.mark.parametrize(
    "reply", [problem(403, "NotAuthenticated"), problem(404, "NotFound"), (302, {}, b"elsewhere")]
)
def test_links_that_cannot_be_looked_at_are_not_none(reply: Reply, at: Serve) -> None:
    at(answering({"POST /admin/reach": answer(REACHED), "GET /admin/shares": reply}))
    ended = typed("who-can", "s3://b/k")
    assert ended.code == 0
    assert "links could not be looked at" in ended.err
    assert typed("who-can", "s3://b/k", "-o", "json").json["shares"] is None


def test_another_failure_is_a_failure(at: Serve) -> None:
    at(answering({"POST /admin/reach": answer(), "GET /admin/shares": problem(503, "Unavailable")}))
    ended = typed("who-can", "s3://b/k")
    assert (ended.code, ended.out) == (4, "")


def test_links_are_known_as_they_are_now(at: Serve) -> None:
    served = at(answering({"POST /admin/reach": answer(REACHED)}))
    ended = typed("who-can", "s3://b/k", "--at", "2026-10-31")
    assert [one.method for one in served.asked] == ["POST"]
    assert "nor links" in ended.err
    assert typed("who-can", "s3://b/k", "--at", "2026-10-31", "-o", "json").json["shares"] is None
    typed("reach", "--as", "123456789012")
    assert {one.method for one in served.asked} == {"POST"}
