"""Serves ``/{door}/grants``, ``/identity`` and ``/explanations``: what a caller may reach."""

import os
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from vending.answers import PARAMETERS, Page
from vending.audit.record import Record
from vending.aws.api import gateway
from vending.aws.api.responses import Answer
from vending.aws.api.routes import recorded_route
from vending.aws.environment import runtime
from vending.aws.environment.lending import Environment
from vending.aws.environment.runtime import VERSION, now
from vending.aws.environment.seen import Seen
from vending.aws.table import grants as table_grants
from vending.bodies.parse import parse
from vending.callers.caller import Caller
from vending.credentials.explain import explain
from vending.credentials.request import CredentialsRequest
from vending.denials.revoked import check_not_blocked, not_blocked
from vending.grants.never_lent import why_never_lent

logger = Logger()
environment = Environment.read(os.environ)
settings, dynamodb = environment.settings, environment.dynamodb
recording = partial(runtime.request_record, settings.metrics_namespace)
seen = Seen.of(environment)


def identity(request: gateway.Request) -> Answer:
    """The caller's identity as the service sees it, and the service's version."""
    request.query()
    caller = request.caller()
    seen.note(caller)
    return {"door": caller.door, **caller.identity.as_json(), "version": VERSION}


def grants(request: gateway.Request) -> Answer:
    """One page of the caller's grants, without those that open nothing now."""
    page = Page.from_query(request.query(PARAMETERS), parts=3)
    caller, time = request.caller(), now()
    keys = caller.identity.grantee_keys
    denials = environment.reads.load_denials()
    check_not_blocked(caller, denials)
    found = table_grants.grants_of_caller(dynamodb, settings.table, keys, page.start)
    answer = page.answer(
        "grants",
        (
            (position, grant.as_seen(scope))
            for position, grant in found
            if (scope := grant.scope_for(caller, time))
            and not_blocked([grant], denials)
            and not why_never_lent(scope.bucket, ())
        ),
    )
    seen.note(caller)
    return answer


def explanations(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Explain what the same credentials request would get, without vending."""
    body = parse(CredentialsRequest, request.body())
    return explain(caller, body, record, environment.effects())


EXPLANATIONS = recorded_route(recording, "explanations", explanations, seen=seen.note)
ROUTES = {
    "GET /iam/grants": grants,
    "GET /iam/identity": identity,
    "POST /iam/explanations": EXPLANATIONS,
    "GET /web-identity/grants": grants,
    "GET /web-identity/identity": identity,
    "POST /web-identity/explanations": EXPLANATIONS,
}


@logger.inject_lambda_context(log_event=False)
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, object]:
    """Entry point."""
    return gateway.answer(event, ROUTES, logger.error)
