"""The cost page: what was measured, times list prices."""

from typing import Any

import pytest

from tools.cost import dollars
from tools.cost import page as cost

CALLS = {
    "credentials": {"milliseconds": 1.0, "logBytes": 620, "answerBytes": 300},
    "urls-1000": {"milliseconds": 10.0, "logBytes": 1620, "answerBytes": 300_000},
    "authorizer": {"milliseconds": 0.1, "logBytes": 0, "answerBytes": 0},
}


def prices(**changes: float) -> dict[str, dict[str, Any]]:
    names = cost.read("prices")["regions"]["us-east-1"]
    return {name: {"usd": changes.get(name, 0.0), "per": 1} for name in names}


@pytest.mark.parametrize(
    ("name", "usd", "service", "dollars_a_million"),
    [
        ("apiRequest", 3.5e-6, "API Gateway", 3.5),
        ("functionRequest", 0.2e-6, "function", 0.2),
        ("functionGbSecond", 1.0, "function", 1e6 * 0.5 * 0.069),  # 3.46 ms of work and 65 waiting
        ("tableReadUnit", 1e-6, "table", 5.0),
        ("logGigabyte", 1.0, "logs", 1.0),  # 1,000 bytes, with Lambda's own
    ],
)
def test_a_million_credentials_cost_so_much_of_each_service(
    name: str, usd: float, service: str, dollars_a_million: float
) -> None:
    found = dollars.parts(dollars.OURS[0], CALLS, prices(**{name: usd}))
    assert found.pop(service) == pytest.approx(dollars_a_million)
    assert set(found.values()) == {0.0}


def test_a_token_costs_a_second_function_and_no_second_request_at_the_api() -> None:
    assert dollars.authorizer(CALLS, prices(apiRequest=1.0, tableReadUnit=1.0)) == 0
    assert dollars.authorizer(CALLS, prices(functionRequest=0.2e-6)) == pytest.approx(0.2)


def test_every_url_carries_a_session_token_out() -> None:
    [thousand] = [kind for kind in dollars.OURS if kind.measured == "urls-1000"]
    out = dollars.transfer(thousand, CALLS, prices(outGigabyte=1.0))
    assert out == pytest.approx(300 + 700)  # kilobytes of an answer: dollars for a million


def test_lambda_bills_whole_milliseconds() -> None:
    assert dollars.function_seconds(0.1, sts=False, reads=False) == 0.001


def test_every_kind_was_measured_and_every_price_has_a_source() -> None:
    measured, listed = cost.read("measured"), cost.read("prices")
    kinds = {kind.measured for kind in (*dollars.OURS, dollars.HOME_MADE)}
    assert measured["calls"].keys() == kinds | {"authorizer"}
    regions = list(listed["regions"].values())
    assert len({tuple(one) for one in regions}) == 1
    assert all(
        p["source"].startswith("https://aws.amazon.com/") for r in regions for p in r.values()
    )


def test_the_page_says_which_price_nobody_checked() -> None:
    text = cost.text()
    assert "(not checked for this region)" in text
    assert text.count("**no**") == 1


@pytest.mark.parametrize(
    ("amount", "written"), [(0.0, "0.00"), (0.00527, "0.0053"), (4.956, "4.96"), (1234.5, "1,234")]
)
def test_money_is_written_like_this(amount: float, written: str) -> None:
    assert cost.money(amount) == written
