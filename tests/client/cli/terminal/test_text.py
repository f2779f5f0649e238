"""What the command writes: nothing steers a terminal, nothing is coloured that is not looked at."""

import io
import json
import sys

import pytest

from s3vend.cli.terminal import text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("reports/2026.csv", "reports/2026.csv"),
        ("日本語 ö", "日本語 ö"),
        ("\x1b[2Jgone", r"\x1b[2Jgone"),
        ("two\nlines", r"two\nlines"),
        ("turned\u202etxt.exe", r"turned\u202etxt.exe"),
        ("\x9b31m", r"\u009b31m"),
    ],
)
def test_what_others_wrote_does_not_steer_the_terminal(written: str, shown: str) -> None:
    assert text.printable(written) == shown


def test_json_keeps_its_meaning_with_what_hides_written_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text.put_json({"key": "a\u202eb\x9bc日"})
    printed = capsys.readouterr().out
    assert json.loads(printed) == {"key": "a\u202eb\x9bc日"}
    assert r"a\u202eb\u009bc日" in printed


@pytest.mark.parametrize(
    ("stream", "settings", "coloured"),
    [
        (Terminal(), {}, True),
        (io.StringIO(), {}, False),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    stream: io.StringIO,
    settings: "dict[str, str]",
    coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", stream)
    assert (text.paint("ok", "green") != "ok") == coloured


def test_a_table_is_as_wide_as_its_texts(capsys: pytest.CaptureFixture[str]) -> None:
    text.put_table(("ID", "MANY"), [("a-long-id", ["x"]), ("b", None)])
    assert capsys.readouterr().out.splitlines() == ["ID         MANY", 'a-long-id  ["x"]', "b"]


@pytest.mark.parametrize(
    ("seconds", "written"), [(900, "15m"), (3600, "1h"), (901, "901s"), (None, ""), (0, "0s")]
)
def test_seconds_are_shown_as_the_file_writes_them(seconds: object, written: str) -> None:
    assert text.duration_text(seconds) == written
