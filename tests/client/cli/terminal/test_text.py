"""What the command writes: nothing steers a terminal, nothing is coloured that is not looked at."""

import io
import json
import sys

import pytest

from s3vend.cli.terminal import text
from s3vend.cli.terminal.ending import say
from s3vend.errors import IdentityError, ServiceError, StorageError
from s3vend.problem import Fault, Problem
from tests.client.typed import typed


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


WRITTEN = [
    ("reports/2026.csv", "reports/2026.csv"),
    ("日本語 ö ❤️", "日本語 ö ❤️"),
    ("\x1b[2Jgone", r"\x1b[2Jgone"),
    ("two\nlines\rover", r"two\nlines\rover"),
    ("turned\u202etxt.exe", r"turned\u202etxt.exe"),
    ("\x9b31m", r"\u009b31m"),
    ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
    ("no\u200bthing\u00ad\u3164\U000e0041", r"no\u200bthing\u00ad\u3164\U000e0041"),
    ("\ud800", r"\ud800"),
]


@pytest.mark.parametrize(("written", "shown"), WRITTEN)
def test_what_others_wrote_does_not_steer_the_terminal(
    written: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text.put(written, text.Painted(written, "red"))
    text.put_members([(written, written)])
    text.put_table(("A",), [(written,)])
    line, members, _, cell = capsys.readouterr().out.splitlines()
    assert (line, members, cell) == (shown * 2, f"{shown}  {shown}", shown)


@pytest.mark.parametrize(("written", "shown"), WRITTEN)
def test_nor_does_it_in_an_error(
    written: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = Problem(403, written, written, written, (Fault(written, written),))
    errors = (
        ServiceError(written, problem, [written]),
        StorageError("get a", 403, written, written),
        IdentityError("none", [written]),
    )
    for error in errors:
        assert shown in str(error)
        assert shown == written or written not in str(error)
        say(str(error))
    assert shown == written or written not in capsys.readouterr().err


def test_a_usage_error_does_not_repeat_a_command_line_as_it_is() -> None:
    for words in (["x\x1b[2J"], ["whoami", "\x1b[2J"], ["audit", "\x1b[2J"], ["ls", "--o\x1b[2J"]):
        ended = typed(*words)
        assert ended.code == 2
        assert r"\x1b[2J" in ended.err
        assert "\x1b" not in ended.err


def test_json_keeps_its_meaning_with_what_hides_written_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text.put_json({"key": "a\u202eb\x9bc日"})
    printed = capsys.readouterr().out
    assert json.loads(printed) == {"key": "a\u202eb\x9bc日"}
    assert r"a\u202eb\u009bc日" in printed


def test_json_escapes_as_json_does(capsys: pytest.CaptureFixture[str]) -> None:
    strange = {written: [written] for written, _ in WRITTEN}
    text.put_json(strange)
    printed = capsys.readouterr().out
    assert json.loads(printed) == strange
    assert {"\x1b", "\u202e", "\x9b", "\U000e0041"} & set(printed) == set()


@pytest.mark.parametrize(
    ("stream", "settings", "coloured"),
    [
        (Terminal(), {}, True),
        (io.StringIO(), {}, False),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (Terminal(), {"CLICOLOR": "0"}, False),
        (io.StringIO(), {"CLICOLOR_FORCE": "1"}, True),
        (io.StringIO(), {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        (io.StringIO(), {"FORCE_COLOR": "0", "CLICOLOR_FORCE": ""}, False),
        (io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    stream: io.StringIO,
    settings: "dict[str, str]",
    coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", stream)
    text.put(text.Painted("ok", "green"))
    assert (stream.getvalue() != "ok\n") == coloured


def test_a_table_is_as_wide_as_its_texts(capsys: pytest.CaptureFixture[str]) -> None:
    text.put_table(("ID", "MANY"), [("a-long-id", ["x"]), ("b", None)])
    assert capsys.readouterr().out.splitlines() == ["ID         MANY", 'a-long-id  ["x"]', "b"]


@pytest.mark.parametrize(
    ("seconds", "written"), [(900, "15m"), (3600, "1h"), (901, "901s"), (None, ""), (0, "0s")]
)
def test_seconds_are_shown_as_the_file_writes_them(seconds: object, written: str) -> None:
    assert text.duration_text(seconds) == written


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_what_stdout_cannot_encode_is_escaped(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a log, or where Windows writes to a file: a key in Japanese must not end the list."""
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr("sys.stdout", out)
    text.put("é 月次")
    text.put_json({"key": "é 月次 😀"})
    out.flush()
    line, _, rest = out.buffer.getvalue().decode(encoding).partition("\n")
    shown = {"ascii": "\\xe9 \\u6708\\u6b21", "cp1252": "é \\u6708\\u6b21", "utf-8": "é 月次"}
    assert line == shown[encoding]
    assert json.loads(rest) == {"key": "é 月次 😀"}
