"""``{door}/credentials``: temporary credentials for just the targets."""

import os
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from vending.audit.record import Record
from vending.aws.api import gateway
from vending.aws.api.responses import SDKS, Answer
from vending.aws.environment import runtime
from vending.aws.environment.runtime import Settings, new_id, now
from vending.aws.services import sts
from vending.aws.services.client import client
from vending.aws.table import counters, grants
from vending.bodies.parse import checked, parse
from vending.callers.caller import Caller
from vending.credentials.request import CredentialsRequest
from vending.credentials.vend import VendedCredentials, vend_credentials
from vending.decision.effects import Rates
from vending.kept import Kept
from vending.times import iso

QUERY = ("target", "permission", "privilege", "durationSeconds")
NUMBER = re.compile("[0-9]{1,9}")

logger = Logger()
settings = Settings.read(os.environ)
recording = partial(runtime.recording, settings.metrics_namespace)
dynamodb = client("dynamodb", settings.region)
kept = Kept(partial(grants.load, dynamodb, settings.table), settings.grants_cache_seconds, now)
assume_role = partial(sts.assume_role, client("sts", settings.region, settings.sts_endpoint))
rates = Rates(
    settings.rate_limit, partial(counters.add, dynamodb, settings.table), settings.vends_uncounted
)


def credentials(request: gateway.Request) -> Answer:
    """Vends; see ``vending.credentials.vend.vend_credentials``."""
    with recording("credentials", request.id) as record:
        caller = request.caller()
        record.caller(caller)
        request.query()
        body = parse(CredentialsRequest, request.body())
        vended = vend(caller, body, record)
    lent = vended.credentials
    return {
        "credentials": {
            "accessKeyId": lent.access_key_id,
            "secretAccessKey": lent.secret_access_key,
            "sessionToken": lent.session_token,
            "expiration": iso(vended.expiration),
        },
        "matchedGrantTargets": [target.as_json() for target in vended.narrowed.targets],
        "permission": body.permission,
        "region": vended.narrowed.decision.location.region,
        "vendId": record.vend_id,
        "sessionId": vended.session_id,
    }


def container_credentials(request: gateway.Request) -> Answer:
    """The same as AWS's SDKs ask for it and read it: a query, and members of theirs."""
    with recording("credentials", request.id) as record:
        caller = request.caller()
        record.caller(caller)
        body = checked(CredentialsRequest, numbered(request.query(QUERY)))
        vended = vend(caller, body, record)
    lent = vended.credentials
    return {
        "AccessKeyId": lent.access_key_id,
        "SecretAccessKey": lent.secret_access_key,
        "Token": lent.session_token,
        "Expiration": iso(vended.expiration),
    }


def vend(caller: Caller, body: CredentialsRequest, record: Record) -> VendedCredentials:
    """The flow, with this environment's effects."""
    return vend_credentials(
        caller,
        body,
        record,
        load_grants=kept.load,
        assume_role=assume_role,
        rates=rates,
        role_arn=settings.role_arn,
        now=now(),
        new_id=new_id,
    )


def numbered(query: Mapping[str, str]) -> dict[str, object]:
    """The query as members of a body, where a duration is a number."""
    return {
        name: int(value) if name == "durationSeconds" and NUMBER.fullmatch(value) else value
        for name, value in query.items()
    }


ROUTES: dict[str, gateway.Route] = {
    "POST /iam/credentials": credentials,
    "POST /web-identity/credentials": credentials,
    "GET /web-identity/credentials": container_credentials,
}


@logger.inject_lambda_context(log_event=False)
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, object]:
    """Entry point."""
    return gateway.answer(
        event, ROUTES, logger.error, wires={"GET /web-identity/credentials": SDKS}
    )
