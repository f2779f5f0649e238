"""Sessions that are out: what was vended and holds still, by session."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from vending.answers import PARAMETERS, Page
from vending.decision.wanted import LISTED_TARGETS
from vending.sessions.durations import LONGEST
from vending.times import iso
from vending.trail.search import Search, settled
from vending.trail.vends import Read, Vend

MEMBERS = ("caller", "issuer", "subject", "grant", "sessionId")
QUERY = (*MEMBERS, *PARAMETERS)
LONGEST_OUT = timedelta(
    seconds=LONGEST + 60
)  # from a vend to the end of what it gave, and a margin
LISTED_VENDS = 20


def sessions_out(
    read: Read, query: Mapping[str, str], page: Page, now: datetime
) -> dict[str, object]:
    """Those sessions in the order of their ids, page by page.

    Raises:
        InvalidRequest: a member that no record could have.
        TooLarge: more was vended than can be read at once.
        Unavailable: the log could not be read.
    """
    members = Search.from_query(
        {name: query[name] for name in MEMBERS if name in query}, now
    ).members
    lines = read({**members, "outcome": "granted"}, now - LONGEST_OUT, now)
    out = (vend for line in lines if (vend := Vend.of(line)) and vend.expires_at > now)
    start = page.start[0] if page.start else ""
    sessions = sorted(by_session(out).items())
    answer = page.answer(
        "sessions", (((id_,), summary(vends)) for id_, vends in sessions if id_ >= start)
    )
    return {**answer, **settled(now, now)}


def by_session(vends: Iterable[Vend]) -> dict[str, list[Vend]]:
    """The vends of each session, in their order."""
    found: dict[str, list[Vend]] = {}
    for vend in vends:
        found.setdefault(vend.session_id, []).append(vend)
    return found


def summary(vends: Sequence[Vend]) -> dict[str, object]:
    """One session by its vends, of which the last are listed."""
    last = vends[-1]
    targets = [target for vend in vends for target in _listed(vend.members.get("targets"))]
    permissions = {
        word for vend in vends for word in str(vend.members.get("permission", "")).split()
    }
    unique = {str(target): target for target in targets}
    return {
        "sessionId": last.session_id,
        "roleSessionName": last.session_name,
        "roleArn": last.role_arn,
        **last.caller,
        "grant": last.grant,
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


def _listed(targets: object) -> list[object]:
    return targets if isinstance(targets, list) else []
