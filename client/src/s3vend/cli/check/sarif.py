"""Writes findings as SARIF 2.1.0, which code hosts show beside the lines of a pull request.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from s3vend import __version__
from s3vend.cli.check.codes import MEANINGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from s3vend.cli.check.reading import Found

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
STDIN = "stdin"


def as_sarif(
    found: "Sequence[Found]", unknown: "Sequence[Mapping[str, Any]]" = ()
) -> "dict[str, Any]":
    """Return a log with one run; ``unknown`` are the settings of the stack that were not given."""
    codes = sorted({one.code for one in found})
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "s3vend check",
                        "version": __version__,
                        "rules": [_rule(code) for code in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [
                            {
                                "level": "note",
                                "message": {
                                    "text": f"not known: {one['setting']}: {one['detail']}"
                                },
                            }
                            for one in unknown
                        ],
                    }
                ],
                "results": [_result(one, codes.index(one.code)) for one in found],
            }
        ],
    }


def _rule(code: str) -> "dict[str, Any]":
    meaning = {"text": MEANINGS.get(code, code)}
    return {"id": code, "name": code, "shortDescription": meaning, "fullDescription": meaning}


def _result(found: "Found", rule: int) -> "dict[str, Any]":
    return {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": found.level,  # SARIF has the same words
        "message": {"text": _plain(f"{found.pointer}: {found.detail}".removeprefix(": "))},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(found.file)},
                    "region": {"startLine": found.line, "startColumn": found.column},
                },
                "logicalLocations": [{"fullyQualifiedName": found.pointer}],
            }
        ],
    }


def _plain(text: str) -> str:
    """Return the text with no link in it: entries of a file could lead reviewers elsewhere.

    https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html#_Toc34317418
    """
    return text.replace("](", "\\](")


def _uri(file: str) -> str:
    if file == "-":
        return STDIN
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
