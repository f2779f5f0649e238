"""Generates ``docs/vending-schema.json``: the JSON Schema by which editors check a vending.yaml.

It is the contract's schema of ``POST /admin/changes`` without the members that a file cannot have.
"""

import json
import re
from pathlib import Path
from typing import Any

from tools.openapi import schemas
from tools.openapi.shapes import SHAPES
from vending.documents.document import ChangesRequest

PATH = Path(__file__).resolve().parents[1] / "docs/vending-schema.json"
NOT_IN_FILE = ("dryRun", "prune")  # they are options of the command
_LINK = re.compile(r"\[([^]]*)\]\([^)]*\)")
_REF = re.compile(r"#/components/schemas/(\w+)")


def schema() -> dict[str, Any]:
    """Return the whole schema."""
    models = schemas.all_of({"vending.yaml": ChangesRequest})
    whole = models.pop(ChangesRequest.__name__)
    for name in NOT_IN_FILE:
        del whole["properties"][name]
    known = SHAPES | models
    needed: dict[str, Any] = {}
    waiting = [whole]
    while waiting:
        for name in _REF.findall(json.dumps(waiting.pop())):
            if name not in needed:
                needed[name] = known[name]
                waiting.append(known[name])
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "vending.yaml of s3vend, version 1",
    }
    whole["description"] = "Who may reach what: locations, issuers and grants."
    read: dict[str, Any] = json.loads(
        json.dumps(head | whole | {"$defs": dict(sorted(needed.items()))}),
        object_hook=_for_editors,
    )
    return read


def _for_editors(members: dict[str, Any]) -> dict[str, Any]:
    """Return an object with plain descriptions, and with references within this schema."""
    if isinstance(text := members.get("description"), str):
        members["description"] = _LINK.sub(r"\1", text)
    if isinstance(place := members.get("$ref"), str):
        members["$ref"] = _REF.sub(r"#/$defs/\1", place)
    return members


def text() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
