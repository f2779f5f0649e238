"""What the commands of the acceptance run say if they are interrupted."""

import pytest

from tests.acceptance import __main__ as command
from tests.acceptance import account, aws
from tests.unit.acceptance.conftest import NAME


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["demo"], "Interrupted. Nothing is left running; run the command again to start over."),
        (["aws"], "Interrupted. Run the command again to start over."),
        (["remove", NAME], "Interrupted. Run the command again to remove the rest."),
    ],
    ids=lambda words: words[0] if isinstance(words, list) else "",
)
def test_an_interrupted_command_claims_nothing_about_what_is_left_on_aws(
    words: list[str],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "demo", interrupt)
    monkeypatch.setattr(aws, "run", interrupt)
    monkeypatch.setattr(account, "here", interrupt)
    assert command.main(words) == 130
    assert capsys.readouterr().err == f"\n{says}\n"
