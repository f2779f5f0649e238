"""The bodies of the routes below ``/admin/staged``."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from vending.bodies.body import Body
from vending.bodies.described_fields import Owner
from vending.bodies.fields import Version, matching
from vending.documents.document import ENTRIES, EXPECTATIONS, ISSUERS
from vending.drafts.request import LISTS
from vending.errors import Fault

PART_BYTES = 4_000_000  # of a body; Lambda takes events of 6 MB, in which each quote is two bytes
PARTS = 50

Digest = Annotated[str, matching("[0-9a-f]{64}", "64 hexadecimal digits in lower case")]


class EntriesBody(Body):
    """How many entries each list of the document has; a list that it does not have is left out."""

    grants: Annotated[int, Field(ge=0, le=ENTRIES)] | None = None
    issuers: Annotated[int, Field(ge=0, le=ISSUERS)] | None = None
    locations: Annotated[int, Field(ge=0, le=ENTRIES)] | None = None
    tests: Annotated[int, Field(ge=0, le=EXPECTATIONS)] | None = None

    def by_list(self) -> Mapping[str, int]:
        """The numbers by the names of the lists that there are."""
        found = {name: getattr(self, name) for name in LISTS}
        return {name: count for name, count in found.items() if count is not None}


class StagedRequest(Body):
    """``POST /admin/staged``: announces a document, and how to apply it."""

    version: Version
    digest: Digest
    entries: EntriesBody
    parts: Annotated[int, Field(ge=0, le=PARTS)]
    revision: Annotated[int, Field(ge=0)] | None = None
    owner: Owner | None = None
    prune: bool = False

    def faults(self) -> Iterator[Fault]:
        """Yield what cannot be: a document without lists, or parts without entries."""
        counts = self.entries.by_list()
        if not counts:
            yield Fault("/entries", "has no list; give the number of entries of at least one")
        if self.parts > sum(counts.values()):
            yield Fault("/parts", "there are more parts than entries")
        if any(counts.values()) and not self.parts:
            yield Fault("/parts", "there are entries, so there must be at least one part")


class CommitRequest(Body):
    """``POST /admin/staged/{id}/commit``: checks the document, and writes it unless ``dryRun``."""

    dry_run: bool = False
    revision: Annotated[int, Field(ge=0)] | None = None
