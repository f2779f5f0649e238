"""Reads and writes files, and sends a `vending.yaml`, whose faults are shown with their lines."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from s3vend.cli.terminal.command import STDIN, Options
from s3vend.cli.terminal.refusal import REFUSED, Refusal, code_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from s3vend.cli.grant.document import Document
    from s3vend.service.connect import Service

ROUTE = "/admin/changes"
TOO_LARGE = "TooLarge"  # the answer, if it is not the document
CHANGE_RUNNING = "ChangeRunning"  # perhaps this document, of a command that was interrupted
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


@dataclass(frozen=True)
class Sender:
    """Sends a document of a file; one that is too large for a request is staged."""

    service: "Service"
    file: str
    document: "Document"
    options: "Options"

    def send(self, *, prune: bool, dry_run: bool, revision: "int | None" = None) -> dict[str, Any]:
        """Have the document planned or applied, and return the answer.

        Raises:
            Refusal: the request has faults; the message names the line of each.
            ServiceError: any other error.
        """
        from s3vend.cli.large.cut import is_large
        from s3vend.errors import ServiceError

        members = self.document.members
        at = {} if revision is None else {"revision": revision}
        try:
            if not is_large(members):
                how = {"prune": prune, "dryRun": dry_run, **at}
                return self.service.ask(ROUTE, {**members, **how})
        except ServiceError as error:
            is_begun = error.code == CHANGE_RUNNING and self._is_begun(prune=prune)
            if error.code != TOO_LARGE and not is_begun:
                raise self.refused(error) from None
        try:
            return self._staged(prune=prune, dry_run=dry_run, **at)
        except ServiceError as error:
            raise self.refused(error) from None

    def _is_begun(self, *, prune: bool) -> bool:
        """Whether what is being written is this document; not if this caller must not know."""
        from s3vend.cli.large.cut import announced, cut
        from s3vend.cli.large.staged import is_writing
        from s3vend.errors import ServiceError

        members = self.document.members
        try:
            return is_writing(self.service, announced(members, cut(members), prune=prune))
        except ServiceError:
            return False

    def _staged(self, *, prune: bool, dry_run: bool, **at: int) -> dict[str, Any]:
        from s3vend.cli.large.cut import announced, cut
        from s3vend.cli.large.staged import StagedChange

        members, quiet = self.document.members, self.options.quiet or self.options.is_json
        parts = cut(members)
        change = StagedChange.announced(
            self.service,
            announced(members, parts, prune=prune),
            quiet=quiet,
            first=dry_run,
        )
        change.send(parts, lambda part, error: self.refused(error, part.whole))
        change.commit("planned" if dry_run else "applied", dryRun=dry_run, **at)
        changes = change.changes(every=self.options.is_json)
        warnings = change.answer.get("warnings", [])
        applied = change.state == "applied" and not dry_run
        return {
            **change.answer,
            "applied": applied,
            "changes": changes,
            "changeCount": sum(change.answer["counts"].values()),
            "warnings": warnings,
        }

    def refused(
        self, error: "Exception", whole: "Callable[[str], str]" = lambda pointer: pointer
    ) -> Exception:
        """Return the error as people see it: with the file and the line of each fault."""
        from s3vend.errors import ServiceError

        if not isinstance(error, ServiceError) or not error.problem.faults:
            return error
        document = self.document
        faults = tuple(
            replace(fault, pointer=whole(fault.pointer)) for fault in error.problem.faults
        )
        lines = [
            f"{self.file}:{document.line(fault.pointer)}: {fault.pointer}: {fault.detail}"
            for fault in sorted(faults, key=lambda fault: document.line(fault.pointer))
        ]
        first, *others = [*lines, f"{error.code}: {error.problem.detail}"]
        return Refusal(
            first,
            code_of(error),
            lines=others,
            name=error.code,
            request_id=error.problem.request_id,
            faults=faults,
        )
