"""Serves shares: ``/{door}/shares`` for owners, ``/admin/shares``, and the open ``/s/{token}``."""

import os
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from vending.answers import PARAMETERS, Page
from vending.audit.record import Record
from vending.aws.api import gateway
from vending.aws.api.responses import Answer
from vending.aws.api.routes import recorded_route
from vending.aws.environment import runtime
from vending.aws.environment.lending import Environment
from vending.aws.environment.seen import Seen
from vending.aws.environment.sharing import SharingEnvironment
from vending.aws.web.form import is_script, read_fields
from vending.aws.web.pages import page, redirect, wire_for
from vending.bodies.parse import parse
from vending.callers.caller import Caller
from vending.shares.opening import views
from vending.shares.opening.opening import show
from vending.shares.owners import own
from vending.shares.owners.create import create
from vending.shares.owners.request import ShareRequest
from vending.shares.uploading.posted import answer_form, answer_script

LINK = "/s/{token}"
DONE = "done"  # where S3 leads after a form; no token looks like it

logger = Logger()
environment = Environment.read(os.environ)
recording = partial(runtime.request_record, environment.settings.metrics_namespace)
sharing = SharingEnvironment.of(environment, os.environ["LINKS_URL_PARAMETER"])
seen = Seen.of(environment)


def make(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Make a share; only this answer has its link."""
    made = create(caller, parse(ShareRequest, request.body()), record, sharing.owners())
    return own.read_own(caller, made.share.id, sharing.owners()) | {
        "url": made.url,
        "vendId": record.vend_id,
    }


def list_own(request: gateway.Request) -> Answer:
    """One page of the caller's shares."""
    caller = request.caller()
    listed = Page.from_query(request.query(PARAMETERS), parts=1)
    found = own.list_own(caller, listed, sharing.owners())
    seen.note(caller)
    return found


def read_own(request: gateway.Request) -> Answer:
    """The caller's share with the id in the path."""
    request.query()
    caller = request.caller()
    found = own.read_own(caller, request.path("id"), sharing.owners())
    seen.note(caller)
    return found


def take_own(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Take the caller's share back."""
    taken = own.take_own(caller, request.path("id"), record, sharing.owners())
    return taken | {"vendId": record.vend_id}


def list_all(request: gateway.Request) -> Answer:
    """One page of all shares, or of those that open some keys."""
    request.caller()
    query = request.query((*PARAMETERS, "target"))
    listed = Page.from_query(query, parts=1)
    return own.list_all(listed, query.get("target"), sharing.owners())


def read_any(request: gateway.Request) -> Answer:
    """The share with the id in the path."""
    request.query()
    request.caller()
    return own.read_any(request.path("id"), sharing.owners())


def take_any(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Take any share back."""
    taken = own.take_any(caller, request.path("id"), record, sharing.owners())
    return taken | {"vendId": record.vend_id}


def open_link(request: gateway.Request) -> Answer:
    """The page of a link, which uses nothing up."""
    if (token := request.path("token")) == DONE:
        return page(views.Done())
    return page(show(token, request.source_ip(), sharing.opening()))


def use_link(request: gateway.Request) -> Answer:
    """Give what a form or a script asks for; one audit record, whatever comes of it."""
    with recording("share-open", request.ids) as record:
        source_ip, token = request.source_ip(), request.path("token")
        record.note(door="share", sourceIp=source_ip)
        effects = sharing.opening()
        if is_script(request.event):
            return answer_script(token, request.body(), source_ip, record, effects)
        fields = read_fields(request.event, request.body())
        given = answer_form(token, fields, source_ip, record, effects)
        return redirect(given) if isinstance(given, str) else page(given)


recorded = partial(recorded_route, recording, seen=seen.note)
OWN: dict[str, gateway.Route] = {
    "POST /{door}/shares": recorded("share", make),
    "GET /{door}/shares": list_own,
    "GET /{door}/shares/{id}": read_own,
    "DELETE /{door}/shares/{id}": recorded("unshare", take_own),
}
ROUTES: dict[str, gateway.Route] = {
    **{
        route.replace("{door}", door): answer
        for door in ("iam", "web-identity")
        for route, answer in OWN.items()
    },
    "GET /admin/shares": list_all,
    "GET /admin/shares/{id}": read_any,
    "DELETE /admin/shares/{id}": recorded_route(recording, "unshare", take_any),
    f"GET {LINK}": open_link,
    f"POST {LINK}": use_link,
}


@logger.inject_lambda_context(log_event=False)
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, object]:
    """Entry point."""
    wires = {f"{method} {LINK}": wire_for(event) for method in ("GET", "POST")}
    return gateway.answer(event, ROUTES, logger.error, wires=wires)
