"""CloudFormation's own schemas of resource types, which cfn-lint brings along."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

SCHEMAS: Final = files("cfnlint.data.schemas")


@cache
def _places() -> dict[str, str]:
    found: dict[str, str] = json.loads((SCHEMAS / "providers/ap-northeast-1.json").read_text())
    return found


@cache
def schema(kind: str) -> dict[str, Any]:
    """Return the schema of a type such as ``AWS::IAM::Role``."""
    path = SCHEMAS / f"resources/{_places()[kind]}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def replacing(kind: str) -> set[str]:
    """Return the properties whose change replaces a resource of this type."""
    create_only = schema(kind).get("createOnlyProperties", [])
    return {pointer.split("/")[2] for pointer in create_only}


def permissions(kind: str) -> set[str]:
    """Return what CloudFormation calls to make, read, change and delete this type."""
    handlers = schema(kind).get("handlers", {})
    return {
        action
        for name, handler in handlers.items()
        if name != "list"
        for action in handler["permissions"]
    }
