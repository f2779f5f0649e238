"""Serves ``/admin/revocations``, and runs the reconciler that keeps them in force."""

import os
import re
from collections.abc import Iterator, Sequence
from functools import partial
from secrets import token_bytes
from time import sleep
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from vending.answers import PARAMETERS, Page
from vending.audit.record import Record
from vending.aws.api import gateway
from vending.aws.api.responses import Answer
from vending.aws.api.routes import recorded_route
from vending.aws.environment import runtime
from vending.aws.environment.runtime import Settings, new_id, now
from vending.aws.services import deadline, logs
from vending.aws.services import iam as services_iam
from vending.aws.services.client import client
from vending.aws.table import lease, revocations
from vending.aws.table.items import entries
from vending.bodies.parse import parse
from vending.callers.caller import Caller
from vending.documents.location import LocationBody
from vending.errors import InternalError, NotFound, TooLarge
from vending.grants.location import Location
from vending.revocations.reconcile import Ledger, reconcile
from vending.revocations.request import RevocationRequest
from vending.revocations.revocation import REVOCATION_ID, revocation_id
from vending.revocations.revoke import RevokeEffects, lift, revoke
from vending.trail.vends import LONGEST_VEND, Vend, vends_with

SEARCH_SECONDS = 8.0  # of the 29 seconds that API Gateway waits

logger = Logger()
settings = Settings.read(os.environ)
recording = partial(runtime.request_record, settings.metrics_namespace)
policy_name = os.environ["DENIAL_POLICY_NAME"]
dynamodb = client("dynamodb", settings.region)
iam, cloudwatch = client("iam", settings.region), client("logs", settings.region)
log_groups = os.environ["LOG_GROUPS"].split(",")
LEDGER = Ledger(
    revocations=partial(revocations.readable, dynamodb, settings.table),
    denials=partial(revocations.denials, dynamodb, settings.table),
    save_denials=partial(revocations.save_denials, dynamodb, settings.table),
    has_policy=partial(services_iam.has_policy, iam, settings.role_arn, policy_name),
    put_policy=partial(services_iam.put_policy, iam, settings.role_arn, policy_name),
    take=partial(lease.take, dynamodb, settings.table),
    covered=partial(lease.covered, dynamodb, settings.table),
    release=partial(lease.release, dynamodb, settings.table),
    now=now,
    pause=sleep,
    new_id=new_id,
)


def revoke_effects() -> RevokeEffects:
    """The effects of revoking, in this environment."""
    return RevokeEffects(
        read=partial(revocations.read, dynamodb, settings.table),
        add=partial(revocations.add, dynamodb, settings.table),
        lift=partial(revocations.lift, dynamodb, settings.table),
        vends=vends,
        locations=locations,
        ledger=LEDGER,
        role_arn=settings.role_arn,
        cache_seconds=settings.grants_cache_seconds,
        new_id=lambda: revocation_id(now(), token_bytes(5)),
    )


def vends(vend_id: str) -> Sequence[Vend]:
    """The vend with this id and all others of its session; empty if there is no record.

    Raises:
        TooLarge: the logs are too long to find it in time.
    """
    budget, until = logs.Budget.of(seconds=SEARCH_SECONDS), now()
    reads = logs.readers(cloudwatch, log_groups, budget)
    try:
        return vends_with(reads, vend_id, since=until - LONGEST_VEND, until=until)
    except TooLarge:
        raise TooLarge(
            "The logs are too long to find this vend in time. Revoke the vend's caller instead, "
            "which needs no search."
        ) from None


def locations() -> Iterator[Location]:
    """All locations, one for each bucket."""
    for _, document in entries(dynamodb, settings.table, "locations"):
        yield LocationBody.stored_location(document)


def list_revocations(request: gateway.Request) -> Answer:
    """One page of the revocations, the newest first."""
    request.caller()
    page, time = Page.from_query(request.query(PARAMETERS), parts=1), now()
    start = page.start[0] if page.start else ""
    found = revocations.every(dynamodb, settings.table, start=start)
    return page.answer("revocations", (((each.id,), each.as_json(time)) for each in found))


def read_revocation(request: gateway.Request) -> Answer:
    """The revocation with the id in the path."""
    request.caller()
    request.query()
    if not (found := revocations.read(dynamodb, settings.table, path_id(request))):
        raise NotFound("No revocation with this id.")
    return found.as_json(now())


def post_revocation(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Revoke; see ``vending.revocations.revoke.revoke``."""
    return revoke(caller, parse(RevocationRequest, request.body()), record, revoke_effects())


def delete_revocation(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Lift a block; see ``vending.revocations.revoke.lift``."""
    return lift(caller, path_id(request), record, revoke_effects())


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
    with deadline.lasting(deadline.ADMINISTRATION), recording("reconciliation", event_id) as record:
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
