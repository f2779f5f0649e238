"""The web-identity door: a token in, who it is about out, or nothing."""

import os
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from vending.aws import discovery, runtime, store
from vending.aws.answers import causes
from vending.aws.authorization import Asked, allowed
from vending.aws.calls import client
from vending.aws.deadline import VEND, lasting
from vending.aws.runtime import Settings, now
from vending.errors import TokenRefused
from vending.issuer import Issuer
from vending.issuer_keys import IssuerKeys
from vending.kept import Kept
from vending.oidc_fields import is_local
from vending.token import token_hash
from vending.web_identity import authenticate, read_keys

logger = Logger()
settings = Settings.read(os.environ)
recording = partial(runtime.recording, settings.metrics_namespace)
dynamodb = client("dynamodb", settings.region)


def trusted() -> dict[str, Issuer]:
    """The issuers in the table: one on this machine may be left there from where it was allowed."""
    return {
        url: issuer
        for url, issuer in store.issuers(dynamodb, settings.table).items()
        if settings.allow_local_issuers or not is_local(url)
    }


kept = Kept(trusted, settings.grants_cache_seconds, now)
keys = IssuerKeys(
    partial(discovery.fetch, allow_local=settings.allow_local_issuers), read_keys, now
)


class Unauthorized(Exception):
    """API Gateway answers 401 to an error with exactly this message, and 500 to any other."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


class Unavailable(Exception):
    """The caller could not be verified just now: the gateway responses make it a 503."""


@logger.inject_lambda_context(log_event=False)
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, object]:
    """Entry point."""
    asked = Asked(event)
    try:
        with (
            lasting(VEND),
            recording("authentication", asked.id, failures_only=True) as record,
        ):
            record.note(door="web-identity", route=asked.route, sourceIp=asked.source_ip)
            token = asked.token()
            record.note(tokenHash=token_hash(token))
            issuers = kept.load()
            identity = authenticate(token, record, issuers=issuers, find_key=keys.find, now=now())
            return allowed(asked, identity, record.meter.elapsed())
    except TokenRefused:
        raise Unauthorized from None
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody gets in
        logger.error("Unavailable", extra={"causes": causes(error)})  # noqa: TRY400 - no messages
        raise Unavailable from None
