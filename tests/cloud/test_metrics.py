"""The metrics in the logs: the local cloud keeps the lines, and makes nothing of them."""

import json

import pytest

from local.cloud import aws
from local.cloud.client import Call, Credentials
from local.cloud.ministack import Cloud
from tests.acceptance.acts import outside
from tests.cloud.test_record import KEY, REPORTS, Logs
from tests.support.stack.embedded import Sample, faults, samples
from tests.support.stack.watched import of_dashboard

URLS = {"expiresIn": 60, "requests": [KEY]}


@pytest.fixture(scope="module")
def logs(cloud: Cloud) -> Logs:
    return Logs(cloud)


def line(logs: Logs, id_: str, action: str) -> str:
    """The one line of the record of a request."""
    assert logs.records(id_)
    (found,) = [one for one in logs.lines() if f'"{id_}"' in one and f'"action":"{action}"' in one]
    return found


def by_name(text: str) -> dict[str, Sample]:
    return {one.metric: one for one in samples(text)}


def test_a_vend_is_one_line_with_its_times(logs: Logs, call: Call, user: Credentials) -> None:
    answer = call("POST", "/iam/credentials", REPORTS, user).json
    text = line(logs, answer["vendId"], "credentials")
    assert faults(text) == []
    found = by_name(text)
    assert found.keys() >= {"durationMs", "stsMs", "stsCalls", "grantsCached"}
    assert found["durationMs"].value >= found["stsMs"].value > 0
    assert found["stsMs"].dimensions == (("action", "credentials"),)
    assert found["durationMs"].namespace.startswith("s3vend/")


def test_a_refusal_is_counted_by_its_code(logs: Logs, call: Call, user: Credentials) -> None:
    answer = call("POST", "/iam/credentials", REPORTS | {"permission": "WRITE"}, user)
    text = line(logs, answer.json["requestId"], "credentials")
    assert faults(text) == []
    counted = {one.dimensions for one in samples(text) if one.metric == "durationMs"}
    assert counted == {
        (("action", "credentials"), ("outcome", "refused")),
        (("outcome", "refused"),),
        (("code", "AccessDenied"),),
    }
    assert "stsCalls" not in json.loads(text)


def test_what_the_authorizer_took_comes_through_api_gateway(
    cloud: Cloud, logs: Logs, call: Call
) -> None:
    token = {"Authorization": f"Bearer {cloud.issuer.token(outside.GOOGLE_SHAPED)}"}
    body = REPORTS | {"permission": "WRITE"}
    answer = call("POST", "/web-identity/explanations", body, headers=token)
    assert answer.status == 200
    asked = ('"action":"explanations"', '"door":"web-identity"')
    told = [one for one in logs.lines() if all(member in one for member in asked)]
    assert 0 < json.loads(told[-1])["authoriseMs"] < 60_000


def test_the_dashboard_is_there_and_shows_what_the_stack_writes(cloud: Cloud, logs: Logs) -> None:
    cloudwatch = aws.session(cloud.root).client("cloudwatch", endpoint_url=cloud.endpoint)
    (board,) = cloudwatch.list_dashboards()["DashboardEntries"]
    body = cloudwatch.get_dashboard(DashboardName=board["DashboardName"])["DashboardBody"]
    shown = {one.namespace for one in of_dashboard(body) if not one.namespace.startswith("AWS/")}
    lines = [one for one in logs.lines() if '"_aws"' in one]
    assert {one.namespace for line in lines for one in samples(line)} == shown


def test_every_line_with_metrics_keeps_to_the_format(
    logs: Logs, call: Call, user: Credentials
) -> None:
    call("POST", "/iam/presigned-urls", URLS, user)
    call("POST", "/iam/presigned-urls", '{"expiresIn"', user)
    lines = [one for one in logs.lines() if '"_aws"' in one]
    assert len(lines) > 3
    assert [fault for one in lines for fault in faults(one)] == []
    of_requests = [one for one in logs.lines() if '"record":"audit"' in one]
    assert [
        one for one in of_requests if '"_aws"' not in one and '"action":"change"' not in one
    ] == []
