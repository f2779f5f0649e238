"""The check that no grant and no location names a bucket that is never lent."""

from collections.abc import Iterator

from vending.catalogue.proposal import Proposal
from vending.errors import Fault
from vending.grants.never_lent import why_never_lent


def never_lent_buckets(proposal: Proposal) -> Iterator[Fault]:
    """Grants and locations in buckets that are never lent, whatever role a location names.

    Stored ones too, if the document names them: they open nothing.
    """
    named = [
        *((f"/grants/{place}", one.scope.bucket) for place, one in enumerate(proposal.grants)),
        *((f"/locations/{place}", one.id) for place, one in enumerate(proposal.locations)),
    ]
    more = proposal.setting.never_lent() if named else ()
    for pointer, bucket in named:
        if reason := why_never_lent(bucket, more):
            detail = f"{bucket!r} is never lent: {reason}; use another bucket"
            yield Fault(f"{pointer}/scope", detail)
