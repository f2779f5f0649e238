"""Which members of a record are metrics too, and how its line tells CloudWatch so.

The line is in the embedded metric format, so a metric costs neither a call nor a second line:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

type Sets = tuple[tuple[str, ...], ...]  # dimensions: the members whose values tell series apart

ALL: Sets = ((),)
BY_ACTION: Sets = (("action",),)
BY_ENDING: Sets = (("action", "outcome"), ("outcome",))
BY_CODE: Sets = (*BY_ENDING, ("code",))
# What opens nothing by itself stands apart, so that what is refused is counted once. Why a token
# is refused is one of a few words; why it could not be verified can be anything.
APART: dict[object, Sets] = {
    ("authentication", "refused"): (("action", "outcome"), ("action", "reason")),
    ("authentication", "failed"): (("action", "outcome"), ("action", "code")),
    ("explanations", "granted"): (("action", "outcome"),),
    ("explanations", "refused"): (("action", "outcome"),),
}


@dataclass(frozen=True, slots=True)
class Metric:
    """A member of the record whose values CloudWatch keeps; ``sets`` is None for ``durationMs``."""

    unit: Literal["Milliseconds", "Count", "Percent"]
    meaning: str
    sets: Sets | None = ALL


METRICS = {
    "durationMs": Metric(
        "Milliseconds", "one request, from its identity to its record; samples count requests", None
    ),
    "authoriseMs": Metric(
        "Milliseconds", "the authorizer, of the same request: its token verified", BY_ACTION
    ),
    "grantsMs": Metric(
        "Milliseconds", "grants and location read from the table; absent when kept", BY_ACTION
    ),
    "rateMs": Metric("Milliseconds", "what a rate limit counts, counted in the table", BY_ACTION),
    "tableMs": Metric(
        "Milliseconds", "other reads and writes of the table: plans of uploads", BY_ACTION
    ),
    "stsMs": Metric(
        "Milliseconds", "AssumeRole, its second try included; absent when a session is kept",
        BY_ACTION,
    ),
    "s3Ms": Metric("Milliseconds", "S3 starting a multipart upload, or ending one", BY_ACTION),
    "signMs": Metric(
        "Milliseconds", "signing: from the session at hand to the members of the answer", BY_ACTION
    ),
    "grantsCached": Metric("Count", "1 for grants that were kept, 0 for such that were read"),
    "sessionCached": Metric("Count", "1 for URLs by a session that was kept, 0 for a new one"),
    "stsCalls": Metric("Count", "requests to STS, each try counted"),
    "stsThrottles": Metric("Count", "those of them that STS throttled"),
    "packedPolicySize": Metric("Percent", "the room that STS has for policies, used by a session"),
}  # fmt: skip


def embedded(namespace: str, time: datetime, members: Mapping[str, object]) -> str:
    """The member ``_aws`` of a record with these members, as JSON."""
    names = tuple([name for name in METRICS if name in members])
    told = _directives(namespace, _of_requests(members), names)
    return f'{{"Timestamp":{int(time.timestamp() * 1000)},"CloudWatchMetrics":{told}}}'


def _of_requests(members: Mapping[str, object]) -> Sets:
    usual = BY_CODE if "code" in members else BY_ENDING
    return APART.get((members["action"], members["outcome"]), usual)


@lru_cache(maxsize=1000)  # made once for each action and the way that it went
def _directives(namespace: str, of_requests: Sets, names: Sequence[str]) -> str:
    by_sets: dict[Sets, list[dict[str, str]]] = {}
    for name in names:
        metric = METRICS[name]
        sets = of_requests if metric.sets is None else metric.sets
        by_sets.setdefault(sets, []).append({"Name": name, "Unit": metric.unit})
    told = [
        {"Namespace": namespace, "Dimensions": sets, "Metrics": metrics}
        for sets, metrics in by_sets.items()
    ]
    return json.dumps(told, separators=(",", ":"))
