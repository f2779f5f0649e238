"""Serves ``/{door}/presigned-urls`` and ``/{door}/multipart-uploads``: presigns URLs."""

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
from vending.aws.environment.seen import Seen
from vending.aws.services import s3
from vending.aws.table import uploads
from vending.bodies.parse import parse
from vending.callers.caller import Caller
from vending.sessions.signing_sessions import SigningSessions
from vending.uploads.request import AbortRequest, CompletionRequest, PartsRequest, UploadRequest
from vending.uploads.resume import end, resume, sign_parts
from vending.uploads.start import UploadEffects, start_upload
from vending.urls.compact import parse_urls
from vending.urls.signing import PresignEffects
from vending.urls.vend import vend_presigned

logger = Logger()
environment = Environment.read(os.environ)
settings, dynamodb = environment.settings, environment.dynamodb
recording = partial(runtime.request_record, settings.metrics_namespace)
seen = Seen.of(environment)
sessions = SigningSessions(environment.assume_role(), new_id, now)
connection = s3.connection()
gc.freeze()  # a batch makes thousands of objects; the garbage collector can skip older ones


def presign_effects() -> PresignEffects:
    """The effects of presigning now."""
    return PresignEffects(
        **environment.shared(),
        lasting_until=sessions.lasting_until,
        s3_endpoint=settings.s3_endpoint,
    )


def upload_effects() -> UploadEffects:
    """The effects of multipart uploads now."""
    return UploadEffects(
        **environment.shared(),
        lasting_until=sessions.lasting_until,
        s3_endpoint=settings.s3_endpoint,
        start=partial(s3.start_upload, connection),
        abort=partial(s3.abort_upload, connection),
        save=partial(uploads.save_upload, dynamodb, settings.table),
        load=partial(uploads.load_upload, dynamodb, settings.table),
        new_id=new_id,
    )


def presigned_urls(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Presign URLs for all requests or for none, in the full or the compact form."""
    vended = vend_presigned(caller, parse_urls(request.body()), record, presign_effects())
    return {**vended.as_json(), "vendId": record.vend_id}


def multipart_uploads(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Start an upload, and sign its first parts."""
    running = start_upload(caller, parse(UploadRequest, request.body()), record, upload_effects())
    return {**running.as_json(), **ids(record, running.signing.session_id)}


def parts(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Sign parts of a running upload, also parts that were signed before."""
    body = parse(PartsRequest, request.body())
    running, signed = sign_parts(caller, request.path("id"), body, record, upload_effects())
    members = {"parts": [part.as_json(running.expires_at) for part in signed]}
    return {**members, **ids(record, running.signing.session_id)}


def completion(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Sign the URL that joins the parts."""
    body = parse(CompletionRequest, request.body())
    running = resume(caller, request.path("id"), body.expires_in, record, upload_effects())
    url = running.completion(body.headers).as_json(running.expires_at)
    return {**url, **ids(record, running.signing.session_id)}


def abort(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Sign the URL that aborts the upload."""
    body = parse(AbortRequest, request.body())
    running = end(caller, request.path("id"), body.expires_in, record, upload_effects())
    url = running.abort().as_json(running.expires_at)
    return {**url, **ids(record, running.signing.session_id)}


def ids(record: Record, session_id: str) -> Answer:
    """The ids of the decision and the session, to look them up later."""
    return {"vendId": record.vend_id, "sessionId": session_id}


ACTIONS = {
    "presigned-urls": presigned_urls,
    "multipart-uploads": multipart_uploads,
    "multipart-uploads/{id}/parts": parts,
    "multipart-uploads/{id}/completion": completion,
    "multipart-uploads/{id}/abort": abort,
}
ROUTES = {
    f"POST /{door}/{path}": recorded_route(
        recording, path.replace("/{id}", ""), answer, seen=seen.note
    )
    for door in ("iam", "web-identity")
    for path, answer in ACTIONS.items()
}


@logger.inject_lambda_context(log_event=False)
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, object]:
    """Entry point."""
    return gateway.answer(event, ROUTES, logger.error)
