"""Credentials: what is asked for, what comes back, and how they are kept fresh."""

import threading
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

import s3vend
from s3vend.service.connect import Service
from s3vend.service.credentials import Credentials, Fresh, credentials_of, margins
from tests.client.asking import service
from tests.client.conftest import Serve
from tests.client.tokens import token
from tests.client.vending import PREFIX, answer, vending


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ({"target": PREFIX}, {"target": PREFIX, "permission": "READ"}),
        ({"target": [PREFIX]}, {"targets": [PREFIX], "permission": "READ"}),
        ({"target": (PREFIX,)}, {"targets": [PREFIX], "permission": "READ"}),
        ({"target": {PREFIX: 1}.keys()}, {"targets": [PREFIX], "permission": "READ"}),
        (
            {"target": PREFIX, "permission": "WRITE", "duration_seconds": 900},
            {"target": PREFIX, "permission": "WRITE", "durationSeconds": 900},
        ),
        (
            {"target": PREFIX, "privilege": "Default"},
            {"target": PREFIX, "permission": "READ", "privilege": "Default"},
        ),
    ],
)
def test_what_is_asked_for_is_what_was_said(
    serve: Serve, arguments: "dict[str, object]", asked: "dict[str, object]"
) -> None:
    served = vending(serve, 900)
    found = s3vend.credentials(**arguments, service=service(served.url))  # type: ignore[arg-type]
    assert served.asked[0].json == asked
    assert (found.access_key_id, found.region) == ("ASIA1", "eu-west-1")
    assert found.expiration.tzinfo is timezone.utc
    assert found.environment["AWS_SESSION_TOKEN"] == "very-secret-token"
    assert "very-secret" not in repr(found)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (None, "^Give a target .* or an iterable of these; not NoneType"),
        (PREFIX.encode(), "not bytes"),
        ({"target": PREFIX}, "not dict"),
        (Path("reports"), "not .*Path"),
        ([PREFIX, b"x"], "^Item 1: give a target .*, not bytes"),
        ([[PREFIX]], "^Item 0: .*, not list"),
    ],
    ids=str,
)
@pytest.mark.parametrize("function", [s3vend.credentials, s3vend.fresh, s3vend.botocore_session])
def test_what_is_not_a_target_is_refused_before_anything_is_sent(
    serve: Serve, function: Any, target: object, message: str
) -> None:
    served = vending(serve, 900)
    with pytest.raises(s3vend.SettingsError, match=message):
        function(target, service=service(served.url))
    assert served.asked == []


@pytest.mark.parametrize("function", [s3vend.fresh, s3vend.botocore_session])
def test_an_iterator_of_targets_is_read_once_and_kept_for_each_renewal(
    serve: Serve, function: Any
) -> None:
    served = vending(serve, 0.01, 900)
    kept = function((one for one in [PREFIX]), service=service(served.url))
    time.sleep(0.02)
    kept() if callable(kept) else kept.get_credentials().get_frozen_credentials()
    assert [one.json["targets"] for one in served.asked] == [[PREFIX], [PREFIX]]


@pytest.mark.parametrize(
    ("life", "advisory", "mandatory"),
    [(3600, 300, 90), (900, 300, 90), (600, 200, 60), (30, 10, 3), (0, 0, 0)],
)
def test_the_margins_suit_sessions_of_a_quarter_of_an_hour(
    life: float, advisory: float, mandatory: float
) -> None:
    assert margins(life) == (advisory, mandatory)


class Clocked:
    """A clock, and a vend that counts."""

    def __init__(self, life: float = 900) -> None:
        self.now, self.life, self.vends, self.broken = 1000.0, life, 0, False

    def vend(self) -> Credentials:
        if self.broken:
            raise s3vend.Unreachable("down")
        self.vends += 1
        end = datetime.fromtimestamp(self.now + self.life, timezone.utc)
        made = answer(self.vends)
        made["credentials"]["expiration"] = end.isoformat()  # type: ignore[index]
        return credentials_of(made)


@pytest.mark.parametrize(("later", "vends"), [(0, 1), (599, 1), (601, 2), (900, 2), (2000, 2)])
def test_they_are_vended_again_before_they_end(later: float, vends: int) -> None:
    clock = Clocked()
    keep = Fresh(clock.vend, lambda: clock.now)
    clock.now += later
    assert keep().access_key_id == f"ASIA{vends}"
    assert "very-secret" not in repr(keep)


@pytest.mark.parametrize(("later", "raised"), [(700, False), (899, False), (901, True)])
def test_a_service_that_is_down_is_felt_only_when_they_have_ended(
    later: float, raised: bool
) -> None:
    clock = Clocked()
    keep = Fresh(clock.vend, lambda: clock.now)
    clock.now += later
    clock.broken = True
    if raised:
        with pytest.raises(s3vend.Unreachable):
            keep()
    else:
        assert keep().access_key_id == "ASIA1"
    clock.broken = False
    assert keep().access_key_id == "ASIA2"


@pytest.mark.parametrize("later", [700, 850, 950])
def test_many_threads_at_once_vend_once(later: float) -> None:
    clock = Clocked()
    entered = threading.Event()

    def slowly() -> Credentials:
        made = clock.vend()
        if clock.vends > 1:
            entered.wait(0.05)
        return made

    keep = Fresh(slowly, lambda: clock.now)
    clock.now += later
    threads = [threading.Thread(target=keep) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert clock.vends == 2


def test_in_good_time_one_thread_vends_and_the_others_go_on() -> None:
    clock, going, done = Clocked(), threading.Event(), threading.Event()

    def slowly() -> Credentials:
        if clock.vends:
            going.set()
            done.wait(5)
        return clock.vend()

    keep = Fresh(slowly, lambda: clock.now)
    clock.now += 700
    one = threading.Thread(target=keep)
    one.start()
    going.wait(5)
    assert keep().access_key_id == "ASIA1"
    done.set()
    one.join()
    assert keep().access_key_id == "ASIA2"


def test_the_service_of_the_environment_is_the_default(
    serve: Serve, alone: pytest.MonkeyPatch
) -> None:
    served = vending(serve, 900)
    alone.setenv("S3VEND_URL", served.url)
    alone.setenv("S3VEND_TOKEN", token())
    assert s3vend.fresh(PREFIX)().access_key_id == "ASIA1"
    assert isinstance(s3vend.connect(), Service)
