"""Serves ``/admin/revocations``, and runs the reconciler that keeps them in force."""

import os
import re
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
from vending.aws.environment.revoking import (
    issuer_finder,
    ledger_for,
    revoke_effects_for,
    vend_finder,
)
from vending.aws.environment.runtime import Settings, now
from vending.aws.services import deadline
from vending.aws.services.client import client
from vending.aws.table import revocations
from vending.bodies.parse import parse
from vending.callers.caller import Caller
from vending.errors import InternalError, NotFound
from vending.revocations.lift import lift
from vending.revocations.reconcile import reconcile
from vending.revocations.request import RevocationRequest
from vending.revocations.revocation import REVOCATION_ID
from vending.revocations.revoke import revoke

logger = Logger()
settings = Settings.read(os.environ)
recording = partial(runtime.request_record, settings.metrics_namespace)
dynamodb = client("dynamodb", settings.region)
LEDGER = ledger_for(settings, dynamodb, os.environ["DENIAL_POLICY_NAME"])
cloudwatch = client("logs", settings.region)
log_groups = os.environ["LOG_GROUPS"].split(",")
find_vends = vend_finder(cloudwatch, log_groups)
EFFECTS = revoke_effects_for(
    settings, dynamodb, LEDGER, find_vends, issuer_finder(cloudwatch, log_groups)
)


def list_revocations(request: gateway.Request) -> Answer:
    """One page of the revocations, the newest first."""
    request.caller()
    page, time = Page.from_query(request.query(PARAMETERS), parts=1), now()
    start = page.start[0] if page.start else ""
    covered = LEDGER.covered().marks
    found = revocations.every(dynamodb, settings.table, start=start)
    return page.answer("revocations", (((one.id,), one.as_listed(time, covered)) for one in found))


def read_revocation(request: gateway.Request) -> Answer:
    """The revocation with the id in the path."""
    request.caller()
    request.query()
    covered = LEDGER.covered().marks
    if not (found := revocations.read(dynamodb, settings.table, path_id(request))):
        raise NotFound("No revocation with this id.")
    return found.as_listed(now(), covered)


def post_revocation(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Revoke; see ``vending.revocations.revoke.revoke``."""
    return revoke(caller, parse(RevocationRequest, request.body()), record, EFFECTS)


def delete_revocation(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Lift a block; see ``vending.revocations.lift.lift``."""
    return lift(caller, path_id(request), record, EFFECTS)


def path_id(request: gateway.Request) -> str:
    """The id in the path.

    Raises:
        NotFound: it is not an id of ours, and DynamoDB may not accept it as a key.
    """
    if not re.fullmatch(REVOCATION_ID, id_ := request.path("id")):
        raise NotFound("No revocation with this id.")
    return id_


def run_reconciler(event_id: str) -> None:
    """Repair differences and remove ended denials; on schedule and after stack updates."""
    ids = {"requestId": event_id}
    with deadline.lasting(deadline.ADMINISTRATION), recording("reconciliation", ids) as record:
        if written := reconcile(LEDGER):
            record.note(reconciliation=written.as_recorded())
            if written.damaged:
                raise InternalError("Some revocations are damaged.", reason="DamagedItem")


ROUTES: dict[str, gateway.Route] = {
    "GET /admin/revocations": list_revocations,
    "POST /admin/revocations": recorded_route(recording, "revocation", post_revocation),
    "GET /admin/revocations/{id}": read_revocation,
    "DELETE /admin/revocations/{id}": recorded_route(recording, "lift", delete_revocation),
}


@logger.inject_lambda_context(log_event=False)
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, object] | None:
    """Entry point."""
    if event.get("source") in ("aws.events", "aws.cloudformation"):  # from EventBridge
        run_reconciler(str(event.get("id")))
        return None
    return gateway.answer(event, ROUTES, logger.error, seconds=deadline.ADMINISTRATION)
