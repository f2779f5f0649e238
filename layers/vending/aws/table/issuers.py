"""Reads the issuers from DynamoDB."""

from typing import Any

from vending.aws.services.measuring import METER
from vending.aws.table.items import entries
from vending.callers.issuer import Issuer
from vending.documents.issuer import IssuerBody


@METER.timed("issuers")
def issuers(client: Any, table: str) -> dict[str, Issuer]:
    """All issuers, by URL.

    Raises:
        Unavailable: DynamoDB failed.
    """
    found = (
        IssuerBody.stored_issuer(document) for _, document in entries(client, table, "issuers")
    )
    return {issuer.url: issuer for issuer in found}
