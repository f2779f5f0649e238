"""Reads the files to check; a file that is not a document is a finding with its place."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s3vend.cli.grant.file import NOT_IN_FILE, OF_A_PLAN, read_file, text_of
from s3vend.cli.terminal.command import STDIN
from s3vend.cli.terminal.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from s3vend.cli.grant.document import Document
    from s3vend.service.connect import Service

SERVICE = "service"
MALFORMED = "NotADocument"


@dataclass(frozen=True)
class Found:
    """A fault, a failed test or a warning in a file; line and column are counted from 1."""

    level: str
    code: str
    file: str
    line: int
    column: int
    pointer: str
    detail: str


def read_files(files: "Sequence[str]") -> "tuple[dict[str, Document], list[Found]]":
    """Return the documents by the names of their files, and what keeps others from being ones.

    Raises:
        Refusal: a file cannot be read, is named twice, or is a saved plan.
    """
    from s3vend.cli.grant.document import Malformed, read

    documents: dict[str, Document] = {}
    faults: list[Found] = []
    for file in files:
        if files.count(file) > 1:
            raise Refusal(f"{file} is named twice")
        try:
            document = documents[file] = read(text_of(file))
        except Malformed as error:
            place = error.line, error.column
            faults.append(Found("error", MALFORMED, file, *place, "", str(error)))
            continue
        if document.members.keys() >= OF_A_PLAN:
            raise Refusal(f"{file} is a saved plan; check the file of which it was made")
        for name, instead in NOT_IN_FILE.items():
            if name in document.members:
                detail = f"is not allowed in the file; use {instead}"
                faults.append(placed(document, file, "error", MALFORMED, f"/{name}", detail))
    return documents, faults


def placed(
    document: "Document", file: str, level: str, code: str, pointer: str, detail: str
) -> Found:
    """Return a finding with the line and the column of its pointer."""
    place = document.line(pointer), document.column(pointer)
    return Found(level, code, file, *place, pointer, detail)


def standing(against: "Sequence[str]", service: "Service | None") -> "dict[str, Mapping[str, Any]]":
    """Return the documents to compare with: those of files, or what is granted on the service.

    Raises:
        Refusal: a file cannot be read; if it is not there, it may have been meant as a commit.
    """
    if service is not None:
        from s3vend.cli.export.standing import standing_document

        return {"what is granted on the service": standing_document(service, None)}
    for file in against:
        if file != STDIN and not Path(file).exists():
            raise Refusal(
                f"--against: there is no file {file}; to compare with a commit: "
                "git show COMMIT:vending.yaml > old.yaml"
            )
    return {file: read_file(file).members for file in against}
