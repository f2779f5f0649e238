"""The record of a batch with its metrics, beside the one without, and Powertools Metrics alone."""

import os
import sys
from contextlib import redirect_stdout
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from bench.apparatus.rounds import HEADING, Side, ratios, row, say
from vending.audit.record import Record, audit_record
from vending.aws.environment.runtime import emit, request_record
from vending.times import iso

ROUNDS = 301
BESIDE = 50  # calls of each side in a round
NAMESPACE = "s3vend/bench"
MEMBERS = {
    "door": "iam",
    "sourceIp": "192.0.2.7",
    "caller": "arn:aws:iam::123456789012:user/Bench",
    "uniqueId": "AIDA000000000000BENCH",
    "targets": ["s3://hogehoge-bucket/Bench/2026/11/24/part-00000.parquet"],
    "targetCount": 1,
    "permission": "READ",
    "grant": "Bench",
    "sessionId": "abcdefghijklmnop",
    "roleSessionName": "Bench-aaaaaaaaaaaaa-bbbbbbbb-abcdefghijklmnop",
    "roleArn": "arn:aws:iam::123456789012:role/AllowedAssumeS3Role",
    "sourceIdentity": "Bench-aaaaaaaaaaaaa",
    "durationSeconds": 3600,
}


def decided(record: Record) -> None:
    """What a warm batch notes."""
    record.members |= MEMBERS
    record.gathered()
    record.signing(iso(datetime.now(UTC)), cached=True)


def with_metrics() -> None:
    """As the functions do it."""
    with request_record(NAMESPACE, "presigned-urls", {"requestId": "a-request"}) as record:
        decided(record)


def without() -> None:
    """As it was: the standard encoder, nothing measured."""
    time = datetime.now(UTC)
    with audit_record(
        emit, "presigned-urls", ids={"requestId": "a-request"}, vend_id="avend", time=time
    ) as record:
        decided(record)


def powertools(metrics: Metrics) -> None:
    """The same metrics in a line of their own."""
    metrics.add_dimension("action", "presigned-urls")
    metrics.add_dimension("outcome", "granted")
    metrics.add_metric("durationMs", MetricUnit.Milliseconds, 1.5)
    metrics.add_metric("signMs", MetricUnit.Milliseconds, 0.5)
    metrics.add_metric("grantsCached", MetricUnit.Count, 1)
    metrics.add_metric("sessionCached", MetricUnit.Count, 1)
    metrics.flush_metrics()


def main() -> int:
    """Prints how many times as long as the record with metrics each other takes."""
    metrics = Metrics(namespace=NAMESPACE, service="s3vend")
    others = [
        Side("the record without metrics", without, beside=BESIDE),
        Side("Powertools Metrics alone", partial(powertools, metrics), beside=BESIDE),
    ]
    repeated = [Side(one.name, partial(times, one), BESIDE, BESIDE) for one in others]
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        found = ratios(Side("ours", with_metrics), repeated, ROUNDS)
    say(f"Each one's time to that of the record with metrics; {ROUNDS} rounds\n{HEADING}")
    for name, ones in found.items():
        row(name, ones, "(at least 0.9 is wanted)" if "without" in name else "")
    return 0


def times(side: Side) -> None:
    """As many calls of it as of ours."""
    for _ in range(BESIDE):
        side.call()


if __name__ == "__main__":
    sys.exit(main())
