"""Whether what a row came to is what it has to be."""

import json
from collections.abc import Iterator

from tests.faults.environments import Outcome
from tests.faults.rows import ROWS, Row, refusal_of
from tests.faults.run import OF_ISSUERS, Outcomes
from vending.denials.revoked import KEPT_SECONDS

ORDER = ("Query", "BatchGetItem", "UpdateItem", "AssumeRole", "CreateMultipartUpload", "PutItem")
CODES = {400: "PolicyTooLarge", 403: "AccessDenied", 503: "Unavailable"}
TIMEOUT = 15.0  # seconds, as in the template


def faults_of(found: Outcomes) -> list[str]:
    """All that is wrong."""
    return [
        f"{ROWS[number].operation} {ROWS[number].name}, {route}: {wrong}"
        for (number, route), outcome in found.items()
        for wrong in differences(ROWS[number], route, outcome)
    ]


def differences(row: Row, route: str, outcome: Outcome) -> Iterator[str]:
    """What is not as the row says."""
    if outcome.status != row.status:
        yield f"answered {outcome.status}, not {row.status}: {outcome.body[:300]}"
        return
    calls = outcome.seen.count(row.operation)
    # Denials that are older than they may be kept are read again: on a busy machine more than once.
    rereads = row.operation == "BatchGetItem" and row.status == 200
    again = int(outcome.seconds // KEPT_SECONDS) if rereads else 0
    if not row.calls <= calls <= row.calls + again:
        yield f"made {calls} calls, not {row.calls}: {outcome.seen}"
    if row.status != 200:
        yield from refused(row, route, outcome)
    if outcome.seconds >= TIMEOUT:
        yield f"answered after {outcome.seconds:.1f} s: Lambda would have ended it"


def refused(row: Row, route: str, outcome: Outcome) -> Iterator[str]:
    """As a refusal has to be."""
    if outcome.lends:
        yield "lent something"
    if row.operation in ORDER:
        # A list of grants begins with what is blocked; all else ends with what it reads first.
        order = ORDER[1:2] + ORDER[:1] + ORDER[2:] if route == "grants" else ORDER
        later = order[order.index(row.operation) + 1 :]
        if went_on := [one for one in outcome.seen if one in later]:
            yield f"went on to {went_on}"
    if outcome.seen.count("AbortUpload") != row.aborts:
        yield f"did not end the upload as it should: {outcome.seen}"
    if row.status == 503 and not outcome.headers.get("Retry-After", "").isdecimal():
        yield "does not say when to come back"
    if row.status == 424 and "Retry-After" in outcome.headers:
        yield "says when to come back, although it does not help"
    code = CODES.get(row.status) or refusal_of(row.operation)
    if route != "authorizer" and json.loads(outcome.body)["code"] != code:
        yield f"has another code: {outcome.body}"
    if route != "grants":
        yield from unrecorded(row, outcome)


def unrecorded(row: Row, outcome: Outcome) -> Iterator[str]:
    """What is not in the record."""
    if len(outcome.records) != 1:
        yield f"left {len(outcome.records)} records"
        return
    (record,) = outcome.records
    if record["outcome"] != ("failed" if row.status in (424, 503) else "refused"):
        yield f"is recorded as {record['outcome']}"
    if row.reason and row.reason != record["reason"]:
        yield f"has the reason {record['reason']}, not {row.reason}"
    if row.operation in OF_ISSUERS and row.status == 503:
        yield from () if "Issuer" in record["reason"] else [f"has the reason {record['reason']}"]
