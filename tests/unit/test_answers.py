"""Lists page by page: nothing twice, nothing left out, no token of somebody's own making."""

import base64
import json
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vending.answers import PAGE_BYTES, Json, Page, Position, check_answer
from vending.errors import InvalidRequest, TooLarge


@given(st.integers(0, 30), st.integers(1, 12))
def test_pages_together_are_the_list(count: int, limit: int) -> None:
    ids = [f"id{number:02}" for number in range(count)]
    seen: list[object] = []
    query = {"limit": str(limit)}
    while True:
        page = Page.from_query(query, parts=1)
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
        Page.from_query({"limit": limit}, parts=1)


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
        Page.from_query({"nextToken": token}, parts=1)


@pytest.mark.parametrize("token", ["", "%", "a", "é", "===="])
def test_a_token_that_is_no_base64_is_refused(token: str) -> None:
    with pytest.raises(InvalidRequest, match="nextToken"):
        Page.from_query({"nextToken": token}, parts=1)


@pytest.mark.parametrize("part", ["x", "x" * 2048, "é" * 1024])
def test_a_page_starts_at_any_key_that_the_table_takes(part: str) -> None:
    token = base64.urlsafe_b64encode(json.dumps([part, "b"]).encode()).decode()
    assert Page.from_query({"nextToken": token}, parts=2).start == (part, "b")
    for parts in (1, 3):
        with pytest.raises(InvalidRequest):
            Page.from_query({"nextToken": token}, parts)


@pytest.mark.parametrize("limit", [1, 9, 99, 999, 1000])
def test_a_page_has_as_many_entries_as_are_asked_for(limit: int) -> None:
    page = Page.from_query({"limit": str(limit)}, parts=1)
    answer = page.answer("grants", (((f"{n:04}",), {"id": n}) for n in range(limit + 1)))
    assert answer["grants"] == [{"id": n} for n in range(limit)]
    assert Page.from_query({"nextToken": str(answer["nextToken"])}, 1).start == (f"{limit:04}",)


def test_a_page_is_a_hundred_entries_unless_asked() -> None:
    entries = [((str(number),), {"id": number}) for number in range(150)]
    answer = Page.from_query({}, parts=1).answer("grants", entries)
    assert len(answer["grants"]) == 100  # type: ignore[arg-type]
    assert json.loads(base64.urlsafe_b64decode(f"{answer['nextToken']}==")) == ["100"]


def reading(*entries: str) -> Iterator[tuple[Position, Mapping[str, object] | None]]:
    """Entries by their ids; ``|ID`` says that all before ID is there, ``!`` that it is too much."""
    for entry in entries:
        if entry == "!":
            raise TooLarge("too much")
        yield (entry.strip("|"),), None if entry.startswith("|") else {"id": entry}


@pytest.mark.parametrize(
    ("entries", "ids", "after"),
    [
        (["a", "|b"], ["a"], None),
        (["|b", "!"], [], "b"),
        (["a", "|b", "!"], ["a"], "b"),
        (["a", "|b", "c", "|d", "!"], ["a", "c"], "d"),
        (["a", "|b", "c", "d"], ["a", "c"], "d"),
        (["|b", "|c"], [], None),
    ],
)
def test_a_page_ends_where_reading_became_too_much(
    entries: list[str], ids: list[str], after: str | None
) -> None:
    answer = Page(2, None).answer("records", reading(*entries))
    assert answer["records"] == [{"id": one} for one in ids]
    token = answer.get("nextToken")
    assert (Page.from_query({"nextToken": str(token)}, parts=1).start if token else None) == (
        (after,) if after else None
    )


def test_too_much_before_anything_was_read_is_an_error() -> None:
    with pytest.raises(TooLarge):
        Page(2, None).answer("records", reading("!"))


def test_a_page_has_no_more_bytes_than_an_answer_takes() -> None:
    entries = [((str(n),), {"id": str(n), "text": "x" * 1_000_000}) for n in range(10)]
    answer = Page(1000, None).answer("records", entries)
    assert len(answer["records"]) == PAGE_BYTES // 1_000_000 - 1  # type: ignore[arg-type]
    assert Page.from_query({"nextToken": str(answer["nextToken"])}, parts=1).start == ("3",)


def test_one_entry_goes_out_however_large_it_is() -> None:
    answer = Page(1000, None).answer("records", [(("a",), {"text": "x" * (PAGE_BYTES + 1)})])
    assert len(answer["records"]) == 1  # type: ignore[arg-type]


def test_a_part_that_is_json_already_is_its_text() -> None:
    assert Json('{"a":1}').text == '{"a":1}'
    assert Json("[]") == Json("[]")


def of_bytes(size: int) -> dict[str, object]:
    """An entry of so many bytes as JSON."""
    entry = {"text": "x" * (size - len('{"text": ""}'))}
    assert len(json.dumps(entry)) == size
    return dict(entry)


@pytest.mark.parametrize(
    ("sizes", "fit"),
    [
        ((2_000_000, 2_000_000), 2),
        ((2_000_000, 2_000_001), 1),
        ((3_000_000, 500_000, 500_000, 20), 3),
        ((4_000_000, 20), 1),
    ],
)
def test_a_page_is_full_at_four_million_bytes(sizes: tuple[int, ...], fit: int) -> None:
    entries = [((str(n),), of_bytes(size)) for n, size in enumerate(sizes)]
    answer = Page(1000, None).answer("records", entries)
    assert len(answer["records"]) == fit  # type: ignore[arg-type]
    assert ("nextToken" in answer) is (fit < len(sizes))


@pytest.mark.parametrize("sizes", [[], [5_500_000], [3_000_000, 2_500_000]])
def test_an_answer_of_five_and_a_half_million_bytes_goes_out(sizes: list[int]) -> None:
    check_answer(sizes, "URLs")


@pytest.mark.parametrize(
    ("sizes", "fitting"),
    [([5_500_001], 0), ([3_000_000, 2_500_001], 1), ([1_000_000] * 6, 5), ([1_100_000] * 6, 5)],
)
def test_a_larger_answer_is_refused_with_the_number_that_fits(
    sizes: list[int], fitting: int
) -> None:
    with pytest.raises(TooLarge) as refused:
        check_answer(sizes, "URLs")
    assert refused.value.detail == (
        "The answer would be larger than 5500000 bytes; with keys of this length, send at most "
        f"{fitting} URLs at a time."
    )
