"""``/admin/revocations``: the kill switch, and the reconciler that keeps it in force."""

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

SEARCH_SECONDS = 8.0  # of the 29 that API Gateway waits

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


def effects() -> RevokeEffects:
    """What revoking needs of this environment."""
    return RevokeEffects(
        read=partial(revocations.read, dynamodb, settings.table),
        add=partial(revocations.add, dynamodb, settings.table),
        lift=partial(revocations.lift, dynamodb, settings.table),
        vends=vends,
        locations=registered,
        ledger=LEDGER,
        role_arn=settings.role_arn,
        cache_seconds=settings.grants_cache_seconds,
        new_id=lambda: revocation_id(now(), token_bytes(5)),
    )


def vends(vend_id: str) -> Sequence[Vend]:
    """What this vend gave, and all that its session has served; empty: there is no record.

    Raises:
        TooLarge: it could not be found in time.
    """
    budget, until = logs.Budget.of(seconds=SEARCH_SECONDS), now()
    reads = logs.readers(cloudwatch, log_groups, budget)
    try:
        return vends_with(reads, vend_id, since=until - LONGEST_VEND, until=until)
    except TooLarge:
        raise TooLarge(
            "There is too much log to find this vend in time. Revoke its caller, which needs no "
            "search."
        ) from None


def registered() -> Iterator[Location]:
    """Every location; there are as many as buckets."""
    for _, document in entries(dynamodb, settings.table, "locations"):
        yield LocationBody.stored_location(document)


def listed(request: gateway.Request) -> Answer:
    """All revocations, the newest first, page by page."""
    request.caller()
    page, time = Page.from_query(request.query(PARAMETERS), parts=1), now()
    start = page.start[0] if page.start else ""
    found = revocations.every(dynamodb, settings.table, start=start)
    return page.answer("revocations", (((one.id,), one.as_json(time)) for one in found))


def one(request: gateway.Request) -> Answer:
    """One revocation by its id."""
    request.caller()
    request.query()
    if not (found := revocations.read(dynamodb, settings.table, asked(request))):
        raise NotFound("There is no such revocation.")
    return found.as_json(now())


def revoked(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """See ``vending.revocations.revoke.revoke``."""
    return revoke(caller, parse(RevocationRequest, request.body()), record, effects())


def lifted(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """See ``vending.revocations.revoke.lift``."""
    return lift(caller, asked(request), record, effects())


def asked(request: gateway.Request) -> str:
    """The id in the path, if it is of our form.

    Raises:
        NotFound: it is not, and DynamoDB might not take it as a key.
    """
    if not re.fullmatch(REVOCATION_ID, id_ := request.path("id")):
        raise NotFound("There is no such revocation.")
    return id_


def reconciled(event_id: str) -> None:
    """Repair what drifted, and sweep what is over; by schedule, and after the stack is updated."""
    with deadline.lasting(deadline.ADMINISTRATION), recording("reconciliation", event_id) as record:
        if written := reconcile(LEDGER):
            record.note(reconciliation=written.as_recorded())
            if written.damaged:
                raise InternalError("Revocations are damaged.", reason="DamagedItem")


ROUTES: dict[str, gateway.Route] = {
    "GET /admin/revocations": listed,
    "POST /admin/revocations": recorded_route(recording, "revocation", revoked),
    "GET /admin/revocations/{id}": one,
    "DELETE /admin/revocations/{id}": recorded_route(recording, "lift", lifted),
}


@logger.inject_lambda_context(log_event=False)
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, object] | None:
    """Entry point."""
    if event.get("source") in ("aws.events", "aws.cloudformation"):  # of EventBridge
        reconciled(str(event.get("id")))
        return None
    return gateway.answer(event, ROUTES, logger.error, seconds=deadline.ADMINISTRATION)
