"""``POST /{door}/presigned-urls``: signed locally, by a session that never leaves here."""

import os
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from vending.aws import gateway, store, sts
from vending.aws.calls import client
from vending.aws.runtime import Settings, new_id, now, recording
from vending.bodies import UrlsRequest
from vending.grants import iso
from vending.kept import Kept
from vending.parse import parse
from vending.signing_sessions import SigningSessions
from vending.vend import vend_urls

logger = Logger()
settings = Settings.read(os.environ)
dynamodb = client("dynamodb", settings.region)
kept = Kept(partial(store.load, dynamodb, settings.table), settings.grants_cache_seconds, now)
sessions = SigningSessions(
    partial(sts.assume_role, client("sts", settings.region, settings.sts_endpoint)), new_id
)


def presigned_urls(request: gateway.Request) -> gateway.Answer:
    """Signs all or nothing; see ``vending.vend.vend_urls``."""
    with recording("presigned-urls", request.id) as record:
        caller = request.caller()
        record.caller(caller)
        request.query()
        vended = vend_urls(
            caller,
            parse(UrlsRequest, request.body()),
            record,
            load_grants=kept.load,
            lasting_until=sessions.lasting_until,
            role_arn=settings.role_arn,
            s3_endpoint=settings.s3_endpoint,
            now=now(),
        )
    expires_at = iso(vended.expires_at)
    return {
        "urls": [
            {"method": method, "url": url, "headers": {}, "expiresAt": expires_at}
            for method, url in vended.urls
        ],
        "vendId": record.vend_id,
        "sessionId": vended.session_id,
    }


ROUTES = {
    "POST /iam/presigned-urls": presigned_urls,
    "POST /web-identity/presigned-urls": presigned_urls,
}


@logger.inject_lambda_context(log_event=False)
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, object]:
    """Entry point."""
    return gateway.answer(event, ROUTES, lambda code, members: logger.error(code, extra=members))
