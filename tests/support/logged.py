"""Audit records as the log groups have them, and a ``Read`` of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.support.make import NOW, USER_ARN
from vending.trail.vends import Line, Read, has_members

ROLE_ARN = "arn:aws:iam::123456789012:role/AllowedAssumeS3Role"


def identifier(number: int) -> str:
    """An id in the form of ours."""
    digits = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(digits[number >> shift & 31] for shift in range(75, -5, -5))


def vended(number: int, **members: object) -> dict[str, object]:
    """The record of a vend that was granted at NOW; a member that is None is left out."""
    record: dict[str, object] = {
        "record": "audit",
        "version": 1,
        "time": "2026-11-23T12:00:00Z",
        "requestId": f"request-{number}",
        "vendId": identifier(number),
        "action": "presigned-urls",
        "door": "iam",
        "sourceIp": "192.0.2.7",
        "caller": USER_ARN,
        "uniqueId": "AIDA2EXAMPLEEXAMPLE1",
        "targets": [f"s3://bkt/{number}"],
        "targetCount": 1,
        "permission": "READ",
        "grant": "g",
        "outcome": "granted",
        "sessionId": identifier(1000),
        "roleSessionName": f"AssumeS3User-caller-grant-{identifier(1000)}",
        "roleArn": ROLE_ARN,
        "sourceIdentity": "AssumeS3User-caller",
        "durationSeconds": 3600,
        "cached": True,
        "expiresAt": "2026-11-23T12:15:00Z",
    } | members
    return {name: value for name, value in record.items() if value is not None}


def vended_apart(number: int, *sessions: int, **members: object) -> dict[str, object]:
    """The record of URLs under several grants, ``g0`` and so on, in these sessions."""
    own = ("sessionId", "roleSessionName", "roleArn", "durationSeconds", "packedPolicySize")
    parts = [
        {
            "grant": f"g{position}",
            "targets": [f"s3://bkt{position}/{number}"],
            "targetCount": 1,
            "permission": "READ",
            "sessionId": identifier(session),
            "roleSessionName": f"AssumeS3User-caller-grant-{identifier(session)}",
            "roleArn": ROLE_ARN,
            "sourceIdentity": "AssumeS3User-caller",
            "durationSeconds": 3600,
            "cached": True,
            "expiresAt": "2026-11-23T12:15:00Z",
        }
        for position, session in enumerate(sessions)
    ]
    apart: dict[str, object] = {
        "grant": None,
        "grants": [part["grant"] for part in parts],
        "targets": [target for part in parts for target in part["targets"]],  # type: ignore[attr-defined]
        "targetCount": len(parts),
        "sessions": parts,
    }
    return vended(number, **dict.fromkeys(own), **apart | members)


def reading(*lines: tuple[float, Mapping[str, object]], asked: list[Any] | None = None) -> Read:
    """Lines as seconds from NOW and a record, found as ``aws.logs`` finds them."""
    at = [Line(NOW + timedelta(seconds=seconds), record) for seconds, record in lines]

    def read(
        members: Mapping[str, str], since: datetime, until: datetime, words: Sequence[str] = ()
    ) -> Iterable[Line]:
        if asked is not None:
            asked.append((members, since, until))
        return (
            line
            for line in sorted(at, key=lambda line: line.at)
            if since <= line.at < until
            and has_members(line.members, members)
            and all(word in json.dumps(line.members) for word in words)
        )

    return read


class Groups:
    """Log groups as FilterLogEvents shows them: pages of ``(seconds from NOW, line)``."""

    def __init__(self, **groups: Sequence[Sequence[tuple[float, str]]]) -> None:
        self.groups = groups
        self.asked: list[Mapping[str, Any]] = []

    def filter_log_events(self, **asked: Any) -> dict[str, Any]:
        """One page of those in the time that is asked for, whatever the pattern."""
        self.asked.append(asked)
        pages, place = self.groups[asked["logGroupName"]], int(asked.get("nextToken", 0))
        milliseconds = int(NOW.timestamp() * 1000)
        events = [
            {"timestamp": milliseconds + round(seconds * 1000), "message": line, "eventId": "e"}
            for seconds, line in pages[place]
        ]
        inside = [one for one in events if asked["startTime"] <= one["timestamp"] <= asked["endTime"]]  # fmt: skip
        more = {"nextToken": str(place + 1)} if place + 1 < len(pages) else {}
        return {"events": inside, **more}


def line(record: Mapping[str, object]) -> str:
    """As ``vending.audit.record`` writes it."""
    return json.dumps(record, separators=(",", ":"))
