"""The functions as Lambda loads them, against moto: answers, and the calls that they cost."""

import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from moto import mock_aws

from tests import tables
from tests.make import ACCOUNT, NOW, ROLE_ARN, grant, location
from vending.aws import store
from vending.aws.calls import client
from vending.changes import Change
from vending.grants import Grantee
from vending.layout import batches

ROOT = Path(__file__).parents[2]
CONTEXT = SimpleNamespace(
    function_name="f",
    memory_limit_in_mb=1,
    invoked_function_arn=f"arn:aws:lambda:ap-northeast-1:{ACCOUNT}:function:f",
    aws_request_id="r",
)

type Load = Callable[[str], ModuleType]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """``load("credentials")``: the function as it starts in a new execution environment."""
    environment = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "ap-northeast-1",
        "AWS_DEFAULT_REGION": "ap-northeast-1",
        "TABLE_NAME": "grants",
        "ROLE_ARN": ROLE_ARN,
        "GRANTS_CACHE_SECONDS": "10",
        "S3_ENDPOINT": "",
        "STS_ENDPOINT": "",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def module(name: str) -> ModuleType:
        # Loggers are one per service name and process, and keep the stdout that they began with.
        monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"{name}-{uuid4()}")
        spec = importlib.util.spec_from_file_location(name, ROOT / f"functions/{name}.py")
        assert spec
        assert spec.loader
        loaded = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(loaded)
        return loaded

    with mock_aws():
        dynamodb = client("dynamodb", "ap-northeast-1")
        tables.create(dynamodb, "grants")
        granted, registered = (
            grant("s3://hogehoge-bucket/reports/* READ"),
            location("hogehoge-bucket"),
        )
        others = [
            grant("s3://hogehoge-bucket/old/* READ", id="ended", expires=NOW),
            grant(
                "s3://hogehoge-bucket/new/* READ",
                id="of-a-later-user",
                grantee=Grantee(granted.grantee.iam, "AIDA2EXAMPLEEXAMPLE9"),
            ),
        ]
        changes = [
            *(Change("grant", one.id, "", None, one) for one in others),
            Change("grant", granted.id, "", None, granted),
            Change("location", registered.id, "", None, registered),
        ]
        (batch,) = batches(changes, {})
        store.commit(dynamodb, "grants", batch, 0)
        yield module


class Calls:
    """The AWS operations that a loaded function has called, as they went out."""

    def __init__(self, *clients: Any) -> None:
        self.made: list[str] = []
        for one in clients:
            one.meta.events.register("before-call", self.count)

    def count(self, model: Any, **_: Any) -> None:
        self.made.append(model.name)

    def taken(self) -> list[str]:
        made, self.made = self.made, []
        return made


def event(name: str, **body: object) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((ROOT / f"events/{name}.json").read_text())
    if body:
        read["body"] = json.dumps(json.loads(read["body"]) | body)
    return read


def test_credentials_cost_two_calls_first_and_then_one(load: Load) -> None:
    function = load("credentials")
    calls = Calls(function.dynamodb, function.assume_role.args[0])
    for expected in (["BatchGetItem", "AssumeRole"], ["AssumeRole"], ["AssumeRole"]):
        response = function.handler(event("credentials"), CONTEXT)
        assert response["statusCode"] == 200, response["body"]
        assert calls.taken() == expected


def test_urls_cost_two_calls_first_and_then_none(load: Load) -> None:
    function = load("presigned_urls")
    calls = Calls(function.dynamodb, function.sessions.assume_role.args[0])
    for expected in (["BatchGetItem", "AssumeRole"], [], []):
        response = function.handler(event("presigned-urls"), CONTEXT)
        assert response["statusCode"] == 200, response["body"]
        assert calls.taken() == expected


def test_a_refusal_costs_one_call_at_most_and_never_one_to_sts(load: Load) -> None:
    function = load("credentials")
    calls = Calls(function.dynamodb, function.assume_role.args[0])
    refused = event("credentials", target="s3://hogehoge-bucket/other/*")
    for expected in (["BatchGetItem"], [], []):
        assert function.handler(refused, CONTEXT)["statusCode"] == 403
        assert calls.taken() == expected
    assert function.handler(event("credentials", durationSeconds=1), CONTEXT)["statusCode"] == 400
    assert calls.taken() == []


def test_an_explanation_calls_no_sts_and_has_no_client_for_it(load: Load) -> None:
    function = load("access")
    calls = Calls(function.dynamodb)
    response = function.handler(event("explanations"), CONTEXT)
    assert json.loads(response["body"])["decision"] == "granted"
    assert calls.taken() == ["BatchGetItem"]
    assert "sts" not in vars(function)


@pytest.mark.parametrize("name", ["credentials", "presigned_urls"])
def test_one_record_goes_to_stdout_and_no_secret_with_it(
    name: str, load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    function = load(name)
    response = function.handler(event(name.replace("_", "-")), CONTEXT)
    lines = capsys.readouterr().out.splitlines()
    (record,) = [json.loads(line) for line in lines if json.loads(line).get("record") == "audit"]
    assert record["vendId"] == json.loads(response["body"])["vendId"]
    if name == "credentials":
        lent = json.loads(response["body"])["credentials"]
        assert not any(
            lent[secret] in "".join(lines) for secret in ("secretAccessKey", "sessionToken")
        )


def test_a_table_that_fails_is_a_503_with_a_record_and_nothing_is_vended(
    load: Load, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TABLE_NAME", "no-such-table")
    function = load("credentials")
    calls = Calls(function.assume_role.args[0])
    response = function.handler(event("credentials"), CONTEXT)
    assert response["statusCode"] == 503
    assert response["headers"]["Retry-After"]
    assert calls.taken() == []
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["outcome"] for one in lines if one.get("record") == "audit"] == ["failed"]
    assert [one["reason"] for one in lines if one.get("level") == "ERROR"] == [
        "ResourceNotFoundException"
    ]


def test_an_administrators_document_is_applied(load: Load) -> None:
    function = load("administration")
    response = function.handler(event("admin-changes", dryRun=False), CONTEXT)
    assert response["statusCode"] == 200, response["body"]
    assert json.loads(response["body"])["revision"] == 2
    listed = function.handler(event("admin-grants"), CONTEXT)
    ids = [one["id"] for one in json.loads(listed["body"])["grants"]]
    assert ids == ["a-grant", "ended", "of-a-later-user", "report-readers"]


def test_a_caller_sees_only_what_opens_something_for_it_now(load: Load) -> None:
    response = load("access").handler(event("grants"), CONTEXT)
    assert [one["id"] for one in json.loads(response["body"])["grants"]] == ["a-grant"]


ROUTES = {
    "credentials": ["credentials"],
    "presigned_urls": ["presigned-urls"],
    "access": ["grants", "identity", "explanations"],
    "administration": [
        *("admin-grants", "admin-grant", "admin-locations", "admin-location", "admin-changes")
    ],
}


@pytest.mark.parametrize(
    ("function", "name"), [(function, name) for function, names in ROUTES.items() for name in names]
)
def test_every_route_refuses_nobody_and_a_query_that_it_does_not_take(
    function: str, name: str, load: Load
) -> None:
    loaded = load(function)
    nobody = event(name)
    nobody["requestContext"]["stage"] = "test-invoke-stage"
    assert loaded.handler(nobody, CONTEXT)["statusCode"] == 403
    asking = event(name) | {"multiValueQueryStringParameters": {"x": ["1"]}}
    assert loaded.handler(asking, CONTEXT)["statusCode"] == 400


@pytest.mark.parametrize("id_", ["nothing", "x" * 2000, "a b", "é", ""])
def test_an_entry_that_cannot_be_there_is_not_found(id_: str, load: Load) -> None:
    asking = event("admin-grant") | {"pathParameters": {"id": id_}}
    assert load("administration").handler(asking, CONTEXT)["statusCode"] == 404
