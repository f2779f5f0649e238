"""What a change opens and closes, as sentences: the difference of two documents for a review."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from vending.checking.words import Names, may_share
from vending.reach.compare import Difference, differences
from vending.reach.document import Document

type _Members = Mapping[str, object]


class _Left(NamedTuple):
    """Members of an entry that are left aside, and what they decide."""

    members: tuple[str, ...]
    reason: str


NOT_COMPARED = "notCompared"
_OPENED, _CLOSED = "gained", "lost"
_SIGNED = _Left(
    ("algorithms", "maxTokenLifetime", "jwks"), "which tokens are valid is not compared"
)
_LENT = _Left(
    ("region", "account", "kmsKey", "role", "externalId"), "what AWS allows there is not compared"
)


def changed(before: Document, after: Document) -> Iterator[Mapping[str, object]]:
    """Yield each difference as JSON, what is opened first; ``text`` is the whole sentence.

    Members that reach leaves aside come last, of entries that stand in both.
    """
    names = Names.of((*before.grants, *after.grants))
    for found in differences(before, after):
        grew = found.kind in (_OPENED, "widened")
        other = before if grew else after
        yield {
            "kind": found.kind,
            "text": _sentence(found, names, in_part=_had_some(found, other)),
            "grant": found.grant.id,
            "grantee": found.grant.grantee.as_json(),
            "permission": found.permission.value,
            "keys": found.keys,
            "key": str(found.key),
            "caller": found.caller.as_json(),
            "otherGrants": [one.id for one in found.others],
            "isExact": found.is_exact,
        }
    yield from _not_compared(before, after)


def _not_compared(before: Document, after: Document) -> Iterator[Mapping[str, object]]:
    """What differs in issuers and locations, though it opens and closes no keys by itself."""
    issuers, locations = (
        {one.id: one for one in each} for each in (after.issuers, after.locations)
    )
    for issuer in before.issuers:
        if other := issuers.get(issuer.id):
            yield from _of_entry("issuer", issuer.url, _SIGNED, issuer.as_json(), other.as_json())
    for location in before.locations:
        if place := locations.get(location.id):
            keys = str(location.scope)
            yield from _of_entry("location", keys, _LENT, location.as_json(), place.as_json())


def _of_entry(
    kind: str, name: str, left: _Left, before: _Members, after: _Members
) -> Iterator[Mapping[str, object]]:
    if members := [one for one in left.members if before.get(one) != after.get(one)]:
        text = f"~ the {kind} {name} has other values of {', '.join(members)}; {left.reason}"
        yield {"kind": NOT_COMPARED, "text": text, kind: name, "members": members}


def _sentence(found: Difference, names: Names, *, in_part: bool) -> str:
    who, keys = names.grantee(found.grant.grantee), found.keys
    permission = found.permission.value
    by = ", ".join(repr(one.id) for one in found.others)
    sentences = {
        "gained": f"+ {who} can now {permission} {keys}",
        "widened": f"+ {who} can now {permission} {keys} under looser terms than by {by}",
        "lost": f"- {who} can no longer {permission} {keys}",
        "narrowed": f"- {who} can {permission} {keys} only under stricter terms now, by {by}",
    }
    text = sentences[found.kind]
    if in_part and found.kind in (_OPENED, _CLOSED):
        how = "now" if found.kind == _OPENED else "no longer"
        sign = "+" if found.kind == _OPENED else "-"
        text = f"{sign} {who} can {how} {permission} some of {keys}"
    alone = names.caller(found.caller)
    witness = "" if alone == who else f" as {alone}"
    at_most = "" if found.is_exact else " (at most: it is not known exactly)"
    return f"{text}, for example {found.key}{witness}{at_most}"


def _had_some(found: Difference, other: Document) -> bool:
    """Whether the other document may open some of it too, so that not all of it is different."""
    if not (opening := other.opening(found.grant)):  # no issuer or no location there
        return False
    return any(
        one.url == opening.url
        and one.grant.permission.includes(found.permission)
        and may_share(one.grant.grantee, found.grant.grantee)
        for one in other.near(opening.pattern)
    )
