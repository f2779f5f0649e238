"""Serves the catalogue below ``/admin``: its entries, changes to them, and questions on them."""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from vending.answers import PARAMETERS, Page
from vending.audit.record import Record
from vending.aws.api import gateway
from vending.aws.api.responses import Answer
from vending.aws.api.routes import recorded_route
from vending.aws.environment import parameters, runtime
from vending.aws.environment.changing import record_change
from vending.aws.environment.runtime import Settings, now
from vending.aws.services import deadline
from vending.aws.services.client import client
from vending.aws.table import catalogue
from vending.aws.table.items import entries, read_items
from vending.bodies.parse import parse
from vending.callers.caller import Caller
from vending.catalogue.apply import Catalogue, apply
from vending.catalogue.batches import Batch
from vending.catalogue.changes import Entry
from vending.catalogue.history import events
from vending.catalogue.proposal import Setting
from vending.documents.document import ChangesRequest, asks_dry_run
from vending.documents.expectation import ExpectationBody
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody
from vending.errors import InvalidRequest, NotFound
from vending.table import Key
from vending.times import iso

if TYPE_CHECKING:
    from vending.aws.environment.asking import Asking
    from vending.aws.staging.routes import Staging

logger = Logger()
settings = Settings.read(os.environ)
recording = partial(runtime.request_record, settings.metrics_namespace)
recorded = partial(recorded_route, recording)
history_kept = timedelta(days=int(os.environ["HISTORY_DAYS"]))
dynamodb = client("dynamodb", settings.region)
READERS: dict[str, Callable[[str], Entry]] = {
    "grants": GrantBody.stored_grant,
    "issuers": IssuerBody.stored_issuer,
    "locations": LocationBody.stored_location,
    "tests": ExpectationBody.stored_expectation,
}


def list_entries(request: gateway.Request, kind: str) -> Answer:
    """One page of the entries of a kind, in the order of their ids.

    Pages that have one ``revision``, the last read after the others, are of that revision.
    """
    request.caller()
    page = Page.from_query(request.query(PARAMETERS), parts=1)
    start = page.start[0] if page.start else ""
    revision = catalogue.revision(dynamodb, settings.table)  # before the entries
    found = entries(dynamodb, settings.table, kind, start=start, consistent=True)
    listed = (((key.sk,), READERS[kind](document).as_json()) for key, document in found)
    return page.answer(kind, listed) | {"revision": revision}


def read_entry(request: gateway.Request, kind: str) -> Answer:
    """The entry with the id in the path.

    Raises:
        NotFound: there is none.
    """
    request.caller()
    request.query()
    key = Key(kind, request.path("id"))
    # DynamoDB may not accept any other text as a key.
    keys = [key] if re.fullmatch("[A-Za-z0-9._~:=-]{1,200}", key.sk) else []
    documents = read_items(dynamodb, settings.table, keys, consistent=True)
    if key not in documents:
        raise NotFound(f"No entry with this id in {kind}.")
    return READERS[kind](documents[key]).as_json()


def has_keys(jwks: str) -> bool:
    """As ``web_identity.has_keys``; imports PyJWT late, since few documents pin keys."""
    from vending.callers.web_identity import has_keys  # noqa: PLC0415 - a tenth of a cold start

    return has_keys(jwks)


def commit(batch: Batch, revision: int) -> int:
    """Write a batch with its history, and return the next revision."""
    history = events(batch.changes, revision + 1, now(), history_kept)
    return catalogue.commit(dynamodb, settings.table, batch, revision, history)


CATALOGUE = Catalogue(
    revision=lambda: catalogue.read_revision(dynamodb, settings.table).free(),
    stored=partial(catalogue.stored_for, dynamodb, settings.table),
    items=partial(catalogue.decision_grants, dynamodb, settings.table),
    commit=commit,
)


def setting() -> Setting:
    """The stack, for whatever checks a document."""
    return Setting(
        role_arn=settings.role_arn,
        allow_local_issuers=settings.allow_local_issuers,
        has_keys=has_keys,
        now=now(),
        assumable_roles=partial(parameters.assumable_roles, settings),
        never_lent=partial(parameters.never_lent, settings),
        blocked=partial(catalogue.blocked, dynamodb, settings.table),
        sharing=settings.sharing,
    )


def changes(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Apply a document; one audit record for the request, and one for each written change."""
    on_change = partial(record_change, request.ids, caller, record)
    try:
        body = parse(ChangesRequest, request.body())
    except InvalidRequest:
        record.note(dryRun=asks_dry_run(request.body()))
        raise
    answer = apply(body, record, CATALOGUE, setting=setting(), on_change=on_change)
    if answer["applied"]:
        caches_expire = now() + timedelta(seconds=settings.grants_cache_seconds + 1)
        answer["environmentsBy"] = iso(caches_expire)
    return answer


@cache
def asking() -> "Asking":
    """What answers questions; imported late, since few requests are questions."""
    from vending.aws.environment.asking import Asking  # noqa: PLC0415 - a tenth of a cold start

    return Asking(settings, dynamodb)


def reach(request: gateway.Request, _: Caller, record: Record) -> Answer:
    """One page of who reaches some keys, or of what some callers reach."""
    return asking().reach(request.query(PARAMETERS), request.body(), record)


@cache
def staging() -> "Staging":
    """What serves staged changes; imported late, since few changes are large."""
    from vending.aws.staging.routes import Staging  # noqa: PLC0415 - a tenth of a cold start

    return Staging(settings, dynamodb, history_kept, asking().standing, setting)


def staged(name: str) -> Callable[..., Answer]:
    """A route of staged changes, which are large."""
    return lambda *given: getattr(staging(), name)(*given)  # noqa: PLW0108 - loads late


def explanations(request: gateway.Request, caller: Caller, record: Record) -> Answer:
    """Explain what another caller's credentials request would get, without vending."""
    return asking().explain(caller, request.body(), record)


ROUTES: dict[str, gateway.Route] = {
    "GET /admin/grants": partial(list_entries, kind="grants"),
    "GET /admin/grants/{id}": partial(read_entry, kind="grants"),
    "GET /admin/issuers": partial(list_entries, kind="issuers"),
    "GET /admin/issuers/{id}": partial(read_entry, kind="issuers"),
    "GET /admin/locations": partial(list_entries, kind="locations"),
    "GET /admin/locations/{id}": partial(read_entry, kind="locations"),
    "GET /admin/tests": partial(list_entries, kind="tests"),
    "GET /admin/tests/{id}": partial(read_entry, kind="tests"),
    "POST /admin/changes": recorded("changes", changes),
    "GET /admin/staged": staged("list"),
    "POST /admin/staged": recorded("staged", staged("stage")),
    "GET /admin/staged/{id}": staged("look"),
    "DELETE /admin/staged/{id}": recorded("staged/cancel", staged("cancel")),
    "PUT /admin/staged/{id}/parts/{number}": recorded("staged/parts", staged("put_part")),
    "POST /admin/staged/{id}/commit": recorded("staged/commit", staged("commit")),
    "GET /admin/staged/{id}/changes": staged("changes"),
    "POST /admin/reach": recorded("reach", reach, PARAMETERS),
    "POST /admin/explanations": recorded("explanations", explanations),
}


@logger.inject_lambda_context(log_event=False)
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, object]:
    """Entry point."""
    return gateway.answer(event, ROUTES, logger.error, seconds=deadline.ADMINISTRATION)
