"""Makes a share for a caller whose grant allows it."""

from collections.abc import Sequence
from copy import replace
from dataclasses import dataclass
from datetime import datetime, timedelta

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.decision.closest import Match
from vending.decision.count import Counted, count
from vending.decision.decide import Decision, decide
from vending.decision.effects import Known
from vending.denials.ended import Ended, ended_parts
from vending.denials.revoked import AHEAD
from vending.errors import AccessDenied, DurationNotAllowed, Fault, JustRevoked
from vending.grants.grant import Grant
from vending.sessions.session import signing_session
from vending.shares.owner import Owner
from vending.shares.owners.effects import NewShare, ShareEffects
from vending.shares.owners.request import ShareRequest
from vending.shares.password import SALT_BYTES, StoredPassword
from vending.shares.share import Share
from vending.shares.token import BYTES, hash_of, token_text
from vending.times import iso


@dataclass(frozen=True, slots=True)
class Created:
    """A new share, and the only copy of its link."""

    share: Share
    url: str


def create(caller: Caller, request: ShareRequest, record: Record, effects: ShareEffects) -> Created:
    """Make a share of the caller, and its link.

    Raises:
        AccessDenied: no grant that allows sharing covers the target.
        DurationNotAllowed: longer than the grant allows, or than the grant itself lasts.
        JustRevoked: shares of this moment would be over too.
        And everything else that ``decide`` and ``count`` raise. Nothing is written then.
        Unavailable: the table or the address of links failed, or a revocation came in between.
    """
    now = effects.now
    decision = _decide(caller, request, record, effects)
    grant = decision.match.grant
    check_duration(request.expires_in, grant, now)
    base_url = effects.base_url()  # before anything is written: nobody would learn the link
    narrowed = replace(grant, permission=request.wanted.permission)
    signing_session(  # refuses what no session could give
        caller, replace(decision, match=Match(narrowed, request.target)), effects
    )
    parts = ended_parts(caller.identity, grant.id)
    ended = effects.read_ended(parts)
    if Ended.read(ended.values()).has(now, caller.identity):
        raise JustRevoked(AHEAD)
    count(caller, [grant], Counted(), record, effects)
    share = _share(caller, request, grant, effects)
    token = token_text(effects.random(BYTES))
    record.note(share=share.id, expiresAt=iso(share.expires))
    hashed = hash_of(token)
    assert hashed is not None  # of a token that was just made
    owner = Owner(caller.identity, now)
    effects.save(NewShare(share, hashed, owner, {one: ended.get(one) for one in parts}))
    return Created(share, f"{base_url}/s/{token}")


def check_duration(seconds: int, grant: Grant, now: datetime) -> None:
    """Refuse a share that lives longer than its grant allows; raises ``DurationNotAllowed``."""
    longest = grant.sharing.longest if grant.sharing else 0
    limit = f"shares under the grant {grant.id!r} live at most {_in_words(longest)}"
    if grant.expires and now + timedelta(seconds=longest) > grant.expires:
        longest = int((grant.expires - now).total_seconds())
        limit = f"the grant {grant.id!r} ends at {iso(grant.expires)}"
    if seconds > longest:
        detail = f"expiresIn is {_in_words(seconds)}; {limit}."
        raise DurationNotAllowed(detail, faults=[Fault("/expiresIn", detail)])


def _decide(
    caller: Caller, request: ShareRequest, record: Record, effects: ShareEffects
) -> Decision:
    """The closest grant that allows sharing; others do not count."""

    def load(grantee_keys: Sequence[str], buckets: Sequence[str]) -> Known:
        known = effects.load_grants(grantee_keys, buckets)
        return replace(known, grants=tuple(one for one in known.grants if one.sharing))

    wanted = request.wanted
    try:
        decision = decide(caller, wanted, record, replace(effects, load_grants=load))
    except AccessDenied as error:
        if error.reason != "NoGrant":
            raise
        raise AccessDenied(
            f"None of your grants with 'sharing: true' allows {wanted.permission} on "
            f"{wanted.target}.",
            faults=[Fault("/target", "is not covered by a grant of yours that allows sharing")],
            reason="NoGrant",
        ) from None
    if decision.match.grant.vpc_endpoint or decision.location.vpc_endpoint:
        raise AccessDenied(
            f"{wanted.bucket} is only reached through a VPC endpoint, so it cannot be shared.",
            faults=[Fault("/target", "is only reached through a VPC endpoint")],
            reason="VpcEndpoint",
        )
    return decision


def _share(caller: Caller, request: ShareRequest, grant: Grant, effects: ShareEffects) -> Share:
    password = request.password
    return Share(
        id=effects.new_id(),
        kind=request.kind,
        target=request.target,
        owner=caller.identity,
        grant=grant.id,
        grantee=grant.grantee.table_key,
        created=effects.now,
        expires=effects.now.replace(microsecond=0) + timedelta(seconds=request.expires_in),
        max_uses=request.max_uses,
        password=StoredPassword.of(password, effects.random(SALT_BYTES)) if password else None,
        sender=request.from_,
        label=request.label,
        file_name=request.file_name,
        max_size=request.max_size,
        content_types=request.content_types,
    )


def _in_words(seconds: int) -> str:
    for unit, length in (("d", 24 * 3600), ("h", 3600), ("m", 60)):
        if seconds and seconds % length == 0:
            return f"{seconds} seconds ({seconds // length}{unit})"
    return f"{seconds} seconds"
