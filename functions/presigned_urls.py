"""``{door}/presigned-urls`` and ``{door}/multipart-uploads``: signed by what never leaves here."""

import gc
import os
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from vending.audit.record import Record
from vending.aws.api import gateway
from vending.aws.api.responses import Answer
from vending.aws.api.routes import recorded_route
from vending.aws.environment import runtime
from vending.aws.environment.lending import Environment
from vending.aws.environment.runtime import new_id, now
from vending.aws.services import s3
from vending.aws.table import uploads
from vending.bodies.parse import parse
from vending.callers.caller import Caller
from vending.sessions.signing_sessions import SigningSessions
from vending.uploads.request import AbortRequest, CompletionRequest, PartsRequest, UploadRequest
from vending.uploads.resume import end, resume, sign_parts
from vending.uploads.start import UploadEffects, start_upload
from vending.urls.parse import parse_urls
from vending.urls.signing import PresignEffects
from vending.urls.vend import vend_presigned

logger = Logger()
environment = Environment.read(os.environ)
settings, dynamodb = environment.settings, environment.dynamodb
recording = partial(runtime.request_record, settings.metrics_namespace)
sessions = SigningSessions(environment.assume_role(), new_id, now)
connection = s3.connection()
gc.freeze()  # a batch makes thousands of objects; what there is now need not be searched for waste


def presigning() -> PresignEffects:
    """What presigning takes, now."""
    return PresignEffects(
        load_grants=environment.load_grants,
        rates=environment.rates,
        role_arn=settings.role_arn,
        now=now(),
        lasting_until=sessions.lasting_until,
        s3_endpoint=settings.s3_endpoint,
    )


def uploading() -> UploadEffects:
    """What multipart uploads take, now."""
    return UploadEffects(
        load_grants=environment.load_grants,
        rates=environment.rates,
        role_arn=settings.role_arn,
        now=now(),
        lasting_until=sessions.lasting_until,
        s3_endpoint=settings.s3_endpoint,
        start=partial(s3.start_upload, connection),
        abort=partial(s3.abort_upload, connection),
        save=partial(uploads.save_upload, dynamodb, settings.table),
        load=partial(uploads.load_upload, dynamodb, settings.table),
        new_id=new_id,
    )


def presigned_urls(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Signs all or nothing, in the form that is asked for."""
    vended = vend_presigned(caller, parse_urls(request.body()), record, presigning())
    return {**vended.as_json(), **ids(record, vended.session_id)}


def multipart_uploads(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Starts an upload; the first parts are signed with it."""
    running = start_upload(caller, parse(UploadRequest, request.body()), record, uploading())
    return {**running.as_json(), **ids(record, running.signing.session_id)}


def parts(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Signs parts of an upload that runs, also again."""
    body = parse(PartsRequest, request.body())
    running, signed = sign_parts(caller, request.path("id"), body, record, uploading())
    members = {"parts": [one.as_json(running.expires_at) for one in signed]}
    return {**members, **ids(record, running.signing.session_id)}


def completion(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Signs what joins the parts."""
    body = parse(CompletionRequest, request.body())
    running = resume(caller, request.path("id"), body.expires_in, record, uploading())
    url = running.completion(body.headers).as_json(running.expires_at)
    return {**url, **ids(record, running.signing.session_id)}


def abort(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Signs what ends the upload."""
    body = parse(AbortRequest, request.body())
    running = end(caller, request.path("id"), body.expires_in, record, uploading())
    url = running.abort().as_json(running.expires_at)
    return {**url, **ids(record, running.signing.session_id)}


def ids(record: Record, session_id: str) -> Answer:
    """Of the decision and the session, for whoever looks for them later."""
    return {"vendId": record.vend_id, "sessionId": session_id}


ACTIONS = {
    "presigned-urls": presigned_urls,
    "multipart-uploads": multipart_uploads,
    "multipart-uploads/{id}/parts": parts,
    "multipart-uploads/{id}/completion": completion,
    "multipart-uploads/{id}/abort": abort,
}
ROUTES = {
    f"POST /{door}/{path}": recorded_route(recording, path.replace("/{id}", ""), answer)
    for door in ("iam", "web-identity")
    for path, answer in ACTIONS.items()
}


@logger.inject_lambda_context(log_event=False)
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, object]:
    """Entry point."""
    return gateway.answer(event, ROUTES, logger.error)
