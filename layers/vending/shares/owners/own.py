"""Lists, reads and takes back shares: a caller its own, and administrators all."""

import json
import re
from collections.abc import Callable, Iterator

from vending.answers import Page, Position
from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.errors import Fault, InvalidRequest, NotFound, TooLarge
from vending.grants.keys import Keys
from vending.shares.owner import identity_members, owner_part
from vending.shares.owners.effects import ShareEffects
from vending.shares.owners.state import as_json, for_administrators
from vending.shares.standing import Standing

SHARE_ID = "[0-9a-v]{16}"
PART = 50  # shares that are read together
SEARCHED = 1000  # shares of which one page looks for those of a target

type Entries = Iterator[tuple[Position, dict[str, object] | None]]
type Written = Callable[[Standing, ShareEffects], dict[str, object]]


def list_own(caller: Caller, page: Page, effects: ShareEffects) -> dict[str, object]:
    """One page of the caller's shares, the newest first."""
    ids = effects.owned(owner_part(caller.identity), page.start[0] if page.start else "")

    def entries() -> Entries:
        for standing in _standings(ids, effects):
            if standing.share.owner.unique == caller.identity.unique:
                yield (standing.share.id,), as_json(standing, effects)

    return page.answer("shares", entries())


def list_all(page: Page, target: str | None, effects: ShareEffects) -> dict[str, object]:
    """One page of all shares, the newest first.

    With a ``target``, only those that open some of its keys, now or when their owner is back.

    Raises:
        InvalidRequest: the target is not ``s3://`` text.
    """
    keys = _keys(target)
    ids = effects.every(page.start[0] if page.start else "")

    def entries() -> Entries:
        for place, standing in enumerate(_standings(ids, effects)):
            share = standing.share
            if keys is not None and place == SEARCHED:
                raise TooLarge("The rest is on the next page.")
            if keys is None:
                yield (share.id,), for_administrators(standing, effects)
                continue
            yield (share.id,), None  # read until here, whatever it is
            if keys.covers(share.target) or share.target.covers(keys):
                written = for_administrators(standing, effects)
                if written["state"] in ("live", "resting"):
                    yield (share.id,), written

    return page.answer("shares", entries())


def read_own(caller: Caller, id_: str, effects: ShareEffects) -> dict[str, object]:
    """The caller's share with this id; raises ``NotFound``."""
    return as_json(_own(caller, id_, effects), effects)


def read_any(id_: str, effects: ShareEffects) -> dict[str, object]:
    """The share with this id; raises ``NotFound``."""
    return for_administrators(_one(id_, effects), effects)


def take_own(caller: Caller, id_: str, record: Record, effects: ShareEffects) -> dict[str, object]:
    """Take the caller's share back, for good. Idempotent. Raises ``NotFound``."""
    return _take(caller, _own(caller, id_, effects), record, effects, as_json)


def take_any(caller: Caller, id_: str, record: Record, effects: ShareEffects) -> dict[str, object]:
    """Take any share back, as an administrator."""
    return _take(caller, _one(id_, effects), record, effects, for_administrators)


def _take(
    caller: Caller, standing: Standing, record: Record, effects: ShareEffects, written: Written
) -> dict[str, object]:
    share = standing.share
    record.note(share=share.id, grant=share.grant)
    if share.used.taken is None:
        effects.take(share.id, json.dumps(identity_members(caller.identity)), effects.now)
    return written(_one(share.id, effects), effects)


def _own(caller: Caller, id_: str, effects: ShareEffects) -> Standing:
    standing = _one(id_, effects)
    if standing.share.owner.unique != caller.identity.unique:
        raise _none()
    return standing


def _one(id_: str, effects: ShareEffects) -> Standing:
    if re.fullmatch(SHARE_ID, id_):
        for standing in effects.standings([id_]):
            return standing
    raise _none()


def _none() -> NotFound:
    return NotFound("No share with this id.")


def _standings(ids: Iterator[str], effects: ShareEffects) -> Iterator[Standing]:
    """The standing of each share, read some at a time."""
    part: list[str] = []
    for id_ in ids:
        part.append(id_)
        if len(part) == PART:
            yield from effects.standings(part)
            part = []
    if part:
        yield from effects.standings(part)


def _keys(target: str | None) -> Keys | None:
    if target is None:
        return None
    try:
        return Keys.parse(target)
    except ValueError as error:
        detail = f"'target' {error}."
        raise InvalidRequest(detail, faults=[Fault("/target", detail)]) from None
