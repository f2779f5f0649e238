"""A copy at a terminal shows how far it is, in one line, and what it waits for."""

import re
import time
from pathlib import Path
from typing import Any

import pytest

from s3vend.cli.layout.width import width
from s3vend.cli.terminal.bar import Copied, bar_line
from tests.client.at_a_terminal import at_a_terminal
from tests.client.conftest import Asked, Reply, Serve, Served

MIB = 1024 * 1024
KEYS = [
    "s3://hogehoge-bucket/reports/2026/11/28/report-of-the-day.csv",
    "s3://b/月次/売上の報告書.csv",
]


def copying(at: Serve, *, slowly: float = 0.0) -> Served:
    found: list[Served] = []

    def reply(asked: Asked) -> Reply:
        time.sleep(slowly)
        if asked.method == "PUT":
            return 200, {"ETag": '"e"'}, b""
        end, headers = "2099-01-01T00:00:00Z", {"Content-Length": "3"}
        url = {"method": "PUT", "url": f"{found[0].url}/b/k", "headers": headers, "expiresAt": end}
        return 200, {}, {"urls": [url]}

    found.append(at(reply))
    return found[0]


@pytest.mark.parametrize(
    ("options", "settings", "said"),
    [
        ((), {}, "to s3://b/k"),
        (("--quiet",), {}, None),
        ((), {"NO_COLOR": "1"}, "to s3://b/k"),
        ((), {"TERM": "dumb"}, "to s3://b/k"),
    ],
)
def test_a_copy_shows_how_far_it_is_unless_it_shall_be_quiet(
    options: "tuple[str, ...]",
    settings: "dict[str, Any]",
    said: "str | None",
    at: Serve,
    tmp_path: Path,
) -> None:
    served = copying(at)
    (tmp_path / "f").write_text("abc")
    words = ("cp", str(tmp_path / "f"), "s3://b/k", *options)
    ended, shown = at_a_terminal(*words, keys="", home=tmp_path, S3VEND_URL=served.url, **settings)
    assert ended == 0, shown
    assert (said in shown) if said else (shown == "")
    if settings:
        assert "\x1b[3" not in shown
    if "TERM" in settings:
        assert "\x1b" not in shown


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_bar_is_one_line_and_says_what_it_waits_for(
    columns: int, at: Serve, tmp_path: Path
) -> None:
    served = copying(at, slowly=0.3)
    (tmp_path / "f").write_text("abc")
    words = ("cp", str(tmp_path / "f"), KEYS[0])
    ended, shown = at_a_terminal(
        *words, keys="", home=tmp_path, columns=columns, S3VEND_URL=served.url
    )
    assert ended == 0, shown
    parts = re.split(r"\x1b\[[0-9;?]*[a-zA-Z]|[\r\n]", shown)
    for said in ("waiting for the service", "checking"):
        drawn = [part for part in parts if part.rstrip().endswith(said)]
        assert drawn
        assert max(map(width, drawn)) < columns


def test_the_facts_say_how_far_it_is_and_what_it_waits_for() -> None:
    clock = [100.0]
    copied = Copied(lambda: clock[0])
    assert copied.facts() == ["waiting for the service"]
    copied.report(10 * MIB, 100 * MIB)  # an earlier run had them
    assert copied.facts() == [" 10%", "10.0 of 100.0 MiB"]
    clock[0] += 2
    copied.report(20 * MIB, 100 * MIB)
    assert copied.facts() == [" 20%", "20.0 of 100.0 MiB", "5.0 MiB/s", "0:16 left"]
    clock[0] += 5
    copied.report(20 * MIB, 100 * MIB)
    assert copied.facts() == [" 20%", "waiting for S3, 5 s"]
    copied.report(100 * MIB, 100 * MIB)
    assert copied.facts() == ["checking"]


def test_an_empty_file_is_copied_at_once() -> None:
    copied = Copied()
    copied.report(0, 0)
    assert copied.facts() == ["checking"]


@pytest.mark.parametrize("title", KEYS)
@pytest.mark.parametrize("columns", [10, 30, 59, 60, 80, 120])
def test_a_bar_is_narrower_than_the_terminal(title: str, columns: int) -> None:
    facts = [" 20%", "20.0 of 100.0 MiB", "5.0 MiB/s", "0:16 left"]
    line = bar_line(title, facts, columns)
    assert width(line) < columns
    if columns >= 30:
        assert facts[0] in line


def test_a_stream_shows_how_much_has_passed_and_that_it_may_be_what_is_waited_for() -> None:
    clock = [0.0]
    copied = Copied(now=lambda: clock[0])
    copied.report(0, None)
    assert copied.facts() == ["0 B"]
    clock[0] = 5.0
    assert copied.facts() == ["0 B", "waiting for stdin or S3, 5 s"]
    copied.report(10 * MIB, None)
    assert copied.facts() == ["10.0 MiB", "2.0 MiB/s"]
