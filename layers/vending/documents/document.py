"""The body of ``POST /admin/changes``: ``vending.yaml``, and how to apply it."""

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import Field

from vending.bodies.body import Body
from vending.bodies.described_fields import Owner
from vending.bodies.fields import Listed, Version, between
from vending.bodies.strict_json import read_strictly
from vending.documents.expectation import ExpectationBody
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody
from vending.errors import Fault

ENTRIES = 100_000  # of a list; a document of more than 2 MiB comes in parts
EXPECTATIONS = 1_000  # each change reads all of them
ISSUERS = 100  # the authorizer reads all of them to verify a token


def asks_dry_run(text: str) -> bool | None:
    """Whether a body that is no valid document asks for a dry run; None if nobody can tell."""
    members, _ = read_strictly(text)
    asked = members.get("dryRun", False) if isinstance(members, dict) else None
    return asked if isinstance(asked, bool) else None


class ChangesRequest(Body):
    """``POST /admin/changes``: ``vending.yaml`` as JSON, and how to apply it."""

    version: Version
    grants: Annotated[Listed[GrantBody], between(0, ENTRIES)] | None = None
    issuers: Annotated[Listed[IssuerBody], between(0, ISSUERS)] | None = None
    locations: Annotated[Listed[LocationBody], between(0, ENTRIES)] | None = None
    tests: Annotated[Listed[ExpectationBody], between(0, EXPECTATIONS)] | None = None
    revision: Annotated[int, Field(ge=0)] | None = None
    owner: Owner | None = None
    dry_run: bool = False
    prune: bool = False

    def faults(self) -> Iterator[Fault]:
        """Yield the issuers whose keys would have to be fetched over http."""
        return http_issuers(self.issuers or ())


def http_issuers(issuers: Iterable[IssuerBody]) -> Iterator[Fault]:
    """Yield a fault for each issuer whose keys would have to be fetched over http."""
    for position, issuer in enumerate(issuers):
        if issuer.only_named:
            yield Fault(
                f"/issuers/{position}/issuer",
                "must be https://host or https://host/path; if its tokens do say http:, pin "
                "its keys in 'jwks': they are never fetched over http, where anybody on the "
                "way could replace them",
            )
