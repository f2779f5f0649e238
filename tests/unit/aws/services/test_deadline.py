"""Time limits for calls to other services, whatever these services do."""

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from local.stack.template import read
from tests.support.stack.policies import ROOT
from tests.support.tokens import issuer
from vending.aws.services import deadline, issuers, s3
from vending.aws.services.client import Bounded, client
from vending.aws.services.deadline import in_time, lasting
from vending.errors import Unavailable

GATEWAY = 29  # seconds that API Gateway waits for a function


@pytest.fixture
def never() -> Any:
    """A call that does not end before the test does."""
    ends = threading.Event()
    yield ends.wait
    ends.set()


def test_what_a_call_returns_or_raises_is_passed_on() -> None:
    assert in_time(lambda: 7) == 7
    with pytest.raises(StopIteration):
        in_time(lambda: next(iter(())))


def test_a_call_that_does_not_end_is_left_to_itself(never: Callable[[], object]) -> None:
    with pytest.raises(TimeoutError):
        in_time(never, 0.3)


def test_a_try_has_no_more_time_than_its_request(never: Callable[[], object]) -> None:
    with lasting(0.3), pytest.raises(TimeoutError):
        in_time(never, 3600)


def test_nothing_is_begun_that_could_not_be_ended(never: Callable[[], object]) -> None:
    begun: list[int] = []
    with lasting(0.1), pytest.raises(Unavailable) as error:
        in_time(lambda: begun.append(1))
    assert (begun, error.value.reason) == ([], "OutOfTime")


def test_an_issuer_has_no_more_time_than_is_left_of_the_request() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, lasting(0.5):
        of = issuer(f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(Unavailable) as error:
            issuers.fetch(of, allow_local=True)
        assert "OutOfTime" not in error.value.reason
        with pytest.raises(Unavailable) as error:
            issuers.fetch(of, allow_local=True)
        assert error.value.reason == "OutOfTime"


def test_time_is_given_for_a_block_and_not_for_what_follows() -> None:
    with lasting(0), lasting(60):
        in_time(lambda: None)
    in_time(lambda: None)


def test_botocore_hears_of_a_slow_answer_as_of_its_own_time_limits() -> None:
    class Slow:
        def send(self, _: object) -> Any:
            return threading.Event().wait(5)

    slow: Any = Slow()
    asked: Any = type("Request", (), {"url": "https://sts"})()
    with pytest.raises(ReadTimeoutError):
        Bounded(slow, 0.3).send(asked)


@pytest.mark.parametrize("service", ["dynamodb", "sts", "ssm"])
def test_every_client_is_bounded_and_so_is_the_connection_to_s3(service: str) -> None:
    made = client(service, "ap-northeast-1")
    assert isinstance(made._endpoint.http_session, Bounded)  # noqa: SLF001 - it sends the requests
    assert made.meta.config.retries["total_max_attempts"] == deadline.TRIES
    assert isinstance(s3.connection(), Bounded)


def test_the_answer_is_there_before_lambda_ends_the_function_and_the_gateway_the_request() -> None:
    template = read(ROOT / "template.yaml")
    usual = template["Globals"]["Function"]["Timeout"]
    longest = {"AdministrationFunction": deadline.ADMINISTRATION}
    for name, resource in template["Resources"].items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        timeout = resource["Properties"].get("Timeout", usual)
        given = longest.get(name, deadline.VEND)
        assert given + deadline.PAUSE + s3.ABORT + 0.5 <= timeout <= GATEWAY, name
