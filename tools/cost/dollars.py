"""Computes dollars per million vends from measurements and list prices, for ``page.py``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

# Assumptions: AWS's part cannot be measured on this machine.
STS_SECONDS: Final = 0.060
TABLE_SECONDS: Final = 0.005
MEMORY_MB: Final = 512
MEMORY_OF_A_PROCESSOR_MB: Final = (
    1769  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
)
READ_UNITS: Final = (
    5.0  # the caller's keys, location and denials: five items of up to 4 KB, read consistently
)
# Of a link: its own item; share, owner, grant, location, denials and ended times; the denials once
# more after STS; and the write that counts, of an item of up to 2 KB.
LINK_UNITS: Final = 1.0
SHARE_UNITS: Final = 10.0
DENIAL_UNITS: Final = 2.0
USE_UNITS: Final = 2.0
PLATFORM_LOG_BYTES: Final = 380  # START, END and REPORT, with what CloudWatch adds to each line
TOKEN_BYTES: Final = 700  # of a session token on AWS; the local cloud's is shorter
MILLION: Final = 1_000_000
GIGABYTE: Final = 10**9

type Prices = Mapping[str, Mapping[str, Any]]
type Calls = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of vend: the name of its measurement, and the calls that it makes."""

    name: str
    measured: str
    urls: int = 0  # in one vend; 0 for credentials
    sts: bool = False
    tokens: int = 1  # the number of session tokens in the answer
    reads: bool = True  # whether it reads the table; grants are kept only for seconds


OURS: Final = (
    Kind("credentials", "credentials", sts=True),
    Kind("1 URL, new session", "urls-1", 1, sts=True),
    Kind("1 URL, session kept", "urls-1", 1),
    Kind("1 URL, session and grants kept", "urls-1", 1, reads=False),
    Kind("100 URLs, session kept", "urls-100", 100, tokens=100),
    Kind("1,000 URLs, session kept", "urls-1000", 1000, tokens=1000),
    Kind("10,000 URLs in compact form, session kept", "compact-10000", 10_000),
)
HOME_MADE: Final = Kind("1 URL, home-made", "home-made", 1, sts=True, reads=False)
COLUMNS: Final = ("API Gateway", "function", "STS", "table", "logs")


def denials_a_month(prices: Prices) -> float:
    """Return dollars for reading the denials once a second, as two units, for thirty days."""
    return 2 * 30 * 24 * 3600 * price(prices, "tableReadUnit")


def price(prices: Prices, name: str) -> float:
    """Return the price of one unit in dollars."""
    return float(prices[name]["usd"]) / float(prices[name]["per"])


def function_seconds(milliseconds: float, *, sts: bool, reads: bool) -> float:
    """Return the seconds that Lambda bills, in whole milliseconds, for computing and waiting."""
    working = milliseconds / 1000 * MEMORY_OF_A_PROCESSOR_MB / MEMORY_MB
    waiting = STS_SECONDS * sts + TABLE_SECONDS * reads
    return -(-(working + waiting) * 1000 // 1) / 1000


def parts(kind: Kind, calls: Calls, prices: Prices) -> dict[str, float]:
    """Return dollars for a million vends at the iam door, by service, without transfer."""
    measured = calls[kind.measured]
    seconds = function_seconds(measured["milliseconds"], sts=kind.sts, reads=kind.reads)
    log_bytes = measured["logBytes"] + PLATFORM_LOG_BYTES
    one = {
        "API Gateway": price(prices, "apiRequest"),
        "function": price(prices, "functionRequest") + _gb_seconds(seconds, prices),
        "STS": 0.0,
        "table": READ_UNITS * price(prices, "tableReadUnit") * kind.reads,
        "logs": log_bytes / GIGABYTE * price(prices, "logGigabyte"),
    }
    return {name: MILLION * dollars for name, dollars in one.items()}


def authorizer(calls: Calls, prices: Prices) -> float:
    """Return dollars for a million tokens: the additional cost of the web-identity door."""
    measured = calls["authorizer"]
    seconds = function_seconds(measured["milliseconds"], sts=False, reads=False)
    log_bytes = measured["logBytes"] + PLATFORM_LOG_BYTES
    one = price(prices, "functionRequest") + _gb_seconds(seconds, prices)
    return MILLION * (one + log_bytes / GIGABYTE * price(prices, "logGigabyte"))


def opened(calls: Calls, prices: Prices) -> float:
    """Return dollars for a million links that are opened and used once each.

    Each is two requests; the processor time is that of one URL, which a use signs.
    """
    one = calls["urls-1"]
    seconds = 2 * function_seconds(one["milliseconds"], sts=False, reads=True)
    log_bytes = one["logBytes"] + 2 * PLATFORM_LOG_BYTES
    units = 2 * (LINK_UNITS + SHARE_UNITS) + DENIAL_UNITS
    return MILLION * (
        2 * (price(prices, "apiRequest") + price(prices, "functionRequest"))
        + _gb_seconds(seconds + 2 * TABLE_SECONDS, prices)
        + units * price(prices, "tableReadUnit")
        + USE_UNITS * price(prices, "tableWriteUnit")
        + log_bytes / GIGABYTE * price(prices, "logGigabyte")
    )


def guessed(prices: Prices) -> float:
    """Return dollars for a million requests for links that there are not."""
    seconds = function_seconds(0.1, sts=False, reads=True)
    return MILLION * (
        price(prices, "apiRequest")
        + price(prices, "functionRequest")
        + _gb_seconds(seconds, prices)
        + LINK_UNITS * price(prices, "tableReadUnit")
        + PLATFORM_LOG_BYTES / GIGABYTE * price(prices, "logGigabyte")
    )


def transfer(kind: Kind, calls: Calls, prices: Prices) -> float:
    """Return dollars for sending a million answers from AWS to the internet."""
    size = calls[kind.measured]["answerBytes"] + TOKEN_BYTES * kind.tokens
    return MILLION * size / GIGABYTE * price(prices, "outGigabyte")


def _gb_seconds(seconds: float, prices: Prices) -> float:
    return seconds * MEMORY_MB / 1024 * price(prices, "functionGbSecond")
