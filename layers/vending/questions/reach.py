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
from vending.questions.doubts import doubts
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
    trusted, never_lent = standing.trusted(), sources.never_lent()
    if request.as_ and (faults := list(request.as_.unknown(trusted))):
        raise InvalidRequest(
            "The question names an issuer or claims that the service does not know.", faults=faults
        )
    document = _document(request, standing, trusted, at, never_lent)
    found = _reached(request, document, trusted)
    listed = _positions(found, str(current.revision), start, sources.in_time)
    answer = page.answer("reaches", listed) | {"at": iso(at), "revision": standing.revision}
    is_nobody = not (start or answer["reaches"] or "nextToken" in answer)
    if is_nobody and (doubted := doubts(request.targets, request.as_, standing, never_lent)):
        answer["warnings"] = doubted
    return answer


def _note(request: ReachRequest, record: Record, at: datetime) -> None:
    asks: dict[str, object] = {"at": iso(at)}
    if request.as_:
        asks["as"] = request.as_.as_json()
    if request.target:
        record.note(targets=[request.target.as_json()], targetCount=1)
    record.note(permission=request.permission and request.permission.value, asks=asks)


def _document(
    request: ReachRequest,
    standing: Standing,
    trusted: Mapping[str, Issuer],
    at: datetime,
    never_lent: Collection[str],
) -> Document:
    """What the question is about, with the grants alone that may answer it."""
    near, target = [request.as_.in_grants()] if request.as_ else [], request.target
    return Document(
        tuple(standing.grants(near, target)),
        tuple(trusted.values()),
        tuple(standing.locations(target.bucket if target else None)),
        at,
        tuple(never_lent),
    )


def _reached(
    request: ReachRequest, document: Document, trusted: Mapping[str, Issuer]
) -> Iterator[Reached]:
    asked = request.as_
    callers = asked.callers(trusted.get(asked.issuer or "")) if asked else None
    if target := request.target:
        return who(document, target, request.permission or Permission.READ, callers=callers)
    return what(document, callers, request.permission) if callers else iter(())


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
