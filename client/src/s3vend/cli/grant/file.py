"""Reads and writes files, and sends a `vending.yaml`, whose faults are shown with their lines."""

import sys
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from s3vend.cli.terminal.command import STDIN
from s3vend.cli.terminal.refusal import REFUSED, Refusal, code_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from s3vend.cli.grant.document import Document
    from s3vend.service.connect import Service

ROUTE = "/admin/changes"
NOT_IN_FILE = {"dryRun": "s3vend plan", "prune": "--prune"}  # members, and what to use instead
OF_A_PLAN = {"members", "changes", "service"}  # members of what plan --out saves


def read_file(file: str) -> "Document":
    """Return the document in a file, or in stdin.

    Raises:
        Refusal: it cannot be read, or is not a valid document.
    """
    from s3vend.cli.grant.document import Malformed, read

    text = text_of(file)
    try:
        document = read(text)
    except Malformed as error:
        raise Refusal(f"{file}:{error.line}: {error}", REFUSED) from None
    if document.members.keys() >= OF_A_PLAN:
        raise Refusal(f"{file} is a saved plan; apply it with --plan-file {quote(file)}")
    for name, instead in NOT_IN_FILE.items():
        if name in document.members:
            line = document.line(f"/{name}")
            message = f"{file}:{line}: {name} is not allowed in the file; use {instead}"
            raise Refusal(message, REFUSED)
    return document


def text_of(file: str) -> str:
    """Return the text of a file, or of stdin.

    Raises:
        Refusal: it cannot be read.
    """
    try:
        return sys.stdin.read() if file == STDIN else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeError:
        raise Refusal(f"{file} is not encoded in UTF-8") from None


def write_file(file: str, text: str, agree: "Callable[[], object] | None" = None) -> None:
    """Write a file that only this user can read and write.

    ``agree`` is called before a file is replaced, and raises if it may not be.

    Raises:
        Refusal: it cannot be written.
    """
    from s3vend.files.paths import open_directory

    place = Path(file).absolute()
    try:
        with open_directory(place.parent) as directory:
            if agree is not None and directory.has(place.name):
                agree()
            if place.is_dir():
                raise IsADirectoryError(0, "it is a directory")
            directory.write(place.name, text.encode())
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it has text that is not valid UTF-8"
        raise Refusal(f"{file} cannot be written: {reason}") from None


def limited(document: "Document", file: str, owner: "str | None") -> "Document":
    """Return the document as it is sent: only about entries of this owner, if there is one.

    The file can name the owner itself.

    Raises:
        Refusal: the file names another owner.
    """
    if owner is None:
        return document
    if (own := document.members.get("owner", owner)) != owner:
        line = document.line("/owner")
        raise Refusal(f"{file}:{line}: the owner of the file is {own!r}, not {owner!r}", REFUSED)
    return replace(document, members={**document.members, "owner": owner})


def send(service: "Service", file: str, document: "Document", **more: object) -> dict[str, Any]:
    """Send the document with further members, and return the answer.

    Raises:
        Refusal: the request has faults; the message names the line of each.
        ServiceError: any other error.
    """
    from s3vend.errors import ServiceError

    try:
        return service.ask(ROUTE, {**document.members, **more})
    except ServiceError as error:
        faults = error.problem.faults
        if not faults:
            raise
        lines = [
            f"{file}:{document.line(fault.pointer)}: {fault.pointer}: {fault.detail}"
            for fault in sorted(faults, key=lambda fault: document.line(fault.pointer))
        ]
        first, *others = [*lines, f"{error.code}: {error.problem.detail}"]
        raise Refusal(
            first,
            code_of(error),
            lines=others,
            name=error.code,
            request_id=error.problem.request_id,
            faults=faults,
        ) from None
