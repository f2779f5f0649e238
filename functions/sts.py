"""``/sts/{grantId}``: AssumeRoleWithWebIdentity as STS has it, decided by our grants."""

import os
import re
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from vending.aws.api import gateway
from vending.aws.api.responses import Answer
from vending.aws.api.sts_answer import STS, result
from vending.aws.api.sts_request import RoleRequest
from vending.aws.environment import runtime
from vending.aws.environment.runtime import Settings, new_id, now
from vending.aws.environment.verification import Verification
from vending.aws.services import sts
from vending.aws.services.client import client
from vending.aws.services.measuring import METER
from vending.aws.table import counters, grants
from vending.callers.caller import Caller
from vending.credentials.vend_grant import vend_grant
from vending.decision.effects import Rates
from vending.documents.grant import grant_of
from vending.errors import InvalidRequest
from vending.grants.grant import Grant
from vending.kept import Kept
from vending.table import catalogue_key

ROUTE = "POST /sts/{grantId}"

logger = Logger()
settings = Settings.read(os.environ)
recording = partial(runtime.recording, settings.metrics_namespace)
traced = os.environ["TRACED"] == "true"
dynamodb = client("dynamodb", settings.region)
verification = Verification.of(dynamodb, settings)
kept = Kept(partial(grants.load, dynamodb, settings.table), settings.grants_cache_seconds, now)
assume_role = partial(sts.assume_role, client("sts", settings.region, settings.sts_endpoint))
rates = Rates(
    settings.rate_limit, partial(counters.add, dynamodb, settings.table), settings.vends_uncounted
)


@METER.timed("table")
def grant_named(id_: str) -> Grant | None:
    """The grant of this id, as administrators have it; a decision still looks at its own item."""
    if not re.fullmatch("[A-Za-z0-9._-]{1,64}", id_):
        return None  # of no form that a grant has, and DynamoDB might not take it as a key
    key = catalogue_key("grant", id_)
    document = grants.read(dynamodb, settings.table, [key]).get(key)
    return None if document is None else grant_of(document)


kept_grants = Kept(grant_named, settings.grants_cache_seconds, now)


def assume_role_with_web_identity(request: gateway.Request) -> Answer:
    """Vends all that the grant in the path opens; the body's token says to whom.

    Until it has, the record is one of an authentication, as the authorizer's are: whoever sends
    nonsense to an open route is no refused caller, and no alarm on those.
    """
    with recording("authentication", request.id) as record:
        source_ip = request.source_ip()
        record.note(door="sts", sourceIp=source_ip)
        asked = RoleRequest.read(request, traced=traced)
        identity = verification.identity(asked.token, record)
        caller = Caller("sts", identity, source_ip, record.meter.elapsed())
        record.note(action="credentials")
        record.caller(caller)
        if asked.role_arn != settings.role_arn:
            raise InvalidRequest("RoleArn is not the role of this service: the stack's RoleArn.")
        vended = vend_grant(
            caller,
            request.path("grantId"),
            asked.duration_seconds,
            record,
            load_grant=kept_grants.load,
            load_grants=kept.load,
            assume_role=assume_role,
            rates=rates,
            role_arn=settings.role_arn,
            now=now(),
            new_id=new_id,
        )
        audience = verification.audience(asked.token, identity)
    return result(vended, identity, audience)


ROUTES: dict[str, gateway.Route] = {ROUTE: assume_role_with_web_identity}


@logger.inject_lambda_context(log_event=False)
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, object]:
    """Entry point."""
    return gateway.answer(event, ROUTES, logger.error, wires={ROUTE: STS})
