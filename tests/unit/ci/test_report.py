"""The report as Markdown, for texts that no file can have today."""

import pytest

from steps.checking import Checked
from steps.report import marker, report


@pytest.mark.parametrize("text", ["```", "`````", "x\n```\n# A heading"])
def test_a_text_never_ends_its_block_of_code(text: str) -> None:
    written = report(Checked((), None, (), text), "### s3vend check", 1_000_000)
    fence = "`" * max(3, text.count("`") + 1) if text.startswith("`") else "````"
    head, block, rest = written.split(fence)
    assert block.startswith("text\n")
    assert block.count("\n") == 2
    assert rest == "\n"
    assert "```" not in head


def test_what_is_cut_is_counted() -> None:
    lines = [{"kind": "gained", "text": f"+ {number}"} for number in range(50)]
    written = report(Checked((), tuple(lines), ()), "### s3vend check", 2_100)
    assert "**Access changes: 50 more.**" in written
    shown = [one["text"] for one in lines if f"{one['text']}\n" in written]
    assert f"{50 - len(shown)} more; the job's log has all of them." in written
    assert 0 < len(shown) < 50


def test_two_checks_never_share_a_marker() -> None:
    assert marker(["a", "b"]) != marker(["a"])
    assert marker(["a"]) == marker(["a"])
