"""Shows a plan, and what is on the service and not in the file, which stays as it is."""

from collections.abc import Iterator, Mapping, Sequence
from shlex import quote
from typing import TYPE_CHECKING, Any

from s3vend.cli.grant.difference import first_names, put_changes, summary
from s3vend.cli.terminal.command import Options
from s3vend.cli.terminal.ending import say
from s3vend.cli.terminal.text import put_json, put_text
from s3vend.service.pages import pages

if TYPE_CHECKING:
    from s3vend.cli.grant.document import Document
    from s3vend.service.connect import Service

# Each with the member that names an entry.
LISTS = {"locations": "scope", "issuers": "issuer", "grants": "id", "tests": "id"}

Drift = Mapping[str, Sequence[str]]  # names of entries, by list


def find_drift(service: "Service", document: "Document") -> Drift:
    """Return the names of the entries that the lists of an accepted file do not have.

    A list that the file does not have at all is left aside, as --prune leaves it aside.
    """
    return {
        name: missing
        for name in LISTS
        if name in document.members and (missing := list(_missing(service, name, document.members)))
    }


def drift_lines(drift: Drift, owner: str | None) -> Iterator[str]:
    """Yield a line for each list; ``owner`` is the one to whom the document is limited."""
    for name, missing in drift.items():
        word, them = (name, "them") if len(missing) > 1 else (name.removesuffix("s"), "it")
        yield (
            f"Not in the file: {len(missing)} {word}{of_owner(owner)} on the service "
            f"({first_names(missing)}); --prune would remove {them}."
        )


def say_emptied(document: "Document", answer: Mapping[str, Any]) -> None:
    """Say for each empty list of the file how much --prune removes by it: whatever there is."""
    changes = answer["changes"]
    is_whole = answer.get("changeCount", len(changes)) == len(changes)
    others = not is_whole and answer["counts"].get("remove", 0)
    for name in LISTS:
        word = name.removesuffix("s")
        removed = [one for one in changes if (one["action"], one["kind"]) == ("remove", word)]
        if document.members.get(name) == [] and (removed or others):
            count = f" ({len(removed)})" if is_whole else ""
            say(
                f"the list {name!r} of the file is empty: --prune removes every {word}"
                f"{of_owner(document.members.get('owner'))} on the service{count}"
            )


def of_owner(owner: str | None) -> str:
    """Return whose, in words."""
    return f" of {owner}" if owner else ""


def _missing(service: "Service", name: str, members: Mapping[str, Any]) -> Iterator[str]:
    member, owner = LISTS[name], members.get("owner")
    named = {entry[member] for entry in members[name]}
    for stored in pages(service, f"/admin/{name}", name):
        if stored[member] not in named and owner in (None, stored.get("owner")):
            yield stored[member]


def is_begun(answer: Mapping[str, Any]) -> bool:
    """Whether an earlier command was interrupted while it wrote this plan."""
    return answer.get("state") == "writing"


def put_plan(
    options: Options, file: str, document: "Document", answer: dict[str, Any], drift: "Drift"
) -> None:
    """Show a plan, and what is beside the file."""
    if options.is_json:
        put_json(answer | ({"notInFile": drift} if drift else {}))
        return
    changes = answer["changes"]
    where = {
        position: f"  {file}:{document.line(change['pointer'])}"
        for position, change in enumerate(changes)
        if change["action"] != "remove"
    }
    put_changes(changes, where)
    if left := answer.get("changeCount", len(changes)) - len(changes):
        put_text(f"… and {left:,} more changes; -o json lists all")
    for warning in answer.get("warnings", []):
        line = document.line(warning["pointer"])
        code = f" [{warning['code']}]" if "code" in warning else ""  # older services have none
        say(f"warning: {file}:{line}: {warning['pointer']}: {warning['detail']}{code}")
    for line_of_drift in drift_lines(drift, document.members.get("owner")):
        put_text(line_of_drift, hang=2)
    put_text(summary(changes, answer["revision"], answer.get("counts")))
    if is_begun(answer):
        say(f"an earlier command was interrupted; the change {answer['id']} is written in part")
    if path := answer.get("planFile"):
        say(f"saved the plan; to write exactly this, run s3vend apply --plan-file {quote(path)}")
