"""Serves ``/{door}/credentials``: vends temporary credentials for just the targets."""

import os
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from vending.audit.record import Record
from vending.aws.api import gateway
from vending.aws.api.responses import SDKS, Answer
from vending.aws.api.routes import recorded_route
from vending.aws.environment import runtime
from vending.aws.environment.lending import Environment
from vending.aws.environment.seen import Seen
from vending.bodies.parse import checked, parse
from vending.callers.caller import Caller
from vending.credentials.request import CredentialsRequest
from vending.credentials.vend import vend_credentials
from vending.times import iso

QUERY = ("target", "permission", "privilege", "durationSeconds")
OWN = {"read": "READ", "write": "WRITE", "readwrite": "READWRITE"}  # targets, by permission
NUMBER = "[0-9]{1,9}"

logger = Logger()
environment = Environment.read(os.environ)
dynamodb, assume_role = environment.dynamodb, environment.assume_role()
recording = partial(runtime.request_record, environment.settings.metrics_namespace)
seen = Seen.of(environment)


def credentials(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Vend credentials; see ``vending.credentials.vend.vend_credentials``."""
    body = parse(CredentialsRequest, request.body())
    vended = vend_credentials(caller, body, record, environment.lending(assume_role))
    temporary = vended.credentials
    return {
        "credentials": {
            "accessKeyId": temporary.access_key_id,
            "secretAccessKey": temporary.secret_access_key,
            "sessionToken": temporary.session_token,
            "expiration": iso(vended.expiration),
        },
        **vended.narrowed.as_answered(),
        "vendId": record.vend_id,
        "sessionId": vended.session_id,
    }


def container_credentials(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Vend credentials in the AWS SDKs' container format.

    It takes query parameters and answers with the SDKs' member names.
    """
    body = checked(CredentialsRequest, as_members(request.query_lists(QUERY, OWN)))
    vended = vend_credentials(caller, body, record, environment.lending(assume_role))
    temporary = vended.credentials
    return {
        "AccessKeyId": temporary.access_key_id,
        "SecretAccessKey": temporary.secret_access_key,
        "Token": temporary.session_token,
        "Expiration": iso(vended.expiration),
    }


def as_members(query: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """The query as members of a body, with the duration as a number."""
    members: dict[str, object] = {name: query[name][0] for name in QUERY if name in query}
    duration = str(members.get("durationSeconds"))
    if re.fullmatch(NUMBER, duration):
        members["durationSeconds"] = int(duration)
    if own := [
        {"target": target, "permission": OWN[name]}
        for name, targets in query.items()
        if name in OWN
        for target in targets
    ]:
        members["targets"] = own
    return members


CREDENTIALS = recorded_route(recording, "credentials", credentials, seen=seen.note)
ROUTES = {
    "POST /iam/credentials": CREDENTIALS,
    "POST /web-identity/credentials": CREDENTIALS,
    "GET /web-identity/credentials": recorded_route(
        recording, "credentials", container_credentials, QUERY, tuple(OWN), seen=seen.note
    ),
}


@logger.inject_lambda_context(log_event=False)
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, object]:
    """Entry point."""
    return gateway.answer(
        event, ROUTES, logger.error, wires={"GET /web-identity/credentials": SDKS}
    )
