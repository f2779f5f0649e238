"""The functions as Lambda loads them, against moto: their answers and their calls to AWS."""

import importlib.util
import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.credentials import ContainerProvider
from botocore.exceptions import EndpointConnectionError
from botocore.session import Session
from moto import mock_aws

from tests.support.make import ACCOUNT, NOW, ROLE_ARN, USER_ARN, grant, location
from tests.support.stack import lists, tables
from tests.support.stack.embedded import faults, samples
from tests.support.tokens import AUDIENCE, ISSUER, claims, issuer, jwks, rsa_key, sign
from vending.aws.environment import lending
from vending.aws.environment.runtime import VERSION
from vending.aws.services.client import client
from vending.aws.table import catalogue, revocations
from vending.callers.identity import WebIdentity
from vending.callers.issuer import Claim
from vending.callers.principal import Principal
from vending.callers.token import token_hash
from vending.catalogue.batches import batches
from vending.catalogue.changes import Change
from vending.denials.denials import Denials, Place
from vending.denials.names import grant_part
from vending.denials.revoked import NEW_SESSIONS_AFTER
from vending.grants.grantee import IamGrantee, WebGrantee
from vending.grants.sharing import Sharing
from vending.times import iso

ROOT = Path(__file__).parents[3]
CONTEXT = SimpleNamespace(
    function_name="f",
    memory_limit_in_mb=1,
    invoked_function_arn=f"arn:aws:lambda:ap-northeast-1:{ACCOUNT}:function:f",
    aws_request_id="r",
)

OUTSIDE = WebGrantee("https://accounts.google.com", "104857600123456789012")
SILENT = "http://127.0.0.1:1"  # a port on which nothing listens

type Load = Callable[[str], ModuleType]


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The services for which botocore makes a client, whoever holds it."""
    made: list[str] = []
    create = Session.create_client

    def create_client(session: Session, service_name: str, *given: Any, **named: Any) -> Any:
        made.append(service_name)
        return create(session, service_name, *given, **named)

    monkeypatch.setattr(Session, "create_client", create_client)
    return made


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """``load("credentials")`` imports the function as a new execution environment does."""
    environment = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "ap-northeast-1",
        "AWS_DEFAULT_REGION": "ap-northeast-1",
        "TABLE_NAME": "grants",
        "ROLE_ARN": ROLE_ARN,
        "GRANTS_CACHE_SECONDS": "10",
        "RATE_LIMIT_REQUESTS": "0",
        "RATE_LIMIT_URLS": "0",
        "RATE_LIMIT_FAILURE": "refuse",
        "S3_ENDPOINT": "",
        "STS_ENDPOINT": "",
        "ALLOW_LOCAL_ISSUERS": "true",
        "ASSUMABLE_ROLES_PARAMETER": "/s3vend/s3vend/assumable-role-arns",
        "NEVER_LENT_PARAMETER": "/s3vend/s3vend/never-lent-buckets",
        "METRICS_NAMESPACE": "s3vend/s3vend",
        "LOG_GROUPS": "credentials,presigned_urls",
        "DENIAL_POLICY_NAME": "S3VendDenials",
        "HISTORY_DAYS": "400",
        "TRACED": "false",
        "SHARING": "false",
        "LINKS_URL_PARAMETER": "/s3vend/s3vend/links-url",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def module(name: str) -> ModuleType:
        # A process has one logger per service name, which keeps the stdout that it started with.
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
        lists.put(environment["NEVER_LENT_PARAMETER"], "*-audittrailbucket-*")
        granted, registered = (
            grant("s3://hogehoge-bucket/reports/* READ"),
            location("hogehoge-bucket"),
        )
        others = [
            grant("s3://hogehoge-bucket/old/* READ", id="ended", expires=NOW),
            grant(
                "s3://hogehoge-bucket/new/* READ",
                id="of-a-later-user",
                grantee=IamGrantee(Principal.parse(USER_ARN), "AIDA2EXAMPLEEXAMPLE9"),
            ),
            grant("s3://hogehoge-bucket/reports/* READ", id="outside", grantee=OUTSIDE),
        ]
        trusted = [
            issuer(jwks=jwks().decode(), claims=(Claim("tenant", ("tenant",)),), tenancy="own"),
            issuer(SILENT),
        ]
        changes = [
            *(Change("grant", one.id, "", None, one) for one in others),
            *(Change("issuer", one.id, "", None, one) for one in trusted),
            Change("grant", granted.id, "", None, granted),
            Change("location", registered.id, "", None, registered),
        ]
        (batch,) = batches(changes, {})
        catalogue.commit(dynamodb, "grants", batch, 0)
        yield module


class Calls:
    """The AWS operations that a loaded function has called, in order."""

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


def test_two_environments_stop_within_a_second_of_a_revocation(load: Load) -> None:
    """The one that has not heard reads the denials alone, and grants stay cached."""
    functions = [load("presigned_urls") for _ in range(2)]
    calls = [Calls(one.dynamodb, one.sessions.assume_role.args[0]) for one in functions]
    passed = 0.0
    for one in functions:
        one.environment.reads.clocks = lambda: (passed, passed)
        assert one.handler(event("presigned-urls"), CONTEXT)["statusCode"] == 200
    taken = [one.taken() for one in calls]
    assert taken == [["BatchGetItem", "AssumeRole"]] * 2
    moment = datetime.now(UTC) + timedelta(seconds=NEW_SESSIONS_AFTER)
    denied = Denials.of([(Place("grant", grant_part("a-grant")), moment)])
    revocations.save_denials(functions[0].dynamodb, "grants", denied.encode(), None)
    calls[0].taken()
    assert functions[1].handler(event("presigned-urls"), CONTEXT)["statusCode"] == 200
    passed = 1.0
    for one, called in zip(functions, calls, strict=True):
        answer = one.handler(event("presigned-urls"), CONTEXT)
        assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (503, "JustRevoked")
        assert 1 <= int(answer["headers"]["Retry-After"]) <= NEW_SESSIONS_AFTER
        assert called.taken() == ["BatchGetItem"]


def test_a_location_that_closes_offers_every_grant_in_its_bucket_whether_named_or_not(
    load: Load,
) -> None:
    function = load("administration")
    place = {"scope": "s3://hogehoge-bucket/*", "region": "ap-northeast-1"}
    for more, ended in (({}, None), ({"vpcEndpoint": "vpce-0a1b2c3d"}, 4)):
        asked = event("admin-changes")
        asked["body"] = json.dumps({"version": 1, "dryRun": True, "locations": [place | more]})
        answer = function.handler(asked, CONTEXT)
        assert answer["statusCode"] == 200, answer["body"]
        changes = json.loads(answer["body"])["changes"]
        assert [len(one["revocations"]) for one in changes] == ([ended] if ended else [])


def test_a_refusal_costs_one_call_at_most_and_never_one_to_sts(load: Load) -> None:
    function = load("credentials")
    calls = Calls(function.dynamodb, function.assume_role.args[0])
    refused = event("credentials", target="s3://hogehoge-bucket/other/*")
    for expected in (["BatchGetItem"], [], []):
        assert function.handler(refused, CONTEXT)["statusCode"] == 403
        assert calls.taken() == expected
    assert function.handler(event("credentials", durationSeconds=1), CONTEXT)["statusCode"] == 400
    assert calls.taken() == []


@pytest.mark.parametrize("name", ["credentials", "presigned_urls"])
def test_a_rate_limit_costs_one_call_more_and_beyond_it_there_is_none_to_sts(
    name: str,
    load: Load,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("RATE_LIMIT_REQUESTS", "2")
    function = load(name)
    assume_role = function.assume_role if name == "credentials" else function.sessions.assume_role
    calls = Calls(function.dynamodb, assume_role.args[0])
    for module in (function, lending):
        monkeypatch.setattr(module, "now", lambda: NOW.replace(second=18), raising=False)
    warm = ["AssumeRole"] if name == "credentials" else []
    for expected in (["BatchGetItem", "UpdateItem", "AssumeRole"], ["UpdateItem", *warm]):
        response = function.handler(event(name.replace("_", "-")), CONTEXT)
        assert response["statusCode"] == 200, response["body"]
        assert calls.taken() == expected
    capsys.readouterr()
    response = function.handler(event(name.replace("_", "-")), CONTEXT)
    assert (response["statusCode"], response["headers"]["Retry-After"]) == (429, "42")
    assert json.loads(response["body"])["code"] == "TooManyRequests"
    assert calls.taken() == ["UpdateItem"]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [told] = [one for one in lines if one.get("record") == "audit"]
    assert (told["outcome"], told["reason"]) == ("refused", "CallerRequests")


@pytest.mark.parametrize(("choice", "status"), [("refuse", 503), ("allow", 200)])
def test_what_happens_where_counting_fails_is_the_operators_choice(
    choice: str,
    status: int,
    load: Load,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("RATE_LIMIT_URLS", "2")
    monkeypatch.setenv("RATE_LIMIT_FAILURE", choice)
    function = load("presigned_urls")

    def fail(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb.example.com")

    monkeypatch.setattr(function.dynamodb, "update_item", fail)
    assert function.handler(event("presigned-urls"), CONTEXT)["statusCode"] == status
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    [told] = [one for one in lines if one.get("record") == "audit"]
    assert told["rateLimitFailure"] == "EndpointConnectionError"


def test_an_explanation_calls_no_sts_and_has_no_client_for_it(
    load: Load, services: list[str]
) -> None:
    function = load("access")
    calls = Calls(function.dynamodb)
    response = function.handler(event("explanations"), CONTEXT)
    assert json.loads(response["body"])["decision"] == "granted"
    assert calls.taken() == ["BatchGetItem"]
    assert set(services) == {"dynamodb"}


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


def test_a_table_that_is_not_there_is_a_424_with_a_record_and_nothing_is_vended(
    load: Load, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TABLE_NAME", "no-such-table")
    function = load("credentials")
    calls = Calls(function.assume_role.args[0])
    response = function.handler(event("credentials"), CONTEXT)
    assert response["statusCode"] == 424
    assert "Retry-After" not in response["headers"]
    assert calls.taken() == []
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["outcome"] for one in lines if one.get("record") == "audit"] == ["failed"]
    assert [one["reason"] for one in lines if one.get("level") == "ERROR"] == [
        "ServiceRefused: ResourceNotFoundException"
    ]


@pytest.mark.invariant(19)
@pytest.mark.parametrize(
    ("body", "recorded"),
    [
        ({"version": 1, "dryRun": True, "grants": [{}]}, True),
        ({"version": 1, "dryRun": False, "grants": [{}]}, False),
        ({"version": 1, "grants": [{}]}, False),
        ({"version": 1, "dryRun": "yes"}, None),
        ([], None),
    ],
)
def test_a_document_that_cannot_be_read_is_recorded_as_a_dry_run_if_it_asks_for_one(
    body: object, recorded: bool | None, load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    made = event("admin-changes") | {"body": json.dumps(body)}
    assert load("administration").handler(made, CONTEXT)["statusCode"] == 400
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (one,) = [line for line in lines if line.get("record") == "audit"]
    assert (one["code"], one.get("dryRun")) == ("InvalidRequest", recorded)


def test_an_administrators_document_is_applied(load: Load) -> None:
    function = load("administration")
    response = function.handler(event("admin-changes", dryRun=False), CONTEXT)
    assert response["statusCode"] == 200, response["body"]
    assert json.loads(response["body"])["revision"] == 2
    listed = function.handler(event("admin-grants"), CONTEXT)
    assert json.loads(listed["body"])["revision"] == 2
    ids = [one["id"] for one in json.loads(listed["body"])["grants"]]
    assert ids == ["a-grant", "ended", "of-a-later-user", "outside", "report-readers"]


def answered(function: ModuleType, name: str, **body: object) -> Any:
    response = function.handler(event(name, **body), CONTEXT)
    assert response["statusCode"] == 200, response["body"]
    return json.loads(response["body"])


def test_an_administrator_learns_who_reaches_a_key_now_and_before_a_change(load: Load) -> None:
    function = load("administration")
    target = "s3://hogehoge-bucket/reports/2026.csv"
    before = answered(function, "admin-reach", target=target)
    assert [one["grants"][0]["id"] for one in before["reaches"]] == ["a-grant"]
    assert before["revision"] == 1
    answered(function, "admin-changes", dryRun=False)
    after = answered(function, "admin-reach", target=target)
    assert [one["grants"][0]["id"] for one in after["reaches"]][-1] == "report-readers"
    assert after["revision"] == 2


def test_the_past_is_asked_for_by_its_history(load: Load) -> None:
    function: Any = load("administration")
    function.now = lambda: datetime.now(UTC) - timedelta(days=2)  # when the document is applied
    answered(function, "admin-changes", dryRun=False)
    yesterday = iso(datetime.now(UTC) - timedelta(days=1))
    answer = answered(function, "admin-reach", at=yesterday)
    assert (answer["at"], answer["revision"]) == (yesterday, 2)
    long_ago = event("admin-reach", at=iso(datetime.now(UTC) - timedelta(days=3)))
    response = function.handler(long_ago, CONTEXT)
    assert response["statusCode"] == 400
    assert "The history begins at" in json.loads(response["body"])["detail"]


def test_an_administrator_learns_what_the_service_would_decide_for_another_caller(
    load: Load,
) -> None:
    function = load("administration")
    asked = "s3://hogehoge-bucket/reports/*"
    answer = answered(function, "admin-explanations", target=asked, permission="READ")
    assert answer["decision"] == "granted"
    denied = Denials.of([(Place("grant", grant_part("a-grant")), None)])
    revocations.save_denials(function.dynamodb, "grants", denied.encode(), None)
    answer = answered(function, "admin-explanations", target=asked, permission="READ")
    assert answer["decision"] == "refused"


def staged_event(name: str, id_: str, **body: object) -> Any:
    return event(name, **body) | {"pathParameters": {"id": id_, "number": "0"}}


def test_a_staged_document_is_planned_written_and_shown(
    load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    function = load("administration")

    def ask(name: str, id_: str = "", **body: object) -> Any:
        response = function.handler(staged_event(name, id_, **body), CONTEXT)
        assert response["statusCode"] == 200, response["body"]
        return json.loads(response["body"])

    announced = ask("admin-stage")
    id_ = announced["id"]
    assert (announced["state"], announced["missing"]) == ("open", [0])
    assert ask("admin-stage")["id"] == id_
    assert ask("admin-staged-part", id_)["missing"] == []
    planned = ask("admin-staged-commit", id_, dryRun=True)
    assert (planned["state"], planned["counts"]) == ("planned", {"add": 1})
    (change,) = ask("admin-staged-changes", id_)["changes"]
    assert (change["action"], change["id"], change["before"]) == ("add", "large-document", None)
    assert ask("admin-staged")["staged"] == [ask("admin-staged-change", id_)]
    capsys.readouterr()
    applied = ask("admin-staged-commit", id_, dryRun=False, revision=1)
    assert (applied["state"], applied["revision"]) == ("applied", 2)
    assert applied["environmentsBy"]
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    change, request = [line for line in told if line.get("record") == "audit"]
    assert (change["action"], change["cause"], change["revision"]) == (
        "change",
        request["vendId"],
        2,
    )
    assert (request["action"], request["staged"], request["changes"]) == ("staged/commit", id_, 1)
    ids = [one["id"] for one in answered(function, "admin-grants")["grants"]]
    assert "large-document" in ids
    asked = answered(function, "admin-reach", target="s3://hogehoge-bucket/large/x")
    assert "large-document" in [one["grants"][0]["id"] for one in asked["reaches"]]
    late = function.handler(staged_event("admin-staged-cancel", id_), CONTEXT)
    assert late["statusCode"] == 412


def test_while_a_staged_document_is_written_other_changes_are_refused_with_its_id(
    load: Load,
) -> None:
    function = load("administration")
    table = function.dynamodb
    revision = {"pk": {"S": "revision"}, "sk": {"S": "revision"}}
    table.put_item(TableName="grants", Item=revision | {"document": {"S": f"1 {'a' * 16}"}})
    refused = function.handler(event("admin-changes", dryRun=False), CONTEXT)
    assert refused["statusCode"] == 409
    assert (json.loads(refused["body"])["code"], "a" * 16 in refused["body"]) == (
        "ChangeRunning",
        True,
    )
    assert function.handler(event("admin-grants"), CONTEXT)["statusCode"] == 200
    table.put_item(TableName="grants", Item=revision | {"document": {"S": f"1 {'a' * 16} half"}})
    for name in ("admin-grants", "admin-reach"):
        assert function.handler(event(name), CONTEXT)["statusCode"] == 503
    assert function.handler(event("admin-changes", dryRun=True), CONTEXT)["statusCode"] == 409


@pytest.mark.parametrize("id_", ["nothing", "x" * 2000, "A" * 16, "a" * 17, "é", ""])
def test_a_staged_change_that_cannot_be_there_is_not_found(id_: str, load: Load) -> None:
    function = load("administration")
    for name in ("change", "cancel", "part", "commit", "changes"):
        asked = staged_event(f"admin-staged-{name}", id_)
        assert function.handler(asked, CONTEXT)["statusCode"] == 404


def test_a_caller_sees_only_what_opens_something_for_it_now(load: Load) -> None:
    response = load("access").handler(event("grants"), CONTEXT)
    assert [one["id"] for one in json.loads(response["body"])["grants"]] == ["a-grant"]


ROUTES = {
    "credentials": [
        *("credentials", "credentials-role", "credentials-refused"),
        *("web-identity-credentials", "web-identity-container-credentials"),
    ],
    "presigned_urls": [
        *("presigned-urls", "presigned-urls-compact", "web-identity-presigned-urls"),
        *("multipart-uploads", "web-identity-multipart-uploads"),
        *(f"multipart-uploads-{what}" for what in ("parts", "completion", "abort")),
        *(f"web-identity-multipart-uploads-{what}" for what in ("parts", "completion", "abort")),
    ],
    "sts": ["sts"],
    "access": [
        *("grants", "identity", "explanations"),
        *("web-identity-grants", "web-identity-identity", "web-identity-explanations"),
    ],
    "administration": [
        *("admin-grants", "admin-grant", "admin-locations", "admin-location", "admin-changes"),
        *("admin-issuers", "admin-issuer", "admin-tests", "admin-test"),
        *("admin-reach", "admin-explanations"),
        *("admin-stage", "admin-staged", "admin-staged-change", "admin-staged-cancel"),
        *("admin-staged-part", "admin-staged-commit", "admin-staged-changes"),
    ],
    "audit": ["admin-audit", "admin-sessions", "admin-vend"],
    "revocations": ["admin-revocations", "admin-revocation", "admin-revoke", "admin-lift"],
    "shares": [
        *("shares-create", "shares", "share", "share-end"),
        *(f"web-identity-{what}" for what in ("shares-create", "shares", "share", "share-end")),
        *("admin-shares", "admin-share", "admin-share-end"),
    ],
}


# The caller has no other grants, and no upload is running.
STATUS = {
    "web-identity-multipart-uploads": 403,
    "web-identity-multipart-uploads-parts": 404,
    "web-identity-multipart-uploads-completion": 404,
    "web-identity-multipart-uploads-abort": 404,
    # No change is staged.
    "admin-staged-change": 404,
    "admin-staged-cancel": 404,
    "admin-staged-part": 404,
    "admin-staged-commit": 404,
    "admin-staged-changes": 404,
    "web-identity-shares-create": 403,
    "web-identity-share": 404,
    "web-identity-share-end": 404,
}


def test_every_event_runs_through_a_function_here() -> None:
    events = {path.stem for path in (ROOT / "events").glob("*.json")}
    assert events == {name for names in ROUTES.values() for name in names} | {
        "authorizer",
        "link",
        "link-use",
        "preflight",
        "reconciliation",
        "reconciliation-after-update",
    }


def test_the_function_of_preflights_answers_without_a_caller(load: Load) -> None:
    response = load("preflights").handler(event("preflight"), CONTEXT)
    assert response["statusCode"] == 204
    assert response["headers"]["Access-Control-Allow-Origin"] == "https://app.example.com"


def test_a_link_is_made_shown_used_and_taken_back(
    load: Load, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHARING", "true")
    shares = load("shares")
    lists.put("/s3vend/s3vend/links-url", "https://vend.example.com/v1")
    granted = grant("s3://hogehoge-bucket/shared/* READ", id="shared", sharing=Sharing())
    (batch,) = batches([Change("grant", "shared", "", None, granted)], {})
    catalogue.commit(shares.environment.dynamodb, "grants", batch, 1)
    made = shares.handler(event("shares-create"), CONTEXT)
    assert made["statusCode"] == 200, made["body"]
    share = json.loads(made["body"])
    token = share["url"].removeprefix("https://vend.example.com/v1/s/")
    at = {"pathParameters": {"token": token}}
    page = shares.handler(event("link") | at, CONTEXT)
    assert (page["statusCode"], page["headers"]["Content-Type"]) == (
        200,
        "text/html; charset=utf-8",
    )
    given = shares.handler(event("link-use") | at, CONTEXT)
    assert given["statusCode"] == 303
    assert given["headers"]["Location"].startswith("https://hogehoge-bucket.s3.")
    one = {"pathParameters": {"id": share["id"]}}
    assert json.loads(shares.handler(event("share") | one, CONTEXT)["body"])["uses"] == 1
    ended = json.loads(shares.handler(event("share-end") | one, CONTEXT)["body"])
    assert ended["state"] == "takenBack"
    assert shares.handler(event("link-use") | at, CONTEXT)["statusCode"] == 410
    written = capsys.readouterr().out
    records = [json.loads(line) for line in written.splitlines()]
    actions = [one["action"] for one in records if one.get("record") == "audit"]
    assert actions == ["share", "share-download", "unshare", "share-download"]
    assert token not in written
    signature = given["headers"]["Location"].rpartition("Signature=")[2]
    assert signature[:20] not in written


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


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (function, name)
        for function, names in ROUTES.items()
        for name in names
        if name.startswith("web-identity")
    ],
)
def test_every_route_of_the_web_identity_door_answers_whom_the_authorizer_names(
    function: str, name: str, load: Load
) -> None:
    loaded = load(function)
    response = loaded.handler(event(name), CONTEXT)
    assert response["statusCode"] == STATUS.get(name, 200), response["body"]
    signed = event(name)
    signed["requestContext"]["identity"] = event("credentials")["requestContext"]["identity"]
    del signed["requestContext"]["authorizer"]
    assert loaded.handler(signed, CONTEXT)["statusCode"] == 403


def test_who_is_outside_aws_sees_itself_and_its_grants(load: Load) -> None:
    function = load("access")
    calls = Calls(function.dynamodb)
    seen = json.loads(function.handler(event("web-identity-identity"), CONTEXT)["body"])
    assert seen["door"] == "web-identity"
    assert (seen["issuer"], seen["subject"]) == (OUTSIDE.issuer, OUTSIDE.subject)
    assert seen["version"] == VERSION
    assert "tokenHash" not in seen
    assert calls.taken() == []
    listed = json.loads(function.handler(event("web-identity-grants"), CONTEXT)["body"])
    assert [one["id"] for one in listed["grants"]] == ["outside"]


def asking(**query: str | list[str]) -> dict[str, Any]:
    """An SDK's request to its container credentials endpoint."""
    values = {name: [one] if isinstance(one, str) else one for name, one in query.items()}
    return event("web-identity-container-credentials") | {"multiValueQueryStringParameters": values}


REPORTS = {"target": "s3://hogehoge-bucket/reports/*", "permission": "READ"}


def test_sdks_get_credentials_as_they_read_them(load: Load) -> None:
    function = load("credentials")
    calls = Calls(function.dynamodb, function.assume_role.args[0])
    response = function.handler(asking(**REPORTS, durationSeconds="900"), CONTEXT)
    assert response["statusCode"] == 200, response["body"]
    assert response["headers"]["Content-Type"] == "application/json"
    assert response["headers"]["Cache-Control"] == "no-store"
    assert calls.taken() == ["BatchGetItem", "AssumeRole"]
    body = json.loads(response["body"])
    assert body.keys() == {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}
    left = datetime.fromisoformat(body["Expiration"]) - datetime.now(UTC)
    assert 890 < left.total_seconds() <= 900

    class Endpoint:
        def retrieve_full_uri(self, uri: str, headers: object = None) -> Any:
            return body

    endpoint: Any = Endpoint()
    environment = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "https://vend.example.com/"}
    loaded: Any = ContainerProvider(environment, endpoint).load()
    frozen = loaded.get_frozen_credentials()
    assert frozen.token == body["Token"]
    assert frozen.secret_key == body["SecretAccessKey"]


def test_sdks_may_name_several_targets_with_a_permission_each(load: Load) -> None:
    function = load("credentials")
    targets = [f"s3://hogehoge-bucket/reports/{name}" for name in "ab"]
    response = function.handler(asking(read=targets, durationSeconds="900"), CONTEXT)
    assert response["statusCode"] == 200, response["body"]
    assert "Token" in json.loads(response["body"])


@pytest.mark.parametrize(
    ("query", "status", "code", "words"),
    [
        (REPORTS | {"target": "s3://hogehoge-bucket/other/*"}, 403, "AccessDenied", "/target"),
        (REPORTS | {"permission": "WRITE"}, 403, "AccessDenied", "/target"),
        (REPORTS | {"durationSeconds": "899"}, 400, "DurationNotAllowed", "at least 900"),
        ({}, 400, "InvalidRequest", "/permission: is required"),
        ({"permission": "READ"}, 400, "InvalidRequest", "'target'"),
        (REPORTS | {"permission": "ADMIN"}, 400, "InvalidRequest", "/permission"),
        (REPORTS | {"target": "s3://hogehoge-bucket/pre*"}, 400, "InvalidRequest", "/target"),
        (REPORTS | {"durationSeconds": "15m"}, 400, "InvalidRequest", "/durationSeconds"),
        (REPORTS | {"durationSeconds": "900.0"}, 400, "InvalidRequest", "/durationSeconds"),
        (REPORTS | {"durationSeconds": "+900"}, 400, "InvalidRequest", "/durationSeconds"),
        (REPORTS | {"durationSeconds": "-900"}, 400, "InvalidRequest", "/durationSeconds"),
        (REPORTS | {"durationSeconds": "٩٠٠"}, 400, "InvalidRequest", "/durationSeconds"),
        (REPORTS | {"durationSeconds": "9" * 5000}, 400, "InvalidRequest", "/durationSeconds"),
        (REPORTS | {"durationSeconds": ""}, 400, "InvalidRequest", "/durationSeconds"),
        (REPORTS | {"privilege": "All"}, 400, "InvalidRequest", "/privilege"),
        (REPORTS | {"targets": "s3://hogehoge-bucket/a"}, 400, "InvalidRequest", "'targets'"),
        (REPORTS | {"duration_seconds": "900"}, 400, "InvalidRequest", "'duration_seconds'"),
        (REPORTS | {"policy": "{}"}, 400, "InvalidRequest", "'policy'"),
        (REPORTS | {"permission": ["READ", "READ"]}, 400, "InvalidRequest", "more than once"),
        (REPORTS | {"target": [REPORTS["target"]] * 2}, 400, "InvalidRequest", "more than once"),
        (REPORTS | {"read": REPORTS["target"]}, 400, "InvalidRequest", "either"),
        ({"read": "s3://hogehoge-bucket/pre*"}, 400, "InvalidRequest", "/targets/0"),
        ({"write": REPORTS["target"]}, 403, "AccessDenied", "/targets/0"),
        ({"Read": REPORTS["target"]}, 400, "InvalidRequest", "'Read'"),
        (
            {"read": [f"s3://hogehoge-bucket/reports/{n}" for n in range(21)]},
            400,
            "InvalidRequest",
            "/targets",
        ),
    ],
)
def test_sdks_get_errors_as_they_read_them(
    query: Mapping[str, Any],
    status: int,
    code: str,
    words: str,
    load: Load,
    capsys: pytest.CaptureFixture[str],
) -> None:
    function = load("credentials")
    calls = Calls(function.assume_role.args[0])
    response = function.handler(asking(**query), CONTEXT)
    body = json.loads(response["body"])
    assert (response["statusCode"], body["code"]) == (status, code)
    assert body.keys() == {"code", "message"}
    assert words in body["message"]
    assert response["headers"]["Content-Type"] == "application/json"
    assert calls.taken() == []
    (record,) = records(capsys.readouterr().out)
    assert (record["outcome"], record["code"]) == ("refused", code)
    assert record["subject"] == OUTSIDE.subject


def records(out: str) -> list[dict[str, Any]]:
    """The audit records among the lines on stdout."""
    lines = [json.loads(line) for line in out.splitlines()]
    return [line for line in lines if line.get("record") == "audit"]


def test_too_many_claims_are_refused_before_the_table_is_read(
    load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    many = WebIdentity(ISSUER, "alice", {"groups": list(range(100))}, "a-hash")
    for name, function, status in (
        ("web-identity-credentials", "credentials", 403),
        ("web-identity-container-credentials", "credentials", 403),
        ("web-identity-presigned-urls", "presigned_urls", 403),
        ("web-identity-grants", "access", 403),
        ("web-identity-explanations", "access", 200),
    ):
        loaded = load(function)
        calls = Calls(loaded.dynamodb)
        made = event(name)
        made["requestContext"]["authorizer"]["caller"] = many.encode()
        response = loaded.handler(made, CONTEXT)
        assert (response["statusCode"], json.loads(response["body"])["code"]) == (
            status,
            "TooManyClaims",
        )
        assert calls.taken() == []
        assert [one["outcome"] for one in records(capsys.readouterr().out)] == (
            [] if name.endswith("grants") else ["refused"]
        )


def test_an_administrator_reads_the_issuers(load: Load) -> None:
    function = load("administration")
    listed = json.loads(function.handler(event("admin-issuers"), CONTEXT)["body"])["issuers"]
    assert [one["issuer"] for one in listed] == [SILENT, ISSUER]
    one = event("admin-issuer") | {"pathParameters": {"id": "login.example.com"}}
    assert json.loads(function.handler(one, CONTEXT)["body"]) == listed[1]
    assert listed[1]["jwks"] == json.loads(jwks())


@pytest.mark.parametrize(
    ("kind", "still_needed"),
    [("issuers", "https://accounts.google.com"), ("locations", "hogehoge-bucket")],
)
def test_what_a_grant_needs_is_not_pruned_by_a_document_that_names_no_grants(
    kind: str, still_needed: str, load: Load
) -> None:
    function = load("administration")
    body = json.dumps({"version": 1, kind: [], "prune": True})
    response = function.handler(event("admin-changes") | {"body": body}, CONTEXT)
    assert response["statusCode"] == 400, response["body"]
    (fault,) = json.loads(response["body"])["errors"]
    assert fault["pointer"] == f"/{kind}"
    assert still_needed in fault["detail"]


@pytest.mark.parametrize("claims_listed", [["tenant"], ["tenant", "more"], []])
def test_all_grants_are_read_where_an_issuers_entry_changes_what_they_are_about(
    claims_listed: list[str], load: Load
) -> None:
    """The first document has a grant for a tenant; the second does not name that grant."""
    function = load("administration")
    calls = Calls(function.dynamodb)

    def applied(**members: object) -> tuple[int, str]:
        made = event("admin-changes") | {"body": json.dumps({"version": 1} | members)}
        response = function.handler(made, CONTEXT)
        return response["statusCode"], response["body"]

    tenant = {"issuer": ISSUER, "claims": {"tenant": "acme"}}
    granted = {"id": "acmes", "grantee": tenant, "permission": "READ"}
    assert applied(grants=[granted | {"scope": "s3://hogehoge-bucket/acme/*"}])[0] == 200
    assert calls.taken().count("Query") == 2  # issuers and tests
    changed = {"issuer": ISSUER, "audience": AUDIENCE, "claims": claims_listed, "tenancy": "own"}
    status, body = applied(issuers=[changed])
    assert status == (200 if claims_listed else 400)
    assert "acmes" in body or claims_listed
    assert calls.taken().count("Query") == 3


def test_the_grants_in_a_bucket_are_read_where_a_change_can_break_a_test_of_it(
    load: Load,
) -> None:
    function = load("administration")
    calls = Calls(function.dynamodb)

    def applied(**members: object) -> tuple[int, str]:
        made = event("admin-changes") | {"body": json.dumps({"version": 1} | members)}
        response = function.handler(made, CONTEXT)
        return response["statusCode"], response["body"]

    mine = {"id": "a", "grantee": {"iam": USER_ARN}, "permission": "WRITE"}
    only = {"id": "payroll", "scope": "s3://hogehoge-bucket/payroll/*", "onlyReachedBy": []}
    calls.taken()
    assert applied(tests=[only])[0] == 200
    assert calls.taken().count("Query") == 4  # issuers, locations, tests and grants
    elsewhere = mine | {"scope": "s3://other-bucket/payroll/*"}
    place = {"scope": "s3://other-bucket/*", "region": "ap-northeast-1"}
    assert applied(grants=[elsewhere], locations=[place])[0] == 200
    assert calls.taken().count("Query") == 2
    status, body = applied(grants=[mine | {"scope": "s3://hogehoge-bucket/payroll/*"}])
    assert status == 400
    assert "the grant 'a' lets" in body
    assert calls.taken().count("Query") == 3
    everything = only | {"id": "all", "scope": "s3://hogehoge-bucket/*"}
    status, body = applied(tests=[everything])
    assert status == 400
    assert "lets" in body
    listed = json.loads(function.handler(event("admin-tests"), CONTEXT)["body"])
    assert listed["tests"] == [only]
    assert json.loads(function.handler(event("admin-test"), CONTEXT)["body"]) == only


def lasting(**members: object) -> dict[str, object]:
    """Claims that are accepted now."""
    now = int(time.time())
    return claims(**{"iat": now, "exp": now + 600, "tenant": "acme"} | members)


def authorizing(*values: str) -> dict[str, Any]:
    """API Gateway's request to the authorizer, with these ``Authorization`` headers."""
    return event("authorizer") | {
        "headers": {"Authorization": values[-1]} if values else {},
        "multiValueHeaders": {"Authorization": list(values)} if values else {},
    }


@pytest.mark.parametrize("prefix", ["Bearer ", "bearer ", ""])
def test_a_token_that_is_accepted_becomes_the_context_of_this_one_route(
    prefix: str, load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    function = load("authorizer")
    token = sign(lasting())
    asked = authorizing(prefix + token)
    answer = function.handler(asked, CONTEXT)
    (statement,) = answer["policyDocument"]["Statement"]
    assert (statement["Effect"], statement["Resource"]) == ("Allow", asked["methodArn"])
    assert WebIdentity.read(answer["context"]["caller"]) == WebIdentity(
        ISSUER, "alice", {"tenant": "acme"}, token_hash(token)
    )
    out = capsys.readouterr().out
    assert records(out) == []
    assert token.split(".")[2] not in json.dumps(answer) + out


def test_issuers_are_read_in_one_query_and_kept_for_their_lifetime(load: Load) -> None:
    function = load("authorizer")
    calls = Calls(function.dynamodb)
    for expected in (["Query"], [], []):
        function.handler(authorizing(sign(lasting())), CONTEXT)
        assert calls.taken() == expected
    for token in ("x", sign(lasting(iss="https://other.example.com")), sign(lasting(aud="x"))):
        with pytest.raises(Exception, match=r"\AUnauthorized\Z"):
            function.handler(authorizing(token), CONTEXT)
    assert calls.taken() == []


def test_issuers_are_read_each_time_where_nothing_is_kept(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRANTS_CACHE_SECONDS", "0")
    function = load("authorizer")
    calls = Calls(function.dynamodb)
    for _ in range(2):
        function.handler(authorizing(sign(lasting())), CONTEXT)
    assert calls.taken() == ["Query", "Query"]


def test_the_authorizer_has_no_way_to_lend(load: Load, services: list[str]) -> None:
    function = load("authorizer")
    assert not {"sts", "assume_role", "sessions", "environment"} & vars(function).keys()
    function.handler(authorizing(sign(lasting())), CONTEXT)
    assert set(services) == {"dynamodb"}


@pytest.mark.parametrize(
    ("sentence", "make", "reason"),
    [
        ("no token", list, "Missing"),
        ("an empty one", lambda: [""], "Missing"),
        ("two tokens", lambda: [sign(lasting()), sign(lasting())], "Missing"),
        ("no JWT", lambda: ["Bearer abc"], "Malformed"),
        ("Bearer and nothing", lambda: ["Bearer "], "Malformed"),
        ("another scheme", lambda: ["Basic YTpi"], "Malformed"),
        ("too long", lambda: ["a" * 8193], "TooLong"),
        ("another issuer", lambda: [sign(lasting(iss="https://x.example.com"))], "IssuerUnknown"),
        ("another key", lambda: [sign(lasting(), key=rsa_key("other"))], "SignatureWrong"),
        ("another key id", lambda: [sign(lasting(), kid="other")], "KeyUnknown"),
        ("another algorithm", lambda: [sign(lasting(), algorithm="RS512")], "AlgorithmNotAllowed"),
        ("another audience", lambda: [sign(lasting(aud="https://x.example.com"))], "AudienceWrong"),
        ("expired", lambda: [sign(claims(iat=1, exp=2))], "Expired"),
        ("no subject", lambda: [sign(lasting(sub=None))], "SubjectMissing"),
        ("a claim that is an object", lambda: [sign(lasting(tenant={}))], "ClaimNotScalar"),
        ("claims that are too long", lambda: [sign(lasting(tenant="t" * 4096))], "ClaimsTooLong"),
    ],
)  # fmt: skip
def test_a_token_that_is_refused_is_told_only_to_the_record(
    sentence: str,
    make: Callable[[], list[str]],
    reason: str,
    load: Load,
    capsys: pytest.CaptureFixture[str],
) -> None:
    values = make()
    asked = authorizing(*values)
    with pytest.raises(Exception) as error:  # noqa: PT011 - its whole message is compared
        load("authorizer").handler(asked, CONTEXT)
    assert str(error.value) == "Unauthorized"
    out = capsys.readouterr().out
    (record,) = records(out)
    told = {name: record[name] for name in ("outcome", "code", "reason", "action", "door")}
    assert told == {
        "outcome": "refused",
        "code": "NotAuthenticated",
        "reason": reason,
        "action": "authentication",
        "door": "web-identity",
    }
    assert record["route"] == "GET /web-identity/identity"
    assert record["sourceIp"] == "192.0.2.7"
    for name in ("requestId", "extendedRequestId"):
        assert record[name] == asked["requestContext"][name]
    if reason == "Missing":
        assert "tokenHash" not in record
    else:
        assert record["tokenHash"] == token_hash(values[0].removeprefix("Bearer "))
    for part in (part for value in values for part in value.split(".")):
        assert len(part) < 10 or part not in out


def test_a_table_that_fails_is_no_bad_token(
    load: Load, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TABLE_NAME", "no-such-table")
    function = load("authorizer")
    token = sign(lasting())
    with pytest.raises(Exception) as error:  # noqa: PT011 - its whole message is compared
        function.handler(authorizing(token), CONTEXT)
    assert str(error.value) != "Unauthorized"
    assert error.value.__cause__ is None
    out = capsys.readouterr().out
    (record,) = records(out)
    reason = "ServiceRefused: ResourceNotFoundException"
    assert (record["outcome"], record["reason"]) == ("failed", reason)
    assert record["tokenHash"] == token_hash(token)
    assert not [part for part in token.split(".") if part in out]


@pytest.mark.parametrize(("allowed", "accepted"), [("true", True), ("false", False)])
def test_an_issuer_on_this_machine_is_trusted_only_while_that_is_allowed(
    allowed: str,
    accepted: bool,
    load: Load,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The table may have it from before; with pinned keys, no fetch would refuse it."""
    monkeypatch.setenv("ALLOW_LOCAL_ISSUERS", allowed)
    function = load("authorizer")
    local = issuer("http://127.0.0.1:8080", jwks=jwks().decode())
    (batch,) = batches([Change("issuer", local.id, "", None, local)], {})
    catalogue.commit(function.dynamodb, "grants", batch, 1)
    asked = authorizing(sign(lasting(iss=local.url)))
    if accepted:
        assert function.handler(asked, CONTEXT)["context"]
        return
    with pytest.raises(Exception, match=r"\AUnauthorized\Z"):
        function.handler(asked, CONTEXT)
    (record,) = records(capsys.readouterr().out)
    assert record["reason"] == "IssuerUnknown"


def test_an_issuer_that_does_not_answer_is_no_bad_token(
    load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    token = sign(lasting(iss=SILENT))
    with pytest.raises(Exception) as error:  # noqa: PT011 - its whole message is compared
        load("authorizer").handler(authorizing(token), CONTEXT)
    assert str(error.value) != "Unauthorized"
    out = capsys.readouterr().out
    (record,) = records(out)
    assert (record["outcome"], record["code"]) == ("failed", "Unavailable")
    assert record["issuer"] == SILENT
    assert "subject" not in record
    assert not [part for part in token.split(".") if part in out]


def measured(function: ModuleType, asked: dict[str, Any], capsys: Any) -> dict[str, float]:
    """The metrics without dimensions that CloudWatch reads from a request's audit record."""
    function.handler(asked, CONTEXT)
    (line,) = [one for one in capsys.readouterr().out.splitlines() if '"record":"audit"' in one]
    assert faults(line) == []
    return {one.metric: one.value for one in samples(line)}


def test_a_first_request_took_a_read_and_a_session_and_the_next_one_neither(
    load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    function, asked = load("presigned_urls"), event("presigned-urls")
    first, second = (measured(function, asked, capsys) for _ in range(2))
    assert first.keys() == {
        *("durationMs", "grantsMs", "stsMs", "signMs"),
        *("grantsCached", "sessionCached", "stsCalls", "packedPolicySize"),
    }
    assert (first["grantsCached"], first["sessionCached"], first["stsCalls"]) == (0, 0, 1)
    assert first["grantsMs"] + first["stsMs"] + first["signMs"] <= first["durationMs"] + 0.01
    assert min(first[f"{phase}Ms"] for phase in ("grants", "sts", "sign")) > 0
    assert second.keys() == {"durationMs", "signMs", "grantsCached", "sessionCached"}
    assert (second["grantsCached"], second["sessionCached"]) == (1, 1)


def test_credentials_are_never_kept_and_sign_nothing(
    load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    function = load("credentials")
    for cached in (0, 1):
        found = measured(function, event("credentials"), capsys)
        assert not {"sessionCached", "signMs"} & found.keys()
        assert (found["stsCalls"], found["grantsCached"]) == (1, cached)


def test_what_sts_throttles_is_counted_each_try(
    load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    function = load("credentials")
    sts_client = function.assume_role.args[0]

    def throttled(request: Any, **_: Any) -> AWSResponse:
        document = "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>"
        raw = SimpleNamespace(stream=lambda *_, **__: [document.encode()])
        return AWSResponse(request.url, 400, HTTPHeaders(), raw)

    sts_client.meta.events.register("before-send.sts.AssumeRole", throttled)
    found = measured(function, event("credentials"), capsys)
    assert (found["stsCalls"], found["stsThrottles"]) == (2, 2)
    assert found["stsMs"] > 0


def test_what_the_authorizer_took_is_in_the_record_of_the_request(
    load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = event("web-identity-explanations")
    assert measured(load("access"), asked, capsys)["authoriseMs"] == 0.412


def test_the_authorizer_says_what_it_took_and_leaves_no_line(
    load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = load("authorizer").handler(authorizing(f"Bearer {sign(lasting())}"), CONTEXT)
    assert 0 < answer["context"]["authoriseMs"] < 60_000
    assert "_aws" not in capsys.readouterr().out


def test_a_token_that_is_refused_is_counted_by_why(
    load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Exception, match=r"\AUnauthorized\Z"):
        load("authorizer").handler(authorizing("Bearer a.b.c"), CONTEXT)
    (line,) = [one for one in capsys.readouterr().out.splitlines() if '"record":"audit"' in one]
    assert faults(line) == []
    assert {one.dimensions for one in samples(line) if one.metric == "durationMs"} == {
        (("action", "authentication"), ("outcome", "refused")),
        (("action", "authentication"), ("reason", "Malformed")),
    }


def test_a_document_is_one_request_however_many_changes_it_makes(
    load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    body = {
        "version": 1,
        "grants": [],
        "locations": [{"scope": "s3://new/*", "region": "eu-west-1"}],
    }
    function = load("administration")
    function.handler(event("admin-changes") | {"body": json.dumps(body)}, CONTEXT)
    lines = [one for one in capsys.readouterr().out.splitlines() if '"record":"audit"' in one]
    assert sorted(json.loads(one)["action"] for one in lines) == ["change", "changes"]
    assert [json.loads(one)["action"] for one in lines if "_aws" in one] == ["changes"]
