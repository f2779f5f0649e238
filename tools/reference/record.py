"""Reads the audit record's schema, ``docs/audit-record.json``, for the pages that quote it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).resolve().parents[2] / "docs/audit-record.json"

type Schema = dict[str, Any]


def schema() -> Schema:
    """Return the whole schema."""
    found: Schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def rows() -> Iterator[tuple[str, str, str]]:
    """Return each member's name, kind and meaning."""
    record = schema()
    for name, member in record["properties"].items():
        yield f"`{name}`", kind(member), member["description"]


def kind(member: Schema) -> str:
    """Return a member's type or allowed values, in words."""
    if "const" in member:
        return f"`{member['const']}`"
    if member.get("type") == "integer" and "enum" in member:
        return " or ".join(f"`{one}`" for one in member["enum"])
    if "enum" in member:
        return ", ".join(f"`{one}`" for one in member["enum"])
    if "properties" in member:
        return "object: " + ", ".join(f"`{name}`" for name in member["properties"])
    word = "time" if member.get("format") == "date-time" else member["type"]
    return {"string": "text", "integer": "whole number", "array": "list"}.get(word, word)


def columns() -> dict[str, str]:
    """Return Athena's column and its type for each member; objects are stored as text."""
    kinds = {"integer": "int", "number": "double", "boolean": "boolean", "array": "array<string>"}
    return {
        name.lower(): kinds.get(
            "integer" if name == "version" else member.get("type", ""), "string"
        )
        for name, member in schema()["properties"].items()
        if name != "_aws"
    }
