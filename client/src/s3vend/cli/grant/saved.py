"""A saved plan: `plan --out` writes it, and `apply --plan-file` writes exactly what it says.

It contains the document and the changes, and no secret. Nothing in it is trusted: the service
checks the document again, and must answer with the same changes at the same revision.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from s3vend.cli.grant.document import Document
from s3vend.cli.grant.file import write_file
from s3vend.cli.terminal.refusal import REFUSED, Refusal

VERSION = 1  # of the form of the file
DEPTH = 2  # of the JSON pointers whose lines are kept: `/grants/0`
TYPES = {"file": str, "service": str, "prune": bool, "revision": int}
TYPES |= {"members": dict, "lines": dict, "changes": list}


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What was planned: the document of ``file``, and the ``changes`` that the service found."""

    file: str
    service: str  # its address
    prune: bool
    revision: int
    members: Mapping[str, Any]
    lines: Mapping[str, int]
    changes: Sequence[Mapping[str, Any]]

    @property
    def document(self) -> Document:
        """The document, as it was read from the file."""
        return Document(self.members, self.lines)

    def check_service(self, service: str) -> None:
        """Refuse to show the document to another service than the one that planned it.

        Raises:
            Refusal: the address is another one.
        """
        if service != self.service:
            raise Refusal(
                f"nothing was written: the plan is for {self.service}, and this is {service}"
            )

    def check(self, answer: Mapping[str, Any]) -> None:
        """Refuse to write anything else than what was planned.

        Raises:
            Refusal: the service would change something else now.
        """
        is_begun = answer.get("state") == "writing"  # by an earlier command, from this revision
        moved = answer["revision"] != self.revision and not is_begun
        if moved or _changes_of(answer) != list(self.changes):
            raise Refusal(
                "the service would not make the changes of the plan; nothing was written. Plan "
                "again, and look at the changes",
                REFUSED,
            )


def saved_plan(
    file: str, service: str, document: Document, answer: Mapping[str, Any], *, prune: bool
) -> SavedPlan:
    """Return the plan that the service's answer to a dry run is."""
    lines = {name: at for name, at in document.lines.items() if name.count("/") <= DEPTH}
    changes = _changes_of(answer)
    return SavedPlan(file, service, prune, answer["revision"], document.members, lines, changes)


def _changes_of(answer: Mapping[str, Any]) -> "list[Any]":
    """What a plan would change; of one that is too large, its digest alone."""
    digest = answer.get("planDigest")
    return answer["changes"] if digest is None else [{"planDigest": digest}]


def write_plan(path: str, plan: SavedPlan) -> None:
    """Write a plan to a file that only this user can read and write.

    Raises:
        Refusal: it cannot be written.
    """
    members = {field.name: getattr(plan, field.name) for field in fields(plan)}
    text = json.dumps({"version": VERSION, **members}, ensure_ascii=False, indent=1)
    write_file(path, f"{text}\n")


def read_plan(path: str) -> SavedPlan:
    """Return the plan in a file.

    Raises:
        Refusal: it cannot be read, others can write to it, or it is not a plan of this version.
    """
    from s3vend.files.ours import ROOT
    from s3vend.files.paths import open_directory

    place = Path(path).absolute()
    try:
        with open_directory(place.parent) as directory:
            found = json.loads(directory.read(place.name, owners=[ROOT]))
    except OSError as error:
        raise Refusal(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):  # also UnicodeError
        found = None
    if not isinstance(found, dict) or type(found.get("version")) is not int:
        raise Refusal(f"{path} is not a plan; s3vend plan FILE --out {path} writes one")
    if found.pop("version") != VERSION:
        raise Refusal(f"{path} was written by another version of s3vend; plan again")
    if found.keys() != {field.name for field in fields(SavedPlan)} or any(
        type(found[name]) is not kind for name, kind in TYPES.items()
    ):
        raise Refusal(f"{path} is not a whole plan; plan again")
    return SavedPlan(**found)
