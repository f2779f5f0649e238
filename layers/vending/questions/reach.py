"""``POST /admin/reach``: one page of who reaches some keys, or of what some callers reach."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from vending.answers import Page, Position
from vending.audit.record import Record
from vending.callers.issuer import Issuer
from vending.catalogue.history import Event
from vending.errors import Fault, InvalidRequest, PreconditionFailed, TooLarge
from vending.grants.grant import Grant, Permission
from vending.questions.caller import CallerBody
from vending.questions.past import past
from vending.questions.request import ReachRequest
from vending.questions.standing import Standing
from vending.reach.document import Document
from vending.reach.who import Reached, what, who
from vending.times import iso

PARTS = 2  # of a position: the revision, and how many answers come before
# Members of a grant.
SHOWN = (
    *("id", "owner", "description", "grantee", "scope", "permission", "expires"),
    *("sourceIp", "vpcEndpoint"),
)


@dataclass(frozen=True, slots=True)
class Sources:
    """What a question is answered from, and how long that may take."""

    standing: Callable[[], Standing]  # as it is now
    history: Callable[[], Iterable[Event]]  # from the newest change on
    never_lent: Callable[[], Collection[str]]
    now: datetime
    in_time: Callable[[], bool]  # whether more answers may be looked for in this page


def reach(request: ReachRequest, page: Page, record: Record, sources: Sources) -> dict[str, object]:
    """Answer one page of the question.

    Raises:
        InvalidRequest: the issuer or its claims are unknown, or the time is in the future or
            before the history.
        PreconditionFailed: the grants changed since the first page.
        Unavailable: the table failed.
    """
    at = request.at or sources.now
    _note(request, record, at)
    if at > sources.now:
        raise InvalidRequest(
            "The time is in the future.", faults=[Fault("/at", "must be in the past")]
        )
    current = sources.standing()
    start = _start(page, current)
    standing = past(current, sources.history(), at, sources.now) if request.at else current
    if faults := _unknown(request, standing):
        raise InvalidRequest(
            "The question names an issuer or claims that the service does not know.", faults=faults
        )
    found = _reached(request, standing, at, sources.never_lent())
    listed = _positions(found, str(current.revision), start, sources.in_time)
    return page.answer("reaches", listed) | {"at": iso(at), "revision": standing.revision}


def _note(request: ReachRequest, record: Record, at: datetime) -> None:
    asks: dict[str, object] = {"at": iso(at)}
    if request.as_:
        asks["as"] = request.as_.as_json()
    if request.target:
        record.note(targets=[request.target.as_json()], targetCount=1)
    record.note(permission=request.permission and request.permission.value, asks=asks)


def _reached(
    request: ReachRequest, standing: Standing, at: datetime, never_lent: Collection[str]
) -> Iterator[Reached]:
    asked = request.as_
    callers = asked.callers(_issuer(asked, standing)) if asked else None
    near = [request.as_.in_grants()] if request.as_ else []
    if target := request.target:
        near.append((f'"scope":"s3://{target.bucket}/',))
    document = Document(
        tuple(standing.grants(near)),
        tuple(standing.issuers()),
        tuple(standing.locations()),
        at,
        tuple(never_lent),
    )
    if target:
        return who(document, target, request.permission or Permission.READ, callers=callers)
    return what(document, callers, request.permission) if callers else iter(())


def _unknown(request: ReachRequest, standing: Standing) -> list[Fault]:
    asked = request.as_
    return list(asked.unknown(_issuer(asked, standing))) if asked else []


def _issuer(asked: CallerBody, standing: Standing) -> Issuer | None:
    return standing.issuer(asked.issuer) if asked.issuer else None


def _start(page: Page, standing: Standing) -> int:
    """How many answers come before the page."""
    if page.start is None:
        return 0
    revision, number = page.start
    if not re.fullmatch("[0-9]{1,9}", number):
        detail = "'nextToken' is not from this list; start again without it."
        raise InvalidRequest(detail, faults=[Fault("/nextToken", detail)])
    if revision != str(standing.revision):
        raise PreconditionFailed(
            "The grants changed since the first page. Ask again, without 'nextToken'."
        )
    return int(number)


def _positions(
    found: Iterable[Reached], revision: str, start: int, in_time: Callable[[], bool]
) -> Iterator[tuple[Position, Mapping[str, object] | None]]:
    """Yield the answers with their positions; ends the page early, after one, if time is up."""
    for number, one in enumerate(found):
        if number < start:
            continue
        position = (revision, str(number))
        if number > start and not in_time():
            yield position, None
            raise TooLarge("The page takes too long.")
        yield position, entry(one)


def entry(reached: Reached) -> dict[str, object]:
    """One answer as JSON."""
    return {
        "grants": [_grant(one) for one in reached.grants],
        "keys": reached.keys,
        "filled": dict(reached.filled),
        "whole": reached.is_whole,
        "exact": reached.is_exact,
        "example": {"caller": reached.caller.as_json(), "target": reached.key.as_json()},
    }


def _grant(grant: Grant) -> dict[str, object]:
    members = grant.as_json()
    return {name: members[name] for name in SHOWN if name in members}
