"""Warns of grants that nobody can use, and of those that allow nothing beyond others."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from vending.catalogue.warnings import Warned
from vending.checking.words import ids, may_share
from vending.grants.grant import Grant
from vending.reach.compare import differences, overlap
from vending.reach.document import Document, Opening


def unused(document: Document, grants: tuple[Grant, ...]) -> Iterator[Warned]:
    """Yield a warning for each of these grants whose keys no caller reaches.

    Grants that have ended have a warning of their own.
    """
    for position, grant in enumerate(grants):
        if document.opening(grant) and overlap(document, grant, grant) is None:
            yield Warned(
                "NobodyReaches",
                f"/grants/{position}",
                "nobody can use it: no caller can be this grantee and fill the variables of the "
                "scope with keys that S3 accepts",
            )


def shadowed(document: Document, grants: tuple[Grant, ...]) -> Iterator[Warned]:
    """Yield a warning for each of these grants that could be removed, and nothing would change.

    Others must open all of its keys for all of its callers under equal terms: under other terms it
    matters which grant is the closest one. A grant with a rate limit counts on its own. If all
    grants with this warning are removed together, nothing changes either.
    """
    removed = set[str]()
    for position, grant in enumerate(grants):
        opening = document.opening(grant)
        if not opening or grant.rate_limit or overlap(document, grant, grant) is None:
            continue
        others = [
            one.grant
            for one in document.near(opening.pattern)
            if _has_terms_of(grant, one, opening) and one.grant.id not in removed
        ]
        others.sort(key=lambda one: one.id)
        if any(one.unnamed() == grant.unnamed() for one in others):
            continue  # the catalogue's IdenticalGrant
        wider = [one for one in others if one.grantee.includes(grant.grantee)]
        alone = next((one for one in wider if _adds_nothing(document, grant, [one])), None)
        if alone is None and not (others and _adds_nothing(document, grant, others)):
            continue
        removed.add(grant.id)
        by = f"{alone.id!r} allows" if alone else f"{ids(others)} together allow"
        yield Warned(
            "ShadowedGrant",
            f"/grants/{position}",
            f"{by} all of it under the same terms; without this grant, nobody reaches less",
        )


def _has_terms_of(grant: Grant, other: Opening, opening: Opening) -> bool:
    """Whether the other grant may be for the same callers, and has the same terms."""
    if other.grant.id == grant.id or other.url != opening.url:
        return False
    if not may_share(other.grant.grantee, grant.grantee):
        return False
    alike = replace(
        grant.undescribed(),
        id=other.grant.id,
        grantee=other.grant.grantee,
        scope=other.grant.scope,
        permission=other.grant.permission,
    )
    return alike == other.grant.undescribed()


def _adds_nothing(document: Document, grant: Grant, others: Sequence[Grant]) -> bool:
    """Whether the grant opens nothing that the others do not open."""
    with_it, without = (replace(document, grants=tuple(one)) for one in ([grant], others))
    first = next(differences(without, with_it), None)  # gains come first
    return first is None or first.kind in ("lost", "narrowed")
