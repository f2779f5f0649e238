"""Lists the members of an audit record that are metrics, and describes them to CloudWatch.

The record's line is in the embedded metric format, so a metric costs no call and no second line:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Literal, NamedTuple

type Sets = tuple[tuple[str, ...], ...]  # sets of dimensions; each dimension is a member

ALL: Sets = ((),)
BY_ACTION: Sets = (("action",),)
BY_ENDING: Sets = (("action", "outcome"), ("outcome",))
BY_CODE: Sets = (*BY_ENDING, ("code",))
# None of these actions gives access, so none counts in the totals over all actions. A token is
# refused for one of a few reasons; a verification can fail for any, so `reason` is not a dimension
# there.
APART: dict[object, Sets] = {
    ("authentication", "refused"): (("action", "outcome"), ("action", "reason")),
    ("authentication", "failed"): (("action", "outcome"), ("action", "code")),
    ("share-open", "refused"): (("action", "outcome"), ("action", "reason")),
    ("share-open", "failed"): (("action", "outcome"), ("action", "code")),
    ("explanations", "granted"): (("action", "outcome"),),
    ("explanations", "refused"): (("action", "outcome"),),
    ("reach", "granted"): (("action", "outcome"),),
    ("reach", "refused"): (("action", "outcome"),),
}


class Metric(NamedTuple):
    """A member of the record that CloudWatch keeps as a metric.

    ``sets`` is None for ``durationMs`` alone: its dimensions depend on how the request ended.
    """

    unit: Literal["Milliseconds", "Count", "Percent"]
    meaning: str
    sets: Sets | None = ALL


METRICS = {
    "durationMs": Metric(
        "Milliseconds", "the request, from its identity to its record; one sample per request", None
    ),
    "authoriseMs": Metric(
        "Milliseconds", "verifying the request's token, in the authorizer", BY_ACTION
    ),
    "grantsMs": Metric(
        "Milliseconds", "reading grants and location from the table; absent when cached", BY_ACTION
    ),
    "rateMs": Metric("Milliseconds", "counting in the table for a rate limit", BY_ACTION),
    "tableMs": Metric(
        "Milliseconds", "other reads and writes of the table: the plans of uploads", BY_ACTION
    ),
    "stsMs": Metric(
        "Milliseconds", "AssumeRole, retry included; absent when the session is cached",
        BY_ACTION,
    ),
    "s3Ms": Metric("Milliseconds", "starting or aborting a multipart upload in S3", BY_ACTION),
    "signMs": Metric(
        "Milliseconds", "signing, from the session to the members of the answer", BY_ACTION
    ),
    "grantsCached": Metric("Count", "1 when the grants were cached, 0 when they were read"),
    "sessionCached": Metric("Count", "1 when cached sessions signed the URLs, 0 if one was new"),
    "stsCalls": Metric("Count", "requests to STS, retries included"),
    "stsThrottles": Metric("Count", "requests to STS that it throttled"),
    "shareUses": Metric("Count", "1 when a link gave a file, a URL, a form or a plan"),
    "packedPolicySize": Metric("Percent", "how much of STS's packed limit the policy uses"),
}  # fmt: skip


def embedded(namespace: str, time: datetime, members: Mapping[str, object]) -> str:
    """Return the member ``_aws`` for a record with these members, as JSON."""
    names = tuple(filter(members.__contains__, METRICS))
    directives = _directives(namespace, _duration_sets(members), names)
    return f'{{"Timestamp":{int(time.timestamp() * 1000)},"CloudWatchMetrics":{directives}}}'


def _duration_sets(members: Mapping[str, object]) -> Sets:
    usual = BY_CODE if "code" in members else BY_ENDING
    return APART.get((members["action"], members["outcome"]), usual)


@lru_cache(maxsize=1000)  # one entry for each kind of record, by action and outcome
def _directives(namespace: str, duration_sets: Sets, names: Sequence[str]) -> str:
    by_sets: dict[Sets, list[dict[str, str]]] = {}
    for name in names:
        metric = METRICS[name]
        sets = duration_sets if metric.sets is None else metric.sets
        by_sets.setdefault(sets, []).append({"Name": name, "Unit": metric.unit})
    directives = [
        {"Namespace": namespace, "Dimensions": sets, "Metrics": metrics}
        for sets, metrics in by_sets.items()
    ]
    return json.dumps(directives, separators=(",", ":"))
