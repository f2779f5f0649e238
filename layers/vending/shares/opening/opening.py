"""Shows the first page of a link, and checks its password."""

from datetime import timedelta

from vending.audit.record import Record
from vending.callers.principal import partition_of
from vending.decision.decide import Decision
from vending.errors import AccessDenied, ShareOver
from vending.shares.disposition import saved_name
from vending.shares.judge import check_alive, check_unused
from vending.shares.limits import limits_of
from vending.shares.opening.effects import OpenEffects
from vending.shares.opening.found import Found, find
from vending.shares.opening.told import WRONG
from vending.shares.opening.tries import count_try, take_back
from vending.shares.opening.views import File, Folder, Password, Upload, View
from vending.shares.standing import Ticket
from vending.shares.token import BYTES, hash_of, token_text
from vending.sigv4.presign import endpoint_of

ADMITTED = timedelta(hours=1)


def show(token: str, source_ip: str, effects: OpenEffects) -> View:
    """The page that a ``GET`` of the link gets; nothing is counted or written.

    Raises:
        NotFound: there is no such link.
        ShareOver, AccessDenied: nothing would be given.
        Unavailable: the table failed.
    """
    found = find(token, None, source_ip, Record(""), effects)
    return first_page(found, Record(""), effects) if found.admitted else closed(found, effects)


def enter(found: Found, password: str, record: Record, effects: OpenEffects) -> View:
    """The first page for somebody with the password; counted before it is checked.

    Raises:
        TooManyRequests: there were too many tries.
        AccessDenied: the password is wrong.
        And everything that ``first_page`` raises.
    """
    share = found.share
    if share.password is None:
        return first_page(found, record, effects)
    closed(found, effects)
    one = count_try(share.id, found.source_ip, effects.tries)
    if not share.password.matches(password):
        raise AccessDenied("The password is wrong.", reason=WRONG)
    ticket = token_text(effects.random(BYTES))
    hashed = hash_of(ticket)
    assert hashed is not None  # of a token that was just made
    effects.save_ticket(hashed, Ticket(share.id, effects.now + ADMITTED))
    take_back(share.id, one, effects.tries)
    return first_page(found.with_ticket(ticket), record, effects)


def first_page(found: Found, record: Record, effects: OpenEffects) -> View:
    """The page of a share that would be given now; raises as ``judge``."""
    share = found.share
    _, decision = found.judged(share.target, record, effects)
    origin = origin_of(decision, effects)
    if share.kind == "upload":
        limits = limits_of(share, decision.match.grant)
        return Upload(
            about=found.about,
            ticket=found.ticket,
            origin=origin,
            bucket=bucket_of(decision, effects),
            most=limits.most,
            bytes_left=share.bytes_left,
            content_types=limits.types,
        )
    if share.target.is_prefix:
        return Folder(found.about, found.ticket, origin)
    name = share.file_name or saved_name(share.target.key)
    return File(found.about, name, found.ticket, origin)


def origin_of(decision: Decision, effects: OpenEffects) -> str:
    """The origin of S3 for the share's bucket, as browsers name it."""
    return "/".join(bucket_of(decision, effects).split("/", 3)[:3])


def bucket_of(decision: Decision, effects: OpenEffects) -> str:
    """The URL of the share's bucket, which ends with a slash."""
    location, partition = decision.location, partition_of(effects.role_arn)
    bucket = location.scope.bucket
    return endpoint_of(bucket, location.region, partition, effects.s3_endpoint).base


def admit(found: Found, effects: OpenEffects, *, new: bool) -> None:
    """Refuse somebody who has not entered the password, whatever else is to say.

    Without ``new``, for what was counted before.

    Raises:
        ShareOver, AccessDenied: as the page before the password.
    """
    if not found.admitted:
        closed(found, effects, new=new)
        found.check_admitted()


def closed(found: Found, effects: OpenEffects, *, new: bool = True) -> Password:
    """The page before the password, which says nothing but that a share is over."""
    try:
        check_alive(found.standing, effects.now)
        if new:
            check_unused(found.share)
    except ShareOver as error:
        raise ShareOver("This link is over.", reason=f"Hidden{error.reason}") from None
    except AccessDenied:
        pass  # it may work later: the password comes first
    return Password()
