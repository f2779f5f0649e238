"""Reads what stands on the service as the members of a document; nothing changes in between."""

from typing import TYPE_CHECKING, Any

from s3vend.cli.grant.drift import LISTS
from s3vend.cli.terminal.ending import say
from s3vend.cli.terminal.refusal import NOT_REACHABLE, Refusal
from s3vend.service.pages import answers

if TYPE_CHECKING:
    from s3vend.service.connect import Service

TRIES = 3


def standing_document(service: "Service", owner: "str | None") -> "dict[str, Any]":
    """Return the document of all entries, or of those of one owner, each list by its names.

    Raises:
        Refusal: the entries kept changing while they were read.
    """
    for _ in range(TRIES):
        revisions, lists = set(), dict[str, Any]()
        for name, member in LISTS.items():
            found = list[Any]()
            for answer in answers(service, f"/admin/{name}"):
                revisions.add(answer.get("revision"))  # older services have none
                found += answer[name]
            if owner is not None:
                found = [entry for entry in found if entry.get("owner") == owner]
            lists[name] = sorted(found, key=lambda entry: str(entry[member]))
        # Each page was read after the revision in it; this one shows that nothing came later.
        revisions.add(service.read("/admin/locations", limit="1").get("revision"))
        if revisions == {None}:
            say(
                "this service does not tell its revision, so that a change meanwhile goes unnoticed"
            )
        if len(revisions) == 1:
            return {"version": 1, **({} if owner is None else {"owner": owner}), **lists}
    raise Refusal(
        "the entries kept changing while they were read; export them again", NOT_REACHABLE
    )
