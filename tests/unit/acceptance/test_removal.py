"""What a removal says: of what it has found, of what is left, and of a run that is not there."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from tests.acceptance import removal
from tests.acceptance.scene import Ground
from tests.unit.acceptance.conftest import NAME

WHERE = "account 987654321098, region eu-central-1"


def act() -> None:
    pass


def fail() -> None:
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DeleteTable")


@pytest.mark.parametrize(
    ("things", "said"),
    [
        ([("a table", act)], f"Everything is removed. The run was in {WHERE}."),
        ([("a table", act), ("another", fail)], f"1 things may be left in {WHERE}."),
        ([], f"Nothing of {NAME} is in {WHERE}. If it should be, check RUN= and REGION=."),
    ],
    ids=["found", "left", "not there"],
)
def test_a_removal_says_the_whole_truth(
    things: list[tuple[str, Callable[[], None]]],
    said: str,
    ground: Ground,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(removal, "STEPS", {"things": lambda _: iter(things)})
    removal.report(ground, removal.remove(ground))
    assert capsys.readouterr().err.splitlines()[-1] == said
