"""Authorizes callers of the door web-identity by their token."""

import os
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from vending.aws.api.authorization import AuthorizationRequest, allow
from vending.aws.api.responses import causes
from vending.aws.environment import runtime
from vending.aws.environment.runtime import Settings
from vending.aws.environment.verification import Verification
from vending.aws.services.client import client
from vending.aws.services.deadline import VEND, lasting
from vending.errors import TokenRefused

logger = Logger()
settings = Settings.read(os.environ)
recording = partial(runtime.request_record, settings.metrics_namespace)
dynamodb = client("dynamodb", settings.region)
verification = Verification.of(dynamodb, settings)


class Unauthorized(Exception):
    """API Gateway answers 401 to an error with exactly this message, and 500 to any other."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


class Unavailable(Exception):
    """The token could not be verified now; the gateway responses make it a 503."""


@logger.inject_lambda_context(log_event=False)
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, object]:
    """Entry point."""
    request = AuthorizationRequest(event)
    try:
        with (
            lasting(VEND),
            recording("authentication", request.ids, failures_only=True) as record,
        ):
            record.note(door="web-identity", route=request.route, sourceIp=request.source_ip)
            identity = verification.identity(request.token(), record)
            return allow(request, identity, record.meter.elapsed())
    except TokenRefused:
        raise Unauthorized from None
    except Exception as error:  # noqa: BLE001 - no error may let a caller in
        logger.error("Unavailable", extra={"causes": causes(error)})  # noqa: TRY400 - messages may have secrets
        raise Unavailable from None
