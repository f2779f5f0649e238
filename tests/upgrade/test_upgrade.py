"""From the version before to this one and back, with what is in the table and callers that go on.

Slow, since both are built and deployed: ``make test-upgrade``.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import boto3
import pytest
import urllib3

from local.cloud import aws, environments
from local.cloud.client import Answer, Call, Credentials, caller
from local.cloud.environments import REGION
from local.cloud.ministack import Cloud, running
from local.stack import seed
from local.stack.build import built
from local.stack.deploy import Stack, deploy
from tests.upgrade import previous

PARAMETERS = {"TrustAssumeS3User": "true"}
PART = 5 * 1024**2
SCHEDULED = {"block"}  # what the reconciler writes, whenever it runs
WANTED = {"target": "s3://hogehoge-bucket/reports/*", "permission": "READ"}
REPORT = [{"method": "GET", "target": "s3://hogehoge-bucket/reports/2026.csv"}]
NARROWED_LATER = {
    "id": "made-by-the-newer",
    "grantee": {"iam": "arn:aws:iam::123456789012:user/AssumeS3User"},
    "scope": "s3://hogehoge-bucket/tenants/acme/*",
    "permission": "READ",
}


@dataclass
class Story:
    """What happens on one cloud, in order; each test looks at one chapter."""

    cloud: Cloud
    call: Call
    user: Credentials
    administrator: Credentials
    stack: Stack
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)

    def ask(self, path: str, body: object) -> Answer:
        answer = self.call("POST", path, body, self.user)
        assert answer.status == 200, (path, answer.json)
        return answer

    def table(self) -> dict[tuple[str, str], str]:
        """Every item but the counters of rates and what the schedule keeps."""
        session = boto3.Session(self.cloud.root.access_key_id, self.cloud.root.secret_access_key)
        client = session.client("dynamodb", REGION, endpoint_url=self.cloud.endpoint)
        name = self.stack.outputs["TableName"]
        pages = client.get_paginator("scan").paginate(TableName=name)
        items = [item for page in pages for item in page["Items"]]
        return {
            (one["pk"]["S"], one["sk"]["S"]): one["document"]["S"]
            for one in items
            if "document" in one and one["pk"]["S"] not in SCHEDULED
        }


def put(url: dict[str, Any], body: bytes) -> str:
    """Its ETag."""
    with urllib3.PoolManager() as pool:
        answer = pool.request(url["method"], url["url"], body=body, headers=url["headers"])
    assert answer.status == 200, answer.data
    return str(answer.headers["ETag"])


def event(door: str, route: str, body: object, **context: object) -> dict[str, Any]:
    """What API Gateway sends to a function."""
    path = f"/{door}/{route}"
    known = {"httpMethod": "POST", "resourcePath": path, "stage": "v1", "requestId": "r"}
    return {
        "httpMethod": "POST",
        "resource": path,
        "path": path,
        "headers": {},
        "body": json.dumps(body),
        "requestContext": known | context,
    }


def vend_on(story: Story, token: str, stop: Event) -> None:
    """Credentials and URLs at both doors, over and over.

    By the functions' aliases, as API Gateway calls them: the local cloud makes a new API where AWS
    changes the one that is there.
    """
    client, region = aws.functions(story.cloud), "ap-northeast-1"
    resources = aws.cloudformation(story.cloud).describe_stack_resources(StackName="s3vend")
    names = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources["StackResources"]}

    def invoked(function: str, sent: Mapping[str, Any]) -> dict[str, Any]:
        answer = client.invoke(
            FunctionName=names[function], Qualifier="live", Payload=json.dumps(sent)
        )
        found: dict[str, Any] = json.loads(answer["Payload"].read())
        return found

    who = {
        "userArn": "arn:aws:iam::123456789012:user/AssumeS3User",
        "caller": "AIDA2EXAMPLEEXAMPLE1",
        "accountId": "123456789012",
        "sourceIp": "192.0.2.7",
    }
    asked = {
        "type": "REQUEST",
        "methodArn": f"arn:aws:execute-api:{region}:123456789012:api/v1/POST/web-identity/credentials",
        "multiValueHeaders": {"Authorization": [f"Bearer {token}"]},
        "requestContext": {"requestId": "r", "identity": {"sourceIp": "192.0.2.7"}},
    }
    while not stop.is_set():
        verified = invoked("AuthorizerFunction", asked).get("context", {})
        for function, route, body in (
            ("CredentialsFunction", "credentials", WANTED),
            ("PresignedUrlsFunction", "presigned-urls", {"expiresIn": 300, "requests": REPORT}),
        ):
            for door, context in (
                ("iam", {"identity": who}),
                ("web-identity", {"identity": {"sourceIp": "192.0.2.7"}, "authorizer": verified}),
            ):
                answer = invoked(function, event(door, route, body, **context))
                story.answers[f"{door} {route}", answer.get("statusCode", 0)] += 1


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return previous.unpacked(tmp_path_factory.mktemp("previous"))


@pytest.fixture(scope="module")
def before(tree: Path) -> Path:
    return previous.built(tree)


@pytest.fixture(scope="module")
def story(tree: Path, before: Path) -> Iterator[Story]:
    environments.forget_own()
    with running() as cloud:
        stack = deploy(cloud, before, PARAMETERS)
        seed.put_objects(cloud, seed.OBJECTS)
        user = seed.access_key(cloud, stack.outputs["UserName"])
        policy = stack.outputs["AdministratorsPolicyArn"]
        administrator = seed.new_user(cloud, seed.ADMINISTRATOR, policy)
        document = seed.vending(cloud.issuer.url, tree / "local" / "vending.yaml")
        seed.apply(stack, document, administrator)
        yield Story(cloud, caller(stack.url), user, administrator, stack)


def test_the_items_on_record_are_those_that_the_version_before_writes(tree: Path) -> None:
    document = (previous.HERE / "document.json").read_text(encoding="utf-8")
    recorded = (previous.HERE / "items.json").read_text(encoding="utf-8")
    assert previous.written(tree, document) == recorded


def test_it_is_upgraded_and_taken_back_under_callers_who_notice_nothing(
    story: Story, before: Path
) -> None:
    token = story.cloud.issuer.token({"sub": "104857600123456789012"})
    started = story.ask(
        "/iam/multipart-uploads",
        {
            "target": "s3://hogehoge-bucket/uploads/big",
            "size": 2 * PART,
            "partSize": PART,
            "expiresIn": 300,
        },
    ).json
    first = put(started["parts"][0], b"a" * PART)
    at_first, stack = story.table(), story.stack
    stop = Event()
    callers = Thread(target=vend_on, args=(story, token, stop))
    callers.start()
    try:
        upgraded = deploy(story.cloud, built(), PARAMETERS)
        story.call = caller(upgraded.url)
        assert same(upgraded) == same(stack)
        assert story.table() == at_first  # an upgrade writes nothing

        # The upload that the version before has started goes on.
        path = f"/iam/multipart-uploads/{started['uploadId']}"
        again = story.ask(f"{path}/parts", {"from": 2, "to": 2, "expiresIn": 300}).json
        finish(story, path, [first, put(again["parts"][0], b"b" * PART)])

        # A grant without new members is added.
        plain = {"version": 1, "grants": [NARROWED_LATER]}
        planned = story.call(
            "POST", "/admin/changes", plain | {"dryRun": True}, story.administrator
        )
        assert [one["action"] for one in planned.json["changes"]] == ["add"]
        seed.apply(upgraded, plain, story.administrator)
        later = story.ask(
            "/iam/multipart-uploads",
            {
                "target": "s3://hogehoge-bucket/uploads/later",
                "size": PART,
                "partSize": PART,
                "expiresIn": 300,
            },
        ).json

        back = deploy(story.cloud, before, PARAMETERS)
        story.call = caller(back.url)
        assert same(back) == same(stack)
        target = {"target": "s3://hogehoge-bucket/tenants/acme/*", "permission": "READ"}
        story.ask("/iam/credentials", target)
        path = f"/iam/multipart-uploads/{later['uploadId']}"
        again = story.ask(f"{path}/parts", {"from": 1, "to": 1, "expiresIn": 300}).json
        finish(story, path, [put(again["parts"][0], b"c" * PART)])
    finally:
        stop.set()
        callers.join()
    assert {status for _, status in story.answers} == {200}, story.answers
    assert min(story.answers.values()) > 10, story.answers


def same(stack: Stack) -> dict[str, str]:
    """What stays, beside the API, which is another here."""
    return {name: one for name, one in stack.outputs.items() if not name.startswith("Api")}


def finish(story: Story, path: str, tags: list[str]) -> None:
    """Join the parts."""
    url = story.ask(f"{path}/completion", {"expiresIn": 300}).json
    listed = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"
        for number, tag in enumerate(tags, 1)
    )
    body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>"
    with urllib3.PoolManager() as pool:
        answer = pool.request(url["method"], url["url"], body=body, headers=url["headers"])
    assert answer.status == 200, answer.data
    assert b"CompleteMultipartUploadResult" in answer.data, answer.data


@pytest.mark.parametrize(
    ("parameters", "user", "administrator", "stranger"),
    [
        ({"CallerAccounts": "111122223333"}, (200, 403), (403, 200), (403, 403)),
        (
            {"CallerAccounts": '""', "VpcEndpointIds": "vpce-0a1b2c3d"},
            (403, 403),
            (403, 403),
            (403, 403),
        ),
        ({"VpcEndpointIds": '""'}, (200, 403), (403, 200), (403, 403)),
    ],
    ids=["other accounts", "private", "neither"],
)
def test_a_resource_policy_opens_nothing_to_our_own_account(
    story: Story,
    parameters: dict[str, str],
    user: tuple[int, int],
    administrator: tuple[int, int],
    stranger: tuple[int, int],
) -> None:
    deployed = deploy(story.cloud, built(), PARAMETERS | parameters)
    name = f"Stranger{len(parameters)}{parameters.get('CallerAccounts', '')[:4].strip(chr(34))}"
    someone = seed.new_user(story.cloud, name)
    ask = caller(deployed.url)
    for who, expected in (
        (story.user, user),
        (story.administrator, administrator),
        (someone, stranger),
    ):
        seen = tuple(
            ask("GET", path, None, who).status for path in ("/iam/identity", "/admin/grants")
        )
        assert seen == expected


def test_a_parameter_that_is_emptied_is_empty_since_sam_would_go_on_with_the_last(
    story: Story,
) -> None:
    described = aws.cloudformation(story.cloud).describe_stacks(StackName="s3vend")["Stacks"][0]
    values = {one["ParameterKey"]: one.get("ParameterValue") for one in described["Parameters"]}
    assert not values["VpcEndpointIds"]
    assert not values["CallerAccounts"]
