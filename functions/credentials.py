"""``POST /{door}/credentials``: temporary credentials for just the targets."""

import os
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from vending.aws import gateway, store, sts
from vending.aws.calls import client
from vending.aws.runtime import Settings, new_id, now, recording
from vending.bodies import CredentialsRequest
from vending.grants import iso
from vending.kept import Kept
from vending.parse import parse
from vending.vend import vend_credentials

logger = Logger()
settings = Settings.read(os.environ)
dynamodb = client("dynamodb", settings.region)
kept = Kept(partial(store.load, dynamodb, settings.table), settings.grants_cache_seconds, now)
assume_role = partial(sts.assume_role, client("sts", settings.region, settings.sts_endpoint))


def credentials(request: gateway.Request) -> gateway.Answer:
    """Vends; see ``vending.vend.vend_credentials``."""
    with recording("credentials", request.id) as record:
        caller = request.caller()
        record.caller(caller)
        request.query()
        body = parse(CredentialsRequest, request.body())
        vended = vend_credentials(
            caller,
            body,
            record,
            load_grants=kept.load,
            assume_role=assume_role,
            role_arn=settings.role_arn,
            now=now(),
            new_id=new_id,
        )
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


ROUTES = {"POST /iam/credentials": credentials}


@logger.inject_lambda_context(log_event=False)
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, object]:
    """Entry point."""
    return gateway.answer(event, ROUTES, lambda code, members: logger.error(code, extra=members))
