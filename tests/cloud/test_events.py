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
from tests.cloud.conftest import Apply
from tests.support.events import EVENTS, REFUSED, ROOT, SCHEDULED, TESTS, check

TEMPLATE = template.read(ROOT / "template.yaml")

type Invoke = Callable[..., Any]


@pytest.fixture(scope="module")
def invoke(cloud: Cloud, stack: Stack, apply: Apply) -> Invoke:
    """The answer of the function that the template gives the event's route to."""
    apply(TESTS)
    resources = aws.cloudformation(cloud).describe_stack_resources(StackName=stack.name)
    names = {
        one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources["StackResources"]
    }

    def run(event: dict[str, Any], *, fails: bool = False) -> Any:
        answer = aws.functions(cloud).invoke(
            FunctionName=names[function_of(event, TEMPLATE)], Payload=json.dumps(event).encode()
        )
        assert ("FunctionError" in answer) is fails, answer
        return json.loads(answer["Payload"].read())

    return run


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_an_event_is_answered(path: Path, invoke: Invoke) -> None:
    check(path, invoke(json.loads(path.read_text())))


@pytest.mark.parametrize("path", SCHEDULED, ids=lambda path: path.stem)
def test_an_event_of_eventbridge_is_done(path: Path, invoke: Invoke) -> None:
    assert invoke(json.loads(path.read_text())) is None


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
    sent = {(one["httpMethod"], one["resourcePath"]) for one in events}
    others = {route for route in routes - sent if route[0] == "OPTIONS"}  # one stands for all nine
    assert sent == routes - others
    assert len(others) == 8


@pytest.mark.invariant(8)
@pytest.mark.parametrize("stage", ["test-invoke-stage", None])
def test_a_test_invocation_is_nobody(stage: str | None, invoke: Invoke) -> None:
    event = json.loads((ROOT / "events/credentials.json").read_text())
    event["requestContext"]["stage"] = stage
    response = invoke(event)
    assert response["statusCode"] == 403
    assert json.loads(response["body"])["code"] == "NotAuthenticated"
