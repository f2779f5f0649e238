"""``{door}/grants``, ``/identity``, ``/explanations``: what a caller may reach, and why."""

import os
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from vending.answers import PARAMETERS, Page
from vending.aws.api import gateway
from vending.aws.api.responses import Answer
from vending.aws.environment import runtime
from vending.aws.environment.runtime import Settings, now
from vending.aws.services.client import client
from vending.aws.table import grants as table_grants
from vending.aws.table import revocations
from vending.bodies.parse import parse
from vending.credentials.explain import explain
from vending.credentials.request import CredentialsRequest
from vending.denials.revoked import check_not_blocked, not_blocked
from vending.kept import Kept

logger = Logger()
settings = Settings.read(os.environ)
recording = partial(runtime.recording, settings.metrics_namespace)
dynamodb = client("dynamodb", settings.region)
kept = Kept(
    partial(table_grants.load, dynamodb, settings.table), settings.grants_cache_seconds, now
)


def identity(request: gateway.Request) -> Answer:
    """Who the caller is to the service."""
    request.query()
    caller = request.caller()
    return {"door": caller.door, **caller.identity.as_json()}


def grants(request: gateway.Request) -> Answer:
    """What the caller may reach, page by page; a grant that opens nothing now is left out."""
    page = Page.asked(request.query(PARAMETERS), parts=3)
    caller, time = request.caller(), now()
    keys = caller.identity.grantee_keys
    denials = revocations.denied(dynamodb, settings.table)
    check_not_blocked(caller, denials)
    found = table_grants.grants_of_caller(dynamodb, settings.table, keys, page.start)
    return page.answer(
        "grants",
        (
            (position, grant.as_seen(scope))
            for position, grant in found
            if (scope := grant.scope_for(caller, time)) and not_blocked([grant], denials)
        ),
    )


def explanations(request: gateway.Request) -> Answer:
    """What the same credentials request would get, without vending."""
    with recording("explanations", request.id) as record:
        caller = request.caller()
        record.caller(caller)
        request.query()
        return explain(
            caller,
            parse(CredentialsRequest, request.body()),
            record,
            load_grants=kept.load,
            role_arn=settings.role_arn,
            rate_limit=settings.rate_limit,
            now=now(),
        )


ROUTES = {
    "GET /iam/grants": grants,
    "GET /iam/identity": identity,
    "POST /iam/explanations": explanations,
    "GET /web-identity/grants": grants,
    "GET /web-identity/identity": identity,
    "POST /web-identity/explanations": explanations,
}


@logger.inject_lambda_context(log_event=False)
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, object]:
    """Entry point."""
    return gateway.answer(event, ROUTES, logger.error)
