"""The catalogue as questions read it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.support.make import location
from vending.catalogue.batches import encode
from vending.grants.grant import Grant
from vending.questions.standing import Standing

if TYPE_CHECKING:
    from vending.callers.issuer import Issuer
    from vending.catalogue.changes import Entry
    from vending.grants.location import Location


def standing(
    grants: Sequence[Grant],
    issuers: "Sequence[Issuer]" = (),
    locations: "Sequence[Location] | None" = None,
    revision: int = 7,
) -> Standing:
    """These entries; without ``locations``, those of the buckets bkt and other."""
    places = [location(), location("other")] if locations is None else locations
    entries: dict[str, Sequence[Entry]] = {"grant": grants, "issuer": issuers, "location": places}
    texts = {
        kind: {one.id: encode(one.as_json()) for one in listed} for kind, listed in entries.items()
    }
    return Standing(revision, texts)
