"""The embedded metric format by its specification, and what CloudWatch would make of a line.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from botocore.loaders import Loader
from jsonschema import Draft202012Validator

LINE_BYTES: Final = 256 * 1024  # of a log event, as Lambda sends it
_UNITS: Final = [
    *("Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "Count/Second", "None"),
    *("Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"),
]
_NAME: Final = {"type": "string", "minLength": 1, "maxLength": 1024, "pattern": r"^[\x20-\x7e]*$"}
_METRIC: Final = {
    "type": "object",
    "required": ["Name"],
    "additionalProperties": False,
    "properties": {
        "Name": _NAME,
        "Unit": {"enum": _UNITS},
        "StorageResolution": {"enum": [1, 60]},
    },
}
_DIMENSIONS: Final = {
    "type": "array",
    "maxItems": 30,
    "uniqueItems": True,
    "items": {"type": "string", "minLength": 1, "maxLength": 250, "pattern": r"^[\x21-\x7e]*$"},
}
_DIRECTIVE: Final = {
    "type": "object",
    "required": ["Namespace", "Dimensions", "Metrics"],
    "additionalProperties": False,
    "properties": {
        # As PutMetricData has it; and AWS/ is for AWS.
        "Namespace": _NAME | {"pattern": r"^(?!AWS/)[0-9A-Za-z.\-_/#:]+$", "maxLength": 255},
        "Dimensions": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": _DIMENSIONS,
        },
        "Metrics": {"type": "array", "minItems": 1, "maxItems": 100, "items": _METRIC},
    },
}
SCHEMA: Final = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "additionalProperties": False,
            "properties": {
                "Timestamp": {"type": "integer", "minimum": 0},
                "CloudWatchMetrics": {"type": "array", "minItems": 1, "items": _DIRECTIVE},
            },
        }
    },
}
_VALIDATOR: Final = Draft202012Validator(SCHEMA)


@dataclass(frozen=True)
class Sample:
    """One value for one series."""

    namespace: str
    metric: str
    unit: str
    dimensions: tuple[tuple[str, str], ...]
    value: float


def faults(line: str) -> list[str]:
    """Why CloudWatch would not take all of the line's metrics; none, if it would."""
    members = json.loads(line)
    found = [f"{one.json_path}: {one.message}" for one in _VALIDATOR.iter_errors(members)]
    if len(line.encode()) > LINE_BYTES:
        found.append("too long")
    if found:
        return found
    for directive in members["_aws"]["CloudWatchMetrics"]:
        names = [metric["Name"] for metric in directive["Metrics"]]
        found += [
            f"{one} is no number at the root" for one in names if not _is_number(members.get(one))
        ]
        for name in {name for one in directive["Dimensions"] for name in one}:
            value = members.get(name)
            if not isinstance(value, str) or not value.strip() or len(value) > 1024:
                found.append(f"{name} is no text at the root")
            elif not value.isascii():
                found.append(f"{name} is not ASCII")
    series = [(one.metric, one.dimensions) for one in samples(line)] if not found else []
    return found + [f"twice: {one}" for one in {one for one in series if series.count(one) > 1}]


def samples(line: str) -> Iterator[Sample]:
    """What CloudWatch takes from the line."""
    members: dict[str, Any] = json.loads(line)
    for directive in members["_aws"]["CloudWatchMetrics"]:
        for dimensions in directive["Dimensions"]:
            at = tuple((name, members[name]) for name in dimensions)
            for metric in directive["Metrics"]:
                name, unit = metric["Name"], metric.get("Unit", "None")
                yield Sample(directive["Namespace"], name, unit, at, members[name])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def units_of_cloudwatch() -> set[str]:
    """As its API lists them."""
    shapes = Loader().load_service_model("cloudwatch", "service-2")["shapes"]
    return set(shapes["StandardUnit"]["enum"])
