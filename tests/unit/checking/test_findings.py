"""The codes of findings: the command knows what each means, and the page has the warnings."""

import re

from s3vend.cli.check.codes import MEANINGS
from tests.support.pages import ROOT
from vending.checking.findings import INVALID, TEST_FAILED, TEST_FAILS, TOO_LARGE
from vending.documents.acknowledgement import CODES, OF_ACCOUNT, OF_REACH


def test_the_command_has_a_sentence_for_each_code() -> None:
    of_tests = {TEST_FAILED, TEST_FAILS}
    own = {INVALID, TOO_LARGE, "NotADocument", "NothingAcknowledged", "NeverLent"} | of_tests
    assert set(MEANINGS) == {*CODES, *own}
    assert list(MEANINGS) == sorted(MEANINGS)
    assert all(text.endswith(".") for text in MEANINGS.values())


def test_the_page_has_each_warning_that_can_be_acknowledged() -> None:
    text = (ROOT / "docs/cli.md").read_text()
    assert set(CODES) <= set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    assert {*OF_ACCOUNT, *OF_REACH} <= set(CODES)
    for code in OF_REACH:
        assert re.search(rf"^\| `{code}` \| .*\(only `check`\) \|$", text, re.MULTILINE)
