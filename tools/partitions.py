"""Generates ``layers/vending/partitions.py`` from botocore's data."""

import json
from pathlib import Path

import botocore

ROOT = Path(__file__).resolve().parents[1]
PATH = ROOT / "layers/vending/partitions.py"
SOURCE = Path(botocore.__file__).parent / "data/partitions.json"
GLOBAL = "-global"  # ends names such as aws-global, which are no regions

HEAD = '"""AWS\'s partitions and regions; ``tools`` generates them from botocore\'s data."""\n\n'


def text() -> str:
    """Return the module's text."""
    partitions = json.loads(SOURCE.read_text(encoding="utf-8"))["partitions"]
    suffixes = {one["id"]: one["outputs"]["dnsSuffix"] for one in partitions}
    regions = {
        region: one["id"]
        for one in partitions
        for region in sorted(one["regions"])
        if not region.endswith(GLOBAL)
    }
    return (
        HEAD
        + _mapping("DNS_SUFFIXES", suffixes, "the domain of each partition's endpoints")
        + "\n"
        + _mapping("PARTITIONS", regions, "the partition of each region")
    )


def _mapping(name: str, members: dict[str, str], words: str) -> str:
    lines = "".join(f'    "{key}": "{value}",\n' for key, value in members.items())
    return f"# {words[0].upper()}{words[1:]}.\n{name} = {{\n{lines}}}\n"
