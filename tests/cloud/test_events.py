"""Every ``events/*.json`` through its deployed function."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.cloud import aws
from local.cloud.ministack import Cloud
from local.stack import template
from local.stack.deploy import Stack
from local.stack.invoke import function_of
from local.stack.seed import Seeded

ROOT = Path(__file__).parents[2]
TEMPLATE = template.read(ROOT / "template.yaml")
REFUSED, SCHEDULED = ROOT / "events/authorizer.json", ROOT / "events/reconciliation.json"
EVENTS = sorted({*(ROOT / "events").glob("*.json")} - {REFUSED, SCHEDULED})
STATUS = {
    "credentials-refused": 403,
    "sts": 400,  # nobody signed its token
    "credentials-role": 403,
    "admin-vend": 404,  # nor was there such a vend
    "web-identity-multipart-uploads": 403,
    "admin-revocation": 404,
    "admin-lift": 404,
    **{
        f"{door}multipart-uploads-{what}": 404  # no such upload runs
        for door in ("", "web-identity-")
        for what in ("parts", "completion", "abort")
    },
}

type Invoke = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def invoke(cloud: Cloud, stack: Stack, seeded: Seeded) -> Invoke:
    """The answer of the function that the template gives the event's route to."""
    resources = aws.cloudformation(cloud).describe_stack_resources(StackName=stack.name)
    names = {
        one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources["StackResources"]
    }

    def run(event: dict[str, Any], *, fails: bool = False) -> dict[str, Any]:
        answer = aws.functions(cloud).invoke(
            FunctionName=names[function_of(event, TEMPLATE)], Payload=json.dumps(event).encode()
        )
        assert ("FunctionError" in answer) is fails, answer
        response: dict[str, Any] = json.loads(answer["Payload"].read())
        return response

    return run


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_an_event_is_answered(path: Path, invoke: Invoke) -> None:
    response = invoke(json.loads(path.read_text()))
    assert response["statusCode"] == STATUS.get(path.stem, 200), response["body"]
    assert (
        json.loads(response["body"])
        if path.stem != "sts"
        else "InvalidIdentityToken" in response["body"]
    )


def test_the_authorizer_raises_what_api_gateway_answers_with_401(invoke: Invoke) -> None:
    assert invoke(json.loads(REFUSED.read_text()), fails=True)["errorMessage"] == "Unauthorized"


def test_every_route_of_the_template_has_an_event() -> None:
    events = [json.loads(path.read_text())["requestContext"] for path in EVENTS]
    routes = {
        (event["Properties"]["Method"], event["Properties"]["Path"])
        for resource in TEMPLATE["Resources"].values()
        for event in resource.get("Properties", {}).get("Events", {}).values()
        if event["Type"] == "Api"
    }
    assert {(one["httpMethod"], one["resourcePath"]) for one in events} == routes


@pytest.mark.invariant(8)
@pytest.mark.parametrize("stage", ["test-invoke-stage", None])
def test_a_test_invocation_is_nobody(stage: str | None, invoke: Invoke) -> None:
    event = json.loads((ROOT / "events/credentials.json").read_text())
    event["requestContext"]["stage"] = stage
    response = invoke(event)
    assert response["statusCode"] == 403
    assert json.loads(response["body"])["code"] == "NotAuthenticated"
