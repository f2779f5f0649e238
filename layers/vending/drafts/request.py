"""The body of a part of a large document, and the document of several parts."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any

from vending.bodies.body import Body
from vending.bodies.fields import Listed, between
from vending.documents.document import EXPECTATIONS, ISSUERS, ChangesRequest, http_issuers
from vending.documents.expectation import ExpectationBody
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody
from vending.errors import Fault

ENTRIES = 20_000  # of a list in a part: checking them is seconds of work
LISTS = ("locations", "issuers", "grants", "tests")


class PartRequest(Body):
    """``PUT /admin/staged/{id}/parts/{number}``: grants, or entries of the other lists."""

    grants: Annotated[Listed[GrantBody], between(1, ENTRIES)] | None = None
    issuers: Annotated[Listed[IssuerBody], between(1, ISSUERS)] | None = None
    locations: Annotated[Listed[LocationBody], between(1, ENTRIES)] | None = None
    tests: Annotated[Listed[ExpectationBody], between(1, EXPECTATIONS)] | None = None

    def faults(self) -> Iterator[Fault]:
        """Yield a part of nothing, of grants and others, and issuers with keys over http."""
        others = [name for name in LISTS if name != "grants" and getattr(self, name)]
        if not (self.grants or others):
            yield Fault("", "the part has no entries")
        if self.grants and others:
            yield Fault(f"/{others[0]}", "a part has grants alone, or entries of the other lists")
        yield from http_issuers(self.issuers or ())

    def by_list(self) -> Mapping[str, int]:
        """The numbers of entries by the names of the lists that there are."""
        return {name: len(found) for name in LISTS if (found := getattr(self, name))}


def document_of(
    parts: Sequence[PartRequest], names: Collection[str], *, owner: str | None, prune: bool
) -> ChangesRequest:
    """The document of these parts, with each list that ``names`` has, if only as an empty one."""
    lists: dict[str, Any] = {
        name: tuple(entry for part in parts for entry in getattr(part, name) or ())
        for name in LISTS
        if name in names
    }
    # Checked part by part already.
    return ChangesRequest.model_construct(version=1, owner=owner, prune=prune, **lists)
