"""What is read from SSM, and when nothing is read."""

import pytest
from moto import mock_aws

from tests.support.stack import lists
from tests.unit.aws.environment.test_runtime import ENVIRONMENT as VARIABLES
from vending.aws.environment import parameters
from vending.aws.environment.lending import Environment
from vending.aws.environment.runtime import Settings
from vending.errors import ServiceRefused

SETTINGS = Settings.read(VARIABLES)


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")


def test_the_lists_of_the_stack_are_read() -> None:
    with mock_aws():
        lists.put(SETTINGS.never_lent_parameter, "*-audittrailbucket-*", "deploys")
        lists.put(SETTINGS.assumable_roles_parameter, "arn:1", "arn:2")
        assert parameters.never_lent(SETTINGS) == {"*-audittrailbucket-*", "deploys"}
        assert parameters.assumable_roles(SETTINGS) == {"arn:1", "arn:2"}


@pytest.mark.invariant(12)
def test_a_list_that_is_not_there_is_a_failure_and_not_an_empty_list() -> None:
    with mock_aws(), pytest.raises(ServiceRefused, match="ParameterNotFound"):
        parameters.never_lent(SETTINGS)


def test_what_lends_reads_the_list_when_it_is_asked_for_and_keeps_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reads: list[str] = []

    def never_lent(settings: Settings) -> frozenset[str]:
        reads.append(settings.never_lent_parameter)
        return frozenset({"deploys"})

    monkeypatch.setattr(parameters, "never_lent", never_lent)
    environment = Environment.read(VARIABLES)
    assert reads == []
    assert [environment.effects().never_lent() for _ in range(2)] == [{"deploys"}] * 2
    assert reads == [VARIABLES["NEVER_LENT_PARAMETER"]]
