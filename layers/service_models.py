"""Trims botocore's data to the operations that the functions call; `layer.mk` runs it.

Everything else stays as botocore has it: docs/adr/0020-trimmed-models.md.
"""

import gzip
import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import Any

OPERATIONS: dict[str, Set[str]] = {
    "dynamodb": {
        *("BatchGetItem", "GetItem", "PutItem", "Query", "TransactWriteItems", "UpdateItem"),
    },
    "iam": {"GetRolePolicy", "PutRolePolicy"},
    "logs": {"FilterLogEvents"},
    "ssm": {"GetParameter"},
    "sts": {"AssumeRole"},
}
MODEL, RULES = "service-2", "endpoint-rule-set-1"


class Missing(Exception):
    """botocore does not have what the functions need."""


def trim(data: Path) -> None:
    """Rewrite botocore's data directory; raises Missing."""
    endpoints = data / "endpoints.json"
    names = {service: _trim_service(data / service, service) for service in OPERATIONS}
    for directory in data.iterdir():
        if directory.is_dir() and directory.name not in OPERATIONS:
            shutil.rmtree(directory)
    _write(endpoints, trimmed_endpoints(json.loads(endpoints.read_bytes()), names))


def trimmed_model(model: Mapping[str, Any], wanted: Set[str]) -> dict[str, Any]:
    """The service's model with the wanted operations, and the shapes that they can reach.

    All errors stay, since a service may answer with any. So does the operation that botocore
    itself calls to discover endpoints. Only people read the documentation.

    Raises:
        Missing: the model does not have one of the operations.
    """
    if missing := wanted - model["operations"].keys():
        raise Missing(f"{model['metadata']['serviceId']} has no operation {sorted(missing)}")
    operations = {
        name: operation
        for name, operation in model["operations"].items()
        if name in wanted or operation.get("endpointoperation")
    }
    shapes = model["shapes"]
    reached: set[str] = set()
    pending = [*_references(operations), *(name for name in shapes if _is_error(shapes[name]))]
    while pending:
        if (name := pending.pop()) not in reached:
            reached.add(name)
            pending += _references(shapes[name])
    kept = {name: shape for name, shape in shapes.items() if name in reached}
    trimmed: dict[str, Any] = _undocumented({**model, "operations": operations, "shapes": kept})
    return trimmed


def trimmed_endpoints(endpoints: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """All partitions and regions, with the services that are called.

    ``names`` are the services' names here, by botocore's names for them.

    Raises:
        Missing: no partition has one of the services.
    """
    partitions = [
        {**partition, "services": _only(partition["services"], set(names.values()))}
        for partition in endpoints["partitions"]
    ]
    if missing := set(names.values()).difference(*(one["services"] for one in partitions)):
        raise Missing(f"no endpoints of {sorted(missing)}")
    return {**endpoints, "partitions": partitions}


def _trim_service(directory: Path, service: str) -> str:
    """Trim one service; its name in the list of endpoints."""
    newest = max((path.parent for path in directory.glob(f"*/{MODEL}.json*")), default=None)
    if not newest or not [*newest.glob(f"{RULES}.json*")]:
        raise Missing(f"no model or no endpoint rules of {service}")
    model = trimmed_model(_read(newest / f"{MODEL}.json"), OPERATIONS[service])
    for version in directory.iterdir():
        if version != newest:
            shutil.rmtree(version)
    for path in newest.iterdir():
        if not path.name.startswith((f"{MODEL}.", f"{RULES}.")):
            path.unlink()  # paginators, waiters and examples
    (newest / f"{MODEL}.json.gz").unlink(missing_ok=True)
    _write(newest / f"{MODEL}.json", model)
    prefix: str = model["metadata"]["endpointPrefix"]
    return prefix


def _references(value: object) -> Iterator[str]:
    """The name of every shape that is referred to within."""
    if isinstance(value, dict):
        if isinstance(name := value.get("shape"), str):  # else a member of that name
            yield name
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _undocumented(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _undocumented(inner)
            for name, inner in value.items()
            if name != "documentation" or not isinstance(inner, str)  # else a member of that name
        }
    return [_undocumented(inner) for inner in value] if isinstance(value, list) else value


def _is_error(shape: Mapping[str, Any]) -> bool:
    return bool(shape.get("exception"))


def _only(members: Mapping[str, Any], names: Set[str]) -> dict[str, Any]:
    return {name: member for name, member in members.items() if name in names}


def _read(path: Path) -> Any:
    packed = path.with_name(f"{path.name}.gz")
    return json.loads(path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes()))


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    trim(Path(sys.argv[1]))
