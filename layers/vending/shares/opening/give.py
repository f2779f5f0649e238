"""Gives a file: decides, signs, counts, and only then tells where it is."""

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.decision.count import Counted
from vending.decision.decide import Decision
from vending.errors import Fault, InvalidRequest
from vending.grants.keys import Keys
from vending.sessions.durations import longest_url
from vending.shares.disposition import attachment, saved_name
from vending.shares.judge import over
from vending.shares.opening.effects import OpenEffects
from vending.shares.opening.found import Found
from vending.shares.share import Share
from vending.urls.signing import Signing, signing_for

SECONDS = 60  # of the URL to which a download leads


def give(found: Found, file: str | None, record: Record, effects: OpenEffects) -> str:
    """The URL of the share's file, or of one file of its folder; this is one use.

    Raises:
        InvalidRequest: the share has no such file.
        ShareOver, AccessDenied, and what ``signing_for`` raises: nothing is counted.
    """
    share = found.share
    if share.kind != "download":
        raise InvalidRequest("This link takes files; it gives none.")
    key = _key(share, file)
    caller, decision = found.judged(key, record, effects)
    signing = signed(caller, decision, SECONDS, 1, record, effects)
    name = (share.file_name if not share.target.is_prefix else None) or saved_name(key.key)
    query = (
        {}
        if decision.match.grant.active_content
        else {"response-content-disposition": attachment(name)}
    )
    url = signing.signer("GET", {}, query)(key.key)
    counted(share, 0, record, effects)
    return url


def signed(
    caller: Caller,
    decision: Decision,
    seconds: int,
    urls: int,
    record: Record,
    effects: OpenEffects,
) -> Signing:
    """A session that signs for at most so many seconds; raises as ``signing_for``."""
    lifetime = min(seconds, longest_url(decision.match.grant, effects.now))
    if lifetime < 1:
        raise over("Expired")
    return signing_for(caller, decision, lifetime, Counted(urls), record, effects)


def counted(share: Share, size: int, record: Record, effects: OpenEffects) -> None:
    """Count one use, the last thing before it is given; raises ``ShareOver`` and ``TooLarge``."""
    number = effects.use(share, record.vend_id, size)
    record.note(use=number, shareUses=1)


def _key(share: Share, file: str | None) -> Keys:
    target = share.target
    if file is None:
        if not target.is_prefix:
            return target
        raise _no_file("is required: the link leads to a folder")
    if not target.is_prefix:
        raise _no_file("unknown field: the link leads to one file")
    try:
        key = Keys(target.bucket, target.key + file)
    except ValueError:
        raise _no_file("there is no such file") from None
    if file.endswith("/"):
        raise _no_file("there is no such file")
    return key


def _no_file(detail: str) -> InvalidRequest:
    return InvalidRequest(f"file: {detail}.", faults=[Fault("/file", detail)])
