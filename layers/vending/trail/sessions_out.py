"""Lists sessions with credentials or URLs that are still valid, for ``/admin/sessions``."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from vending.answers import PARAMETERS, Page
from vending.audit.record import grant_members
from vending.decision.wanted import LISTED_TARGETS
from vending.sessions.durations import LONGEST
from vending.times import iso
from vending.trail.search import ABOUT, Search, settled_until
from vending.trail.vends import Read, Vend, has_members

MEMBERS = ("caller", "issuer", "subject", "grant", "sessionId", *ABOUT)
QUERY = (*MEMBERS, *PARAMETERS)
LONGEST_OUT = timedelta(seconds=LONGEST + 60)  # from a vend until its session ends; and a margin
LISTED_VENDS = 20

# Takes the role, the session's name and when it was first seen; returns what a revocation does to
# it, or None.
type Revoked = Callable[[str, str, datetime], str | None]


def sessions_out(
    read: Read, query: Mapping[str, str], page: Page, now: datetime, revoked: Revoked
) -> dict[str, object]:
    """One page of the sessions that are out, in the order of their ids.

    Raises:
        InvalidRequest: the value of a member is not valid.
        TooLarge: there are more records than can be read at once.
        Unavailable: the logs could not be read.
    """
    search = Search.from_query({name: query[name] for name in MEMBERS if name in query}, now)
    about = search.about  # all vends of a session have its bucket and its caller
    granted = {**search.members, "outcome": "granted"}
    lines = read(granted, now - LONGEST_OUT, now, about.words)
    start = page.start[0] if page.start else ""
    vends = (vend for line in lines for vend in Vend.all_of(line))
    found = by_session(vend for vend in vends if has_members(vend.members, search.members))
    answer = page.answer(
        "sessions",
        (
            ((id_,), summary(out, vends[0].at, revoked))
            for id_, vends in sorted(found.items())
            if id_ >= start
            and (out := [vend for vend in vends if vend.expires_at > now])
            and any(about.fits(vend.members) for vend in out)
        ),
    )
    return {**answer, **settled_until(now, now)}


def by_session(vends: Iterable[Vend]) -> dict[str, list[Vend]]:
    """The vends of each session, in the same order."""
    found: dict[str, list[Vend]] = {}
    for vend in vends:
        found.setdefault(vend.session_id, []).append(vend)
    return found


def summary(vends: Sequence[Vend], first: datetime, revoked: Revoked) -> dict[str, object]:
    """The members that describe a session by its vends; lists the last vends.

    ``first`` is when the first of all its vends was made.
    """
    last = vends[-1]
    revocation = revoked(last.role_arn, last.session_name, first)
    targets = [target for vend in vends for target in _as_list(vend.members.get("targets"))]
    permissions = {
        word for vend in vends for word in str(vend.members.get("permission", "")).split()
    }
    unique = {str(target): target for target in targets}
    return {
        "sessionId": last.session_id,
        "roleSessionName": last.session_name,
        "roleArn": last.role_arn,
        **last.caller,
        **grant_members(last.grants),
        **({"revocation": revocation} if revocation else {}),
        "permission": " ".join(sorted(permissions)),
        "targets": list(unique.values())[:LISTED_TARGETS],
        "since": iso(min(vend.at for vend in vends)),
        "expiresAt": iso(max(vend.expires_at for vend in vends)),
        "vendCount": len(vends),
        "vends": [
            {
                "vendId": vend.vend_id,
                "action": vend.members.get("action"),
                "time": iso(vend.at),
                "expiresAt": iso(vend.expires_at),
            }
            for vend in vends[-LISTED_VENDS:]
        ],
    }


def _as_list(targets: object) -> list[object]:
    return targets if isinstance(targets, list) else []
