"""Which metrics there are, and which an alarm or a dashboard asks for."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vending.audit import metrics
from vending.errors import VendingError

ROOT: Final = Path(__file__).parents[3]
NAMESPACE: Final = "s3vend/s3vend"  # of a stack with this name
OUTCOMES: Final = {"granted", "refused", "failed"}

# What AWS publishes, with the dimensions that it has together:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
AWS: Final[dict[str, tuple[set[str], set[str]]]] = {
    "AWS/ApiGateway": (
        {"Count", "4XXError", "5XXError", "Latency", "IntegrationLatency"},
        {"ApiName", "Stage"},
    ),
    "AWS/Lambda": (
        {"Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"},
        {"FunctionName"},
    ),
    "AWS/DynamoDB": (
        {
            *("ReadThrottleEvents", "WriteThrottleEvents"),
            *("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"),
        },
        {"TableName"},
    ),
}
_SEARCH: Final = re.compile(
    r"""SEARCH\('\{"(?P<namespace>[^"]+)",(?P<names>[\w,]+)\} (?P<tokens>[^']+)', '(?P<stat>\w+)'\)"""
)


@dataclass(frozen=True)
class Series:
    """One that is asked for; a dimension whose value is None may have any."""

    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str | None], ...]


def of_alarm(alarm: Mapping[str, Any]) -> Iterator[Series]:
    """What the alarm looks at."""
    asked = [alarm] if "MetricName" in alarm else []
    asked += [
        one["MetricStat"]["Metric"] for one in alarm.get("Metrics", ()) if "MetricStat" in one
    ]
    for one in asked:
        at = tuple((part["Name"], part["Value"]) for part in one.get("Dimensions", ()))
        yield Series(one["Namespace"], one["MetricName"], at)


def of_dashboard(body: str) -> Iterator[Series]:
    """What the widgets of a dashboard show; raises ValueError for what is not understood."""
    for widget in json.loads(body)["widgets"]:
        for row in widget["properties"]["metrics"]:
            *given, options = row
            if "expression" in options:
                yield _searched(options["expression"])
                continue
            namespace, metric, *rest = given
            yield Series(namespace, metric, tuple(zip(rest[::2], rest[1::2], strict=True)))


def _searched(expression: str) -> Series:
    if not (match := _SEARCH.fullmatch(expression)):
        raise ValueError(f"not understood: {expression}")
    tokens = dict(re.findall(r'(\w+)="([^"]*)"', match["tokens"]))
    metric = tokens.pop("MetricName")
    at = tuple((name, tokens.pop(name, None)) for name in match["names"].split(","))
    if tokens:
        raise ValueError(f"no dimensions: {tokens}")
    return Series(match["namespace"], metric, at)


def fault(asked: Series, resources: Mapping[str, Any]) -> str | None:
    """Why there is no such series; None, if the code or AWS makes it.

    ``resources`` are the stack's: those of AWS are named by them, and metric filters are there.
    """
    names = {name for name, _ in asked.dimensions}
    if asked.namespace in AWS:
        known, dimensions = AWS[asked.namespace]
        values = {*resources, NAMESPACE.partition("/")[2], "v1"}
        wrong = [value for _, value in asked.dimensions if value not in values]
        if asked.metric not in known or names != dimensions or wrong:
            return f"AWS publishes no such metric: {asked}"
        return None
    if asked.namespace != NAMESPACE:
        return f"another namespace: {asked}"
    if asked.metric in filtered(resources) and not names:
        return None
    sets = series_of(asked.metric)
    if names not in [set(one) for one in sets]:
        return f"no record has such a metric with these dimensions: {asked}"
    for name, value in asked.dimensions:
        if value is not None and value not in values_of(name):
            return f"{name} is never {value}: {asked}"
    return None


def filtered(resources: Mapping[str, Any]) -> set[str]:
    """The metrics that metric filters make."""
    return {
        made["MetricName"]
        for one in resources.values()
        if one["Type"] == "AWS::Logs::MetricFilter"
        for made in one["Properties"]["MetricTransformations"]
    }


def series_of(metric: str) -> set[tuple[str, ...]]:
    """The sets of dimensions that a member of the record is a metric with."""
    if metric not in metrics.METRICS:
        return set()
    sets = metrics.METRICS[metric].sets
    if sets is not None:
        return set(sets)
    return {*metrics.BY_CODE, *(one for some in metrics.APART.values() for one in some)}


def values_of(dimension: str) -> set[str]:
    """What the code can put there."""
    return {"action": actions, "outcome": lambda: OUTCOMES, "code": codes, "reason": reasons}[
        dimension
    ]()


def actions() -> set[str]:
    """Of the records of requests, as the functions name them."""
    found: set[str] = set()
    for path in sorted((ROOT / "functions").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                said = [ast.unparse(node.func), *map(ast.unparse, node.args[:1])]
                if {"recording", "recorded"} & set(said):  # recording("a"), recorded("a", …)
                    found |= _texts(node.args[:2])
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ACTIONS":
                keys = node.value.keys if isinstance(node.value, ast.Dict) else []
                found |= {one.replace("/{id}", "") for one in _texts(keys)}
    return found


def _texts(nodes: Any) -> set[str]:
    return {str(one.value) for one in nodes if isinstance(one, ast.Constant)}


def codes(kind: type[VendingError] = VendingError) -> set[str]:
    """Of errors."""
    own = {kind.code} if "code" in vars(kind) else set()
    return own.union(*(codes(one) for one in kind.__subclasses__()))


def reasons() -> set[str]:
    """Why tokens are refused."""
    found: set[str] = set()
    for path in sorted((ROOT / "layers/vending").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "TokenRefused":
                found |= _texts(node.args)
    return found
