"""How long to wait, and how often to ask: from arguments, else from the environment."""

import threading
from datetime import datetime, timezone

import pytest

from s3vend import connect
from s3vend.errors import SettingsError, StorageError, Unavailable, Unreachable
from s3vend.http.limits import Limits, limits
from s3vend.http.wire import Answer, origin
from s3vend.presigning.urls import Url
from s3vend.transfer.storage import send_with_retries
from tests.client.conftest import Serve
from tests.client.typed import problem, typed

SET = {"S3VEND_RETRIES": "7", "S3VEND_TIMEOUT": "30s"}


@pytest.mark.parametrize(
    ("retries", "timeout", "environment", "found"),
    [
        (None, None, {}, Limits(4, None)),
        (None, None, SET, Limits(7, 30.0)),
        (0, "2m", SET, Limits(0, 120.0)),
        (2, 1.5, {}, Limits(2, 1.5)),
        (None, "1h", {"S3VEND_RETRIES": ""}, Limits(4, 3600.0)),
        (None, None, {"S3VEND_TIMEOUT": ""}, Limits(4, None)),
    ],
)
def test_arguments_come_first_then_the_environment(
    retries: "int | None",
    timeout: "float | str | None",
    environment: "dict[str, str]",
    found: Limits,
) -> None:
    assert limits(retries, timeout, environment) == found


@pytest.mark.parametrize("text", ["x", "-1", "101", "1.5", "٣"])
def test_retries_are_a_small_number(text: str) -> None:
    with pytest.raises(SettingsError, match="use 0 to 100"):
        limits(None, None, {"S3VEND_RETRIES": text})


@pytest.mark.parametrize("text", ["0", "0s", "-1", "1d", "2h", "5 s", "", "soon", "nan", "٣"])
def test_a_timeout_is_a_duration_above_zero(text: str) -> None:
    with pytest.raises(SettingsError, match="up to 1h"):
        limits(None, text, {})


@pytest.mark.parametrize(
    ("words", "asked"), [((), 5), (("--retries", "0"), 1), (("--retries", "2"), 3)]
)
def test_a_request_to_the_service_is_sent_again_so_often(
    words: "tuple[str, ...]", asked: int, at: Serve
) -> None:
    served = at(lambda asked: problem(503, "Unavailable"))
    assert typed("ls", *words).code == 4
    assert len(served.asked) == asked


def test_so_is_a_request_to_s3(at: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    at(lambda asked: problem(503, "Unavailable"))
    monkeypatch.setenv("S3VEND_RETRIES", "1")
    service, sent = connect(), list[Url]()

    def send(url: Url) -> Answer:
        sent.append(url)
        return Answer(503, {}, b"")

    url = Url("GET", "http://127.0.0.1:9/b/k", {}, _later())
    with pytest.raises(StorageError):
        send_with_retries("get", url, lambda: url, send, service.patience)
    assert len(sent) == 2
    assert origin(url.url) == "http://127.0.0.1:9"
    with pytest.raises(Unavailable):
        service.read("grants")


def test_a_service_that_does_not_answer_in_time_is_not_waited_for(at: Serve) -> None:
    released = threading.Event()

    def reply(asked: object) -> "tuple[int, dict[str, str], object]":
        released.wait(20)
        return 200, {}, {"grants": []}

    at(reply)
    with pytest.raises(Unreachable):
        connect(timeout="0.2", retries=0).read("grants")
    released.set()


def _later() -> datetime:
    return datetime(2099, 1, 1, tzinfo=timezone.utc)
