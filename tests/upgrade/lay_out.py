"""The items that a document becomes, by whatever code is on the path: this one's, or that of before.

As a program it reads the document on its standard input and prints the items.
"""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any

# Where this code has each name, and where the version before had it, perhaps by another name.
PLACES = {
    "batches": ("vending.catalogue.batches:batches", "vending.layout:batches"),
    "Change": ("vending.catalogue.changes:Change", "vending.changes:Change"),
    "GrantBody": ("vending.documents.grant:GrantBody", "vending.grant_document:GrantBody"),
    "IssuerBody": ("vending.documents.issuer:IssuerBody", "vending.document:IssuerBody"),
    "LocationBody": ("vending.documents.location:LocationBody", "vending.document:LocationBody"),
    "Keys": ("vending.grants.keys:Keys", "vending.location:Location"),
    "Sizes": ("vending.uploads.upload:Sizes", "vending.upload:Sizes"),
    "Upload": ("vending.uploads.upload:Upload", "vending.upload:Upload"),
}
BEFORE = find_spec("vending.catalogue") is None


def named(name: str) -> Any:
    """The name as the code on the path has it."""
    module, _, found = PLACES[name][BEFORE].partition(":")
    return getattr(import_module(module), found)


def items(document: Mapping[str, Any]) -> dict[str, str]:
    """By ``pk sk``, in order: the writes of all of it into an empty table, and a running upload."""
    trusted = "trusted" if BEFORE else "trusted_issuer"
    kinds = [
        ("location", "LocationBody", "location"),
        ("issuer", "IssuerBody", trusted),
        ("grant", "GrantBody", "grant"),
    ]
    changes = []
    for kind, body, method in kinds:
        for members in document[f"{kind}s"]:
            entry = getattr(named(body).model_validate(members), method)()
            changes.append(named("Change")(kind, entry.id, "", None, entry))
    written = {
        f"{key.pk} {key.sk}": text or ""
        for batch in named("batches")(changes, {})
        for key, text in batch.writes.items()
    }
    written["upload#plan upload"] = upload().encode()
    return dict(sorted(written.items()))


def upload() -> Any:
    """One that runs."""
    return named("Upload")(
        id="plan",
        caller="arn:aws:iam::123456789012:user/AssumeS3User#AIDA2EXAMPLEEXAMPLE1",
        target=named("Keys")("hogehoge-bucket", "uploads/großes Bild.png"),
        s3_id="c3RhcnRlZA--",
        sizes=named("Sizes")(3, 5 * 1024**2, 11 * 1024**2),
        content_type="image/png",
        checksum="CRC64NVME",
        ends=datetime(2026, 12, 2, tzinfo=UTC),
    )


if __name__ == "__main__":
    sys.stdout.write(json.dumps(items(json.load(sys.stdin)), indent=2, ensure_ascii=False) + "\n")
