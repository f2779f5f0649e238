"""Revokes what was vended before a change, late enough to cover all vends under the old grants."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from s3vend.cli.grant.difference import grants_in, revocations_of
from s3vend.cli.terminal.ending import confirm, say

if TYPE_CHECKING:
    from s3vend.service.connect import Service

ROUTE = "/admin/revocations"
LONGEST_WAIT = 120.0  # seconds; functions load a change well within this time


def revoke_after(
    service: "Service",
    revocation: Mapping[str, Any],
    environments_by: str | None,
    sleep: Callable[[float], object] = time.sleep,
) -> dict[str, Any]:
    """Send a revocation once the service's clock is past ``environments_by``; return the answer.

    Until then a function may still vend under the old grant that it has cached, and a revocation
    that is sent earlier would not cover that vend.
    """
    from s3vend.service.times import parse_time

    if environments_by is None:
        return service.ask(ROUTE, revocation)
    end = parse_time(environments_by).timestamp()
    sleep(min(max(end - time.time(), 0.0), LONGEST_WAIT))
    answer = service.ask(ROUTE, revocation)
    early = end - parse_time(answer["revocation"]["createdAt"]).timestamp()
    if early > 0:  # this machine's clock is ahead
        sleep(min(early + 1.0, LONGEST_WAIT))
        answer = service.ask(ROUTE, revocation)
    return answer


def revoke_closed(
    service: "Service", answer: dict[str, Any], *, revoke: bool, may_ask: bool
) -> list[dict[str, Any]]:
    """Revoke what was vended before the changes and would not be vended now; return the answers.

    Without ``revoke``, ask first, if ``may_ask``.
    """
    of_changes = [one for change in answer["changes"] for one in revocations_of(change)]
    # Of a staged change, the answer itself has them: it does not have all changes.
    revocations = answer.get("revocations", []) if "counts" in answer else of_changes
    if not revocations:
        return []
    if any(one.get("all") for one in revocations):  # it covers the others
        revocations = [one for one in revocations if one.get("all")][:1]
    vended = f"credentials and URLs vended under {grants_in(revocations)}"
    how = "--all" if revocations[0].get("all") else "--grant ID"
    question = f"The {vended} stay valid until they expire. Revoke them now?"
    if not revoke and not (may_ask and confirm(question)):
        say(
            f"the {vended} stay valid until they expire; to revoke them, run "
            f"s3vend revoke {how} (next time, apply --revoke does both)"
        )
        return []
    if loaded := answer.get("environmentsBy"):
        say(f"revoking the {vended} at {loaded}, when all functions have loaded the changes")
    answers = [revoke_after(service, revocation, loaded) for revocation in revocations]
    say(_outcome(vended, answers))
    return answers


def _outcome(vended: str, answers: Sequence[Mapping[str, Any]]) -> str:
    """Return what was revoked, whether it is in force, and which roles it does not reach."""
    if not all(one["denialWritten"] for one in answers):
        return (
            f"the revocation of the {vended} is recorded, but not in force yet; s3vend revoke list "
            "shows when it is"
        )
    remaining = [one for answer in answers for one in answer.get("notCovered", [])]
    beyond = sorted({str(one["roleArn"]) for one in remaining if "roleArn" in one})
    rest = f"; sessions of other roles go on until they expire: {', '.join(beyond)}"
    return f"revoked the {vended}{rest if beyond else ''}"
