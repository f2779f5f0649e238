"""Sessions of botocore: they vend in time, and never for each request."""

import threading

import pytest

import s3vend
from tests.client.asking import service
from tests.client.conftest import Serve, run
from tests.client.vending import PREFIX, answer, vending


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


def test_a_session_for_several_regions_begins_in_that_of_the_first_bucket(serve: Serve) -> None:
    buckets = [{"bucket": "b", "region": "eu-west-3"}, {"bucket": "c", "region": "us-east-1"}]
    several = {**answer(), "buckets": buckets}
    del several["region"]
    url = serve(lambda asked: (200, {}, several)).url
    made = s3vend.session(read="s3://b/*", write="s3://c/*", service=service(url))
    assert made.region_name == made.client("s3").meta.region_name == "eu-west-3"


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
    assert f"needs {module}: install the extra s3vend[{module}]." in done.stderr
