"""Generates ``docs/metrics.md``: metrics from the code, alarms and dashboard from the stack."""

import ast
import json
from collections.abc import Iterator, Mapping
from typing import Any

from local.stack import template
from tools.reference import members
from tools.reference import page as reference
from vending.audit.metrics import APART, BY_CODE, METRICS, Sets

ROOT = reference.ROOT
PATH = ROOT / "docs/metrics.md"
LAYER = ROOT / "layers/vending"

# The modules of metrics without a `@METER.timed`.
NOTED_IN = {
    "durationMs": "audit/record.py",
    "authoriseMs": "functions/authorizer.py",
    "signMs": "urls/signing.py",
    "grantsCached": "decision/decide.py",
    "sessionCached": "urls/signing.py",
    "stsCalls": "aws/services/measuring.py",
    "stsThrottles": "aws/services/measuring.py",
    "shareUses": "shares/opening/give.py",
    "packedPolicySize": "aws/services/sts.py",
}
COUNTED = {
    ("outcome",): "all requests, by outcome: `granted`, `refused` or `failed`",
    ("action", "outcome"): "the same for each action; vends are the granted requests",
    (
        "code",
    ): "refusals and failures, by the code that the caller saw, including `TooManyRequests`",
    (
        "action",
        "reason",
    ): "for `authentication`: refused tokens, and for `share-open`: links that there are not",
    (
        "action",
        "code",
    ): "for `authentication`: tokens that could not be verified at that moment",
}
INTRODUCTION = """\
Every request writes one line, its [audit record](reference.md#the-audit-record). The line \
contains the request's timings, and CloudWatch makes metrics from them, in the namespace \
`s3vend/STACK` ([why](adr/0018-metrics.md)). A record has a phase only if the phase happened, so \
the number of its samples is the number of requests that needed it. The record of a single change \
(`change`) is not a request and makes no metrics. A valid token writes no line of its own: its \
`authoriseMs` is in the record of its request."""
SERIES = """\
The number of samples (`SampleCount`) of `durationMs` is the number of requests; its percentiles \
are their durations. It has these sets of dimensions:"""
APART_TEXT = """\
`authentication`, `share-open`, `explanations` and `reach` are separate: none opens anything, so \
the totals over all actions exclude them. No dimension contains a caller, a grant, a bucket or an \
address; these are in the record, for people who may read the logs."""
ALARMS = """\
With `Alarms=true` (as in `prod`), the stack creates these alarms. They notify `AlarmTopicArn`, or \
a topic that the stack creates and to which you subscribe. No alarm uses the authorizer's `Errors` \
at Lambda, where every bad token counts as an error. `RevokedSessionUsedAlarm` needs a trail with \
S3 data events in a log group (`CloudTrailLogGroup`), where a metric filter counts \
`revokedSessionDenials`. The last column says which alarm goes off when there is no data."""
BOARD = """\
With `Dashboard=true` (as in `prod`), the stack creates a dashboard named after stack and region. \
It shows only metrics that this page names or AWS publishes; tests check this. Its widgets:"""
COST = """\
Metrics make each line about 450 to 800 bytes longer, and need no requests. CloudWatch charges for \
each series that has a value in an hour: three or more for each action in use, one for each code \
and reason that occurs, and one for each phase and action; 40 to 60 for a stack in full use. The \
[benchmarks](benchmarks.md#what-the-metrics-cost) measure the cost in the function."""


def text() -> str:
    """Return the whole page."""
    resources = template.read(ROOT / "template.yaml")["Resources"]
    parts = [
        "# Metrics, alarms, dashboard",
        "Generated from code and template by `make format`; do not edit. `make check` compares.",
        INTRODUCTION,
        "## What is measured",
        *measured(),
        "## Requests and how they end",
        SERIES,
        *counted(),
        APART_TEXT,
        "## Alarms",
        ALARMS,
        *alarms(resources),
        "## The dashboard",
        BOARD,
        *widgets(resources),
        "## What it costs",
        COST,
    ]
    return "\n\n".join(parts) + "\n"


def measured() -> Iterator[str]:
    """Return a table of metrics: unit, meaning, dimensions, and the module that notes each."""
    noted_in = NOTED_IN | phase_modules()
    rows = [
        (
            f"`{name}`",
            metric.unit,
            metric.meaning,
            "below" if metric.sets is None else dimensions(metric.sets),
            f"`{noted_in[name]}`",
        )
        for name, metric in METRICS.items()
    ]
    yield members.table(("metric", "unit", "measures", "dimensions", "noted in"), rows)


def dimensions(sets: Sets) -> str:
    """Return sets of dimensions in words."""
    return " · ".join(", ".join(f"`{name}`" for name in one) or "nothing" for one in sets)


def phase_modules() -> dict[str, str]:
    """Return the first module of each phase's metric, as `@METER.timed` marks it."""
    found: dict[str, str] = {}
    for path in sorted(LAYER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "METER.timed":
                phase = ast.literal_eval(node.args[0])
                found.setdefault(f"{phase}Ms", path.relative_to(LAYER).as_posix())
    return found


def counted() -> Iterator[str]:
    """Return a table of the series of ``durationMs``."""
    sets = {*BY_CODE, *(one for some in APART.values() for one in some)}
    rows = [(dimensions((one,)), meaning) for one, meaning in COUNTED.items() if one in sets]
    yield members.table(("dimensions", "requests counted"), rows)


def alarms(resources: Mapping[str, Any]) -> Iterator[str]:
    """Return a table of the alarms with their descriptions."""
    rows = []
    for name, one in resources.items():
        if one["Type"] != "AWS::CloudWatch::Alarm":
            continue
        made = one["Properties"]
        meaning = reference.plain(made["AlarmDescription"].partition(" Runbook:")[0])
        without_data = "goes off" if made["TreatMissingData"] == "breaching" else ""
        rows.append((f"[{name}](operations.md#{name.lower()})", meaning, without_data))
    yield members.table(("alarm and its runbook", "means", "without data"), rows)


def widgets(resources: Mapping[str, Any]) -> Iterator[str]:
    """Return the titles of the dashboard's widgets, in order."""
    body, rows = resources["OperatorsDashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    for name in rows:
        body = body.replace(f"${{{name}}}", "")
    titles = [one["properties"]["title"] for one in json.loads(body)["widgets"]]
    yield " · ".join(titles) + "."
