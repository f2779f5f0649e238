"""Lists page by page: nothing twice, nothing left out, no token of somebody's own making."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vending.errors import InvalidRequest
from vending.pages import Page


@given(st.integers(0, 30), st.integers(1, 12))
def test_pages_together_are_the_list(count: int, limit: int) -> None:
    ids = [f"id{number:02}" for number in range(count)]
    seen: list[object] = []
    query = {"limit": str(limit)}
    while True:
        page = Page.asked(query, parts=1)
        rest = ((id_,) for id_ in ids if not page.start or id_ >= page.start[0])
        answer = page.answer("grants", ((position, {"id": position[0]}) for position in rest))
        found = answer["grants"]
        assert isinstance(found, list)
        seen += [one["id"] for one in found]
        if "nextToken" not in answer:
            break
        assert len(found) == limit
        query = {"limit": str(limit), "nextToken": str(answer["nextToken"])}
    assert seen == ids


@pytest.mark.parametrize(
    "limit",
    [
        "0",
        "-1",
        "1001",
        "1.5",
        "",
        " 1",
        "٣",
        "9" * 5000,
        "1e2",
        "0000199999999",
        "01",
        "00001" + "0" * 5000,
    ],
)
def test_a_limit_out_of_bounds_is_refused(limit: str) -> None:
    with pytest.raises(InvalidRequest, match="1 to 1000"):
        Page.asked({"limit": limit}, parts=1)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "x",
        '["' + "x" * 2049 + '"]',
        '["' + "é" * 1025 + '"]',
        '["\\u0000"]',
        '["\\ud800"]',
        "{}",
        "[]",
        "[1]",
        '["a","b"]',
        '[""]',
        "null",
        "[" * 9999,
        '["a"',
        '[["a"]]',
    ],
)
def test_a_token_that_is_not_ours_is_refused(content: str) -> None:
    token = base64.urlsafe_b64encode(content.encode()).decode()
    with pytest.raises(InvalidRequest, match="nextToken"):
        Page.asked({"nextToken": token}, parts=1)


@pytest.mark.parametrize("token", ["", "%", "a", "é", "===="])
def test_a_token_that_is_no_base64_is_refused(token: str) -> None:
    with pytest.raises(InvalidRequest, match="nextToken"):
        Page.asked({"nextToken": token}, parts=1)


def test_a_page_is_a_hundred_entries_unless_asked() -> None:
    entries = [((str(number),), {"id": number}) for number in range(150)]
    answer = Page.asked({}, parts=1).answer("grants", entries)
    assert len(answer["grants"]) == 100  # type: ignore[arg-type]
    assert json.loads(base64.urlsafe_b64decode(f"{answer['nextToken']}==")) == ["100"]
