"""Credentials: what is asked for, what comes back, and how they are kept fresh."""

import threading
from datetime import datetime, timedelta, timezone

import pytest

import s3vend
from s3vend.service.connect import Service
from s3vend.service.credentials import Credentials, Fresh, margins, parsed
from tests.client.conftest import Asked, Reply, Serve, Served, run
from tests.client.service.test_connect import service

PREFIX = "s3://bucket/reports/*"


def answer(number: int = 1, seconds: float = 900) -> "dict[str, object]":
    end = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    return {
        "credentials": {
            "accessKeyId": f"ASIA{number}",
            "secretAccessKey": "very-secret-key",
            "sessionToken": "very-secret-token",
            "expiration": end.isoformat().replace("+00:00", "Z"),
        },
        "matchedGrantTargets": [PREFIX],
        "permission": "READ",
        "region": "eu-west-1",
        "vendId": "v",
        "sessionId": "s",
    }


def vending(serve: Serve, *lives: float) -> Served:
    """Answers with credentials of these lives, the last one for ever."""

    def reply(asked: Asked) -> Reply:
        number = len(served.asked)
        return 200, {}, answer(number, lives[min(number, len(lives)) - 1])

    served = serve(reply)
    return served


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ({"target": PREFIX}, {"target": PREFIX, "permission": "READ"}),
        ({"target": [PREFIX]}, {"targets": [PREFIX], "permission": "READ"}),
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
        return parsed(made)


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


def keys(session: object) -> "list[str]":
    found = session.get_credentials().get_frozen_credentials()  # type: ignore[attr-defined]
    return [found.access_key, found.secret_key, found.token]


@pytest.mark.parametrize(("life", "vends"), [(3600, 1), (900, 1), (301, 1), (0.9, 1)])
def test_botocores_session_vends_once_and_not_for_each_request(
    serve: Serve, alone: pytest.MonkeyPatch, life: float, vends: int
) -> None:
    served = vending(serve, life)
    session = s3vend.botocore_session(PREFIX, service=service(served.url))
    assert [keys(session)[0] for _ in range(3)] == ["ASIA1"] * 3
    assert len(served.asked) == vends
    assert session.get_config_variable("region") == "eu-west-1"


def test_botocores_session_vends_again_when_they_end(
    serve: Serve, alone: pytest.MonkeyPatch
) -> None:
    served = vending(serve, -1, 900)
    session = s3vend.botocore_session(PREFIX, service=service(served.url))
    threads = [threading.Thread(target=keys, args=(session,)) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert keys(session) == ["ASIA2", "very-secret-key", "very-secret-token"]
    assert len(served.asked) == 2


def test_a_refusal_is_raised_where_the_session_is_made(serve: Serve) -> None:
    url = serve(lambda asked: (403, {}, {"code": "AccessDenied", "detail": "no grant"})).url
    with pytest.raises(s3vend.AccessDenied, match="no grant"):
        s3vend.botocore_session(PREFIX, service=service(url))


def test_other_credentials_of_this_machine_are_not_used(
    serve: Serve, alone: pytest.MonkeyPatch
) -> None:
    alone.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    alone.setenv("AWS_SECRET_ACCESS_KEY", "other")
    session = s3vend.botocore_session(PREFIX, service=service(vending(serve, 900).url))
    assert keys(session)[0] == "ASIA1"


@pytest.mark.parametrize(
    ("module", "call"),
    [
        ("boto3", "s3vend.session('s3://b/*', service=object())"),
        ("aiobotocore", "asyncio.run(s3vend.aiobotocore_session('s3://b/*', service=object()))"),
    ],
)
def test_an_extra_that_is_missing_is_named(module: str, call: str) -> None:
    code = f"import asyncio, sys; sys.modules['{module}'] = None; import s3vend; {call}"
    done = run(code)
    assert f"pip install 's3vend[{module}]'" in done.stderr


def test_importing_the_package_imports_no_aws_library() -> None:
    code = "import sys, s3vend; print({'botocore', 'boto3', 'awscrt'} & set(sys.modules))"
    done = run(code)
    assert done.stdout.strip() == "set()"


def test_the_tools_get_the_keys_by_their_names() -> None:
    keep = Fresh(lambda: parsed(answer()))
    found = keep()
    assert s3vend.ObstoreProvider(keep)()["expires_at"] == found.expiration
    assert s3vend.ObstoreProvider(keep).config["region"] == "eu-west-1"
    named, end = s3vend.PolarsProvider(keep)()
    assert (named["aws_session_token"], end) == (
        "very-secret-token",
        int(found.expiration.timestamp()),
    )
    assert s3vend.pyarrow_keys(found)["session_token"] == "very-secret-token"
    assert s3vend.pyiceberg_properties(found)["s3.session-token"] == "very-secret-token"


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({}, "CREATE OR REPLACE TEMPORARY SECRET s3vend (TYPE s3, KEY_ID 'ASIA1'"),
        ({"scope": "s3://b/it's/"}, "SCOPE 's3://b/it''s/'"),
        ({"endpoint": "127.0.0.1:1"}, "ENDPOINT '127.0.0.1:1'"),
    ],
)
def test_duckdb_gets_a_secret_with_its_quotes_doubled(more: "dict[str, str]", text: str) -> None:
    assert text in s3vend.duckdb_secret(parsed(answer()), **more)


@pytest.mark.parametrize("name", ["a b", "a;drop", "", "ä"])
def test_a_name_that_is_none_in_duckdb_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="DuckDB"):
        s3vend.duckdb_secret(parsed(answer()), name=name)


def test_the_service_of_the_environment_is_the_default(
    serve: Serve, alone: pytest.MonkeyPatch
) -> None:
    served = vending(serve, 900)
    alone.setenv("S3VEND_URL", served.url)
    alone.setenv("S3VEND_TOKEN", "t")
    assert s3vend.fresh(PREFIX)().access_key_id == "ASIA1"
    assert isinstance(s3vend.connect(), Service)
