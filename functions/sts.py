"""Serves ``/sts/{grantId}``: AssumeRoleWithWebIdentity in STS's format, for one grant."""

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
from vending.aws.environment.lending import Environment
from vending.aws.environment.runtime import clocks
from vending.aws.environment.seen import Seen
from vending.aws.environment.verification import Verification
from vending.aws.services.measuring import METER
from vending.aws.table.items import read_items
from vending.callers.caller import Caller
from vending.credentials.vend_grant import vend_grant
from vending.documents.grant import GrantBody
from vending.errors import InvalidRequest
from vending.grants.grant import Grant
from vending.kept import Kept
from vending.table import catalogue_key

ROUTE = "POST /sts/{grantId}"

logger = Logger()
environment = Environment.read(os.environ)
settings, dynamodb = environment.settings, environment.dynamodb
recording = partial(runtime.request_record, settings.metrics_namespace)
traced = os.environ["TRACED"] == "true"
seen = Seen.of(environment)
verification = Verification.of(dynamodb, settings)
assume_role = environment.assume_role()


@METER.timed("table")
def load_grant(id_: str) -> Grant | None:
    """The grant with this id from the catalogue; the decision still reads its own item."""
    if not re.fullmatch("[A-Za-z0-9._-]{1,64}", id_):
        return None  # not a grant's id, and DynamoDB may not accept it as a key
    key = catalogue_key("grant", id_)
    document = read_items(dynamodb, settings.table, [key]).get(key)
    return None if document is None else GrantBody.stored_grant(document)


kept_grants = Kept(load_grant, settings.grants_cache_seconds, clocks)


def assume_role_with_web_identity(request: gateway.Request) -> Answer:
    """Vend the whole scope of the grant in the path to the caller that the token names.

    Until the token is verified, the action is ``authentication``, so junk sent to this open route
    does not count as a refused caller.
    """
    with recording("authentication", request.ids) as record:
        source_ip = request.source_ip()
        record.note(door="sts", sourceIp=source_ip)
        parameters = RoleRequest.read(request, traced=traced)
        identity = verification.identity(parameters.token, record)
        caller = Caller("sts", identity, source_ip, record.meter.elapsed())
        record.note(action="credentials")
        record.add(caller.as_recorded())
        if parameters.role_arn != settings.role_arn:
            raise InvalidRequest(
                "RoleArn must be the role of this service, as in the stack's output RoleArn."
            )
        vended = vend_grant(
            caller,
            request.path("grantId"),
            parameters.duration_seconds,
            record,
            kept_grants.load,
            environment.lending(assume_role),
        )
        seen.note(caller)
        audience = verification.audience(parameters.token, identity)
    return result(vended, identity, audience)


ROUTES: dict[str, gateway.Route] = {ROUTE: assume_role_with_web_identity}


@logger.inject_lambda_context(log_event=False)
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, object]:
    """Entry point."""
    return gateway.answer(event, ROUTES, logger.error, wires={ROUTE: STS})
