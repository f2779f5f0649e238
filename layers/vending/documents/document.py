"""The body of ``POST /admin/changes``: ``vending.yaml``, and how to apply it."""

from typing import Annotated

from pydantic import Field

from vending.bodies.body import Body
from vending.bodies.fields import Listed, Version, between
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody

ENTRIES = 20_000  # more do not fit into a body
ISSUERS = 100  # the authorizer reads all of them to verify a token


class ChangesRequest(Body):
    """``POST /admin/changes``: ``vending.yaml`` as JSON, and how to apply it."""

    version: Version
    grants: Annotated[Listed[GrantBody], between(0, ENTRIES)] | None = None
    issuers: Annotated[Listed[IssuerBody], between(0, ISSUERS)] | None = None
    locations: Annotated[Listed[LocationBody], between(0, ENTRIES)] | None = None
    revision: Annotated[int, Field(ge=0)] | None = None
    dry_run: bool = False
    prune: bool = False
