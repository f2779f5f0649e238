"""The items that a document becomes, by whatever code is on the path: this one's, or that of before.

As a program it reads the document on its standard input and prints the items.
"""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from vending.catalogue.batches import batches
from vending.catalogue.changes import Change
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody
from vending.grants.keys import Keys
from vending.uploads.upload import Sizes, Upload


def items(document: Mapping[str, Any]) -> dict[str, str]:
    """By ``pk sk``, in order: the writes of all of it into an empty table, and a running upload."""
    locations = [LocationBody.model_validate(one).location() for one in document["locations"]]
    issuers = [IssuerBody.model_validate(one).trusted_issuer() for one in document["issuers"]]
    grants = [GrantBody.model_validate(one).grant() for one in document["grants"]]
    changes = [
        *(Change("location", one.id, "", None, one) for one in locations),
        *(Change("issuer", one.id, "", None, one) for one in issuers),
        *(Change("grant", one.id, "", None, one) for one in grants),
    ]
    written = {
        f"{key.pk} {key.sk}": text or ""
        for batch in batches(changes, {})
        for key, text in batch.writes.items()
    }
    written["upload#plan upload"] = upload().encode()
    return dict(sorted(written.items()))


def upload() -> Upload:
    """One that runs."""
    return Upload(
        id="plan",
        caller="arn:aws:iam::123456789012:user/AssumeS3User#AIDA2EXAMPLEEXAMPLE1",
        target=Keys("hogehoge-bucket", "uploads/großes Bild.png"),
        s3_id="c3RhcnRlZA--",
        sizes=Sizes(3, 5 * 1024**2, 11 * 1024**2),
        content_type="image/png",
        checksum="CRC64NVME",
        ends=datetime(2026, 12, 2, tzinfo=UTC),
    )


if __name__ == "__main__":
    sys.stdout.write(json.dumps(items(json.load(sys.stdin)), indent=2, ensure_ascii=False) + "\n")
