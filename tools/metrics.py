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

# Of those that no `@METER.timed` marks.
MADE = {
    "durationMs": "audit/record.py",
    "authoriseMs": "functions/authorizer.py",
    "signMs": "urls/signing.py",
    "grantsCached": "decision/decide.py",
    "sessionCached": "urls/signing.py",
    "stsCalls": "aws/services/measuring.py",
    "stsThrottles": "aws/services/measuring.py",
    "packedPolicySize": "aws/services/sts.py",
}
COUNTED = {
    ("outcome",): "all requests by how they ended: `granted`, `refused`, `failed`",
    ("action", "outcome"): "the same for each action; vends are those granted",
    (
        "code",
    ): "refusals and failures by the code that the caller saw, `TooManyRequests` among them",
    ("action", "reason"): "of `authentication`: refused tokens by why",
    (
        "action",
        "code",
    ): "of `authentication`: tokens that nobody could verify just now",
}
INTRODUCTION = """\
Every request leaves one line, its [audit record](reference.md#the-audit-record). What it took \
stands in it, and CloudWatch makes metrics of that by itself, in the namespace `s3vend/STACK` \
([why so](adr/0018-metrics.md)). A phase is there only where it happened, so its samples count the \
requests that needed it. The record of a single change (`change`) is no request and no metric; a \
token that is good leaves no line of its own, `authoriseMs` is in that of its request."""
SERIES = """\
The number of samples (`SampleCount`) of `durationMs` counts requests, its percentiles are their \
times. What is told apart by what:"""
APART_TEXT = """\
`authentication` and `explanations` stand apart: neither opens anything, so they are in no total \
over all actions. No dimension has a caller, a grant, a bucket or an address in it; those are in \
the record, for whoever may read the logs."""
ALARMS = """\
With `Alarms=true` (as in `prod`), told to `AlarmTopicArn` or to a topic of the stack's own, to \
which you subscribe. None uses the authorizer's `Errors` at Lambda, where every bad token is one. \
`RevokedSessionUsedAlarm` needs a trail with S3's data events in a log group \
(`CloudTrailLogGroup`): a metric filter there counts `revokedSessionDenials`. Silence is no fault \
unless the last column says so."""
BOARD = """\
With `Dashboard=true` (as in `prod`); its name is stack and region. Only what is named here or \
published by AWS is shown; tests compare."""
COST = """\
A line is about 450 to 800 bytes longer for it, and no request is made. CloudWatch takes money \
for each series that had a value in an hour: three or more for each action that is in use, one for \
each code and reason that occurs, and one for each phase and action; 40 to 60 for a stack in full \
use. What it costs the function is in the [benchmarks](benchmarks.md#what-the-metrics-cost)."""


def text() -> str:
    """The whole page."""
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
    """Each metric, its unit, its dimensions and the module that notes it."""
    made = MADE | timed()
    rows = [
        (
            f"`{name}`",
            metric.unit,
            metric.meaning,
            "below" if metric.sets is None else told(metric.sets),
            f"`{made[name]}`",
        )
        for name, metric in METRICS.items()
    ]
    yield members.table(("metric", "unit", "of", "told apart by", "noted in"), rows)


def told(sets: Sets) -> str:
    """Sets of dimensions, in words."""
    return " · ".join(", ".join(f"`{name}`" for name in one) or "nothing" for one in sets)


def timed() -> dict[str, str]:
    """The modules whose calls are phases, by metric."""
    found: dict[str, str] = {}
    for path in sorted(LAYER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "METER.timed":
                phase = ast.literal_eval(node.args[0])
                found[f"{phase}Ms"] = path.relative_to(LAYER).as_posix()
    return found


def counted() -> Iterator[str]:
    """The series of ``durationMs``."""
    sets = {*BY_CODE, *(one for some in APART.values() for one in some)}
    rows = [(told((one,)), meaning) for one, meaning in COUNTED.items() if one in sets]
    yield members.table(("dimensions", "requests counted"), rows)


def alarms(resources: Mapping[str, Any]) -> Iterator[str]:
    """Each alarm, as its description says."""
    rows = []
    for name, one in resources.items():
        if one["Type"] != "AWS::CloudWatch::Alarm":
            continue
        made = one["Properties"]
        meaning = reference.plain(made["AlarmDescription"].partition(" Runbook:")[0])
        silent = "is the fault" if made["TreatMissingData"] == "breaching" else ""
        rows.append((f"[{name}](operations.md#{name.lower()})", meaning, silent))
    yield members.table(("alarm and its runbook", "means", "silence"), rows)


def widgets(resources: Mapping[str, Any]) -> Iterator[str]:
    """What the dashboard shows, in its order."""
    body = resources["OperatorsDashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    titles = [one["properties"]["title"] for one in json.loads(body)["widgets"]]
    yield " · ".join(titles) + "."
