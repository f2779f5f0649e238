"""Reads an issuer and its grants for revocations; apart, since their models take long to load."""

import json
from typing import Any

from vending.aws.table.items import entries, read_items
from vending.callers.issuer import Issuer
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.revocations.holders import Granted
from vending.table import catalogue_key


def granted(client: Any, table: str, url: str) -> Granted:
    """The entry of an issuer, if there is one, and all grants for its callers.

    Raises:
        Unavailable: DynamoDB failed.
    """
    key = catalogue_key("issuer", Issuer(url, ()).id)
    entry = read_items(client, table, [key], consistent=True).get(key)
    grants = [
        GrantBody.stored_grant(document)
        for _, document in entries(client, table, "grants", consistent=True)
        if json.loads(document)["grantee"].get("issuer") == url
    ]
    return Granted(None if entry is None else IssuerBody.stored_issuer(entry), grants)
