"""What the flows take of the world, with what a test does not care about filled in."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from tests.support.make import NOW, ROLE_ARN, location, rates
from vending.callers.caller import Caller
from vending.decision.closest import Match, closest_grants, matches
from vending.decision.decide import Decision
from vending.decision.effects import Effects, LoadDenials, LoadGrants, Rates
from vending.decision.wanted import Wants
from vending.denials.denials import NOTHING_DENIED, Denials
from vending.denials.revoked import NONE_REVOKED
from vending.grants.grant import Grant, Permission
from vending.grants.keys import Keys
from vending.grants.location import Location
from vending.sessions.session import AssumeRole, Lending, Lent, Session, session_for
from vending.sigv4.presign import Named
from vending.uploads.start import UploadEffects
from vending.uploads.upload import Upload
from vending.urls.signing import LastingUntil, PresignEffects


def nothing_denied() -> Denials:
    """A ``load_denials`` for tests that revoke nothing."""
    return NOTHING_DENIED


def effects(
    load_grants: LoadGrants, *, counted: Rates | None = None, now: datetime = NOW
) -> Effects:
    """For a decision."""
    return Effects(load_grants, nothing_denied, counted or rates(), ROLE_ARN, now, tuple)


def lending(
    load_grants: LoadGrants,
    assume_role: AssumeRole,
    *,
    counted: Rates | None = None,
    role_arn: str = ROLE_ARN,
    now: datetime = NOW,
    new_id: Callable[[], str] = lambda: "asession",
    load_denials: LoadDenials = nothing_denied,
) -> Lending:
    """For credentials."""
    return Lending(
        load_grants, load_denials, counted or rates(), role_arn, now, tuple, assume_role, new_id
    )


def presign_effects(
    load_grants: LoadGrants,
    lasting_until: LastingUntil,
    *,
    counted: Rates | None = None,
    role_arn: str = ROLE_ARN,
    now: datetime = NOW,
    s3_endpoint: str = "",
    load_denials: LoadDenials = nothing_denied,
) -> PresignEffects:
    """For presigned URLs."""
    return PresignEffects(
        load_grants,
        load_denials,
        counted or rates(),
        role_arn,
        now,
        tuple,
        lasting_until,
        s3_endpoint,
    )


def upload_effects(
    signing: PresignEffects,
    start: Callable[[str, Named], str],
    abort: Callable[[str], None],
    save: Callable[[Upload], None],
    load: Callable[[str], Upload | None],
    new_id: Callable[[], str],
) -> UploadEffects:
    """For multipart uploads."""
    return UploadEffects(
        signing.load_grants,
        signing.load_denials,
        signing.rates,
        signing.role_arn,
        signing.now,
        signing.never_lent,
        signing.lasting_until,
        signing.s3_endpoint,
        start,
        abort,
        save,
        load,
        new_id,
    )


def decided(grant: Grant, registered: Location | None = None) -> Decision:
    """For this grant, whose scope has no variables."""
    scope = grant.scope.fill({})
    return Decision(Match(grant, scope), registered or location(), NONE_REVOKED)


def one_session(
    who: Caller,
    decision: Decision,
    targets: Sequence[Keys],
    permission: Permission,
    duration: int,
    found: Effects,
    *,
    handed_out: bool = False,
) -> Session:
    """The session for one grant."""
    lent = Lent(decision, tuple(targets), permission)
    return session_for(who, [lent], duration, found, handed_out=handed_out)


def closest_grant(grants: Iterable[Grant], who: Caller, wanted: Wants, now: datetime) -> Match:
    """The closest grant that covers all targets alone."""
    (covered,) = closest_grants(matches(grants, who, now), wanted, 1)
    return covered.match
