"""What checking a part of grants found: faults, warnings, and the changes that it makes."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any, Self

from vending.catalogue.batches import decision_key, encode
from vending.catalogue.changes import Change
from vending.catalogue.checks import CHECKS, repeated_ids
from vending.catalogue.proposal import Proposal
from vending.catalogue.warnings import Warned, unacknowledged
from vending.documents.grant import GrantBody
from vending.drafts.part import GrantsPart
from vending.errors import FAULTS, Fault
from vending.grants.grant import Grant
from vending.ids import short_hash
from vending.table import Key, refuse_damaged_item

IDENTICAL = "IdenticalGrant"  # a warning that takes all parts to find
NAMES = ("id", "owner", "description")  # members that change nothing of what a grant allows


@dataclass(frozen=True, slots=True)
class Made:
    """A change of a grant that a part makes, without its texts."""

    position: int  # in the part
    narrows: bool
    described: bool  # nothing changes but the owner and the description
    closes: bool
    keys: tuple[Key, ...]  # of the decision items that have it before and after


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a part. Positions are those of the document."""

    ids: tuple[str, ...]
    alike: tuple[str, ...]  # hashes of what each grant allows
    faults: tuple[Fault, ...]
    warnings: tuple[Warned, ...]
    more: int  # warnings that are left out
    made: tuple[Made, ...]

    def encode(self) -> str:
        """As JSON for the table."""
        return encode(asdict(self))

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what ``encode`` wrote; raises ``InternalError`` for anything else."""
        with refuse_damaged_item():
            members: dict[str, Any] = json.loads(text)
            made = (
                Made(**one | {"keys": tuple(Key(*key) for key in one["keys"])})
                for one in members.pop("made")
            )
            return cls(
                ids=tuple(members["ids"]),
                alike=tuple(members["alike"]),
                faults=tuple(Fault(*one) for one in members["faults"]),
                warnings=tuple(Warned(**one) for one in members["warnings"]),
                more=int(members["more"]),
                made=tuple(made),
            )


def found_in(
    part: GrantsPart, offset: int, whole: Proposal, stands: Callable[[str], str | None]
) -> Found:
    """Check the grants of a part; ``offset`` of the document's grants come before it.

    ``whole`` has the issuers and locations as they will be. ``stands`` returns the text of the
    grant that stands under an id.
    """
    grants = [GrantBody.stored_grant(text) for text in part.texts]
    before = dict(_before(part, grants, stands))
    proposal = replace(
        whole,
        setting=replace(whole.setting, unjudged=frozenset({*whole.setting.unjudged, IDENTICAL})),
        stored=replace(whole.stored, grants=before),
        grants=tuple(grants),
        issuers=(),
        locations=(),
        tests=(),
        pruned=frozenset(),
        unchanged_grants=(),
        acknowledged={f"/grants/{at}": dict(one) for at, one in part.acknowledged.items()},
    )
    faults = [
        fault._replace(pointer=moved(fault.pointer, offset))
        for check in CHECKS
        if check is not repeated_ids
        for fault in check(proposal)
    ]
    warnings = (
        replace(one, pointer=moved(one.pointer, offset)) for one in unacknowledged(proposal)
    )
    first = tuple(islice(warnings, FAULTS))
    return Found(
        ids=tuple(one.id for one in grants),
        alike=tuple(map(alike, grants)),
        faults=tuple(faults[:FAULTS]),
        warnings=first,
        more=sum(1 for _ in warnings),
        made=tuple(_made(grants, before)),
    )


def moved(pointer: str, offset: int) -> str:
    """A pointer into a part's grants as one into the document's."""
    parts = pointer.split("/")
    if parts[1:2] != ["grants"] or len(parts) < 3:
        return pointer
    return "/".join(["", "grants", str(int(parts[2]) + offset), *parts[3:]])


def _before(
    part: GrantsPart, grants: Iterable[Grant], stands: Callable[[str], str | None]
) -> Iterator[tuple[str, Grant]]:
    """The grants that stand under the same ids; one with an equal text is not parsed again."""
    for text, grant in zip(part.texts, grants, strict=True):
        if (standing := stands(grant.id)) is not None:
            yield grant.id, grant if standing == text else GrantBody.stored_grant(standing)


def _made(grants: Iterable[Grant], before: Mapping[str, Grant]) -> Iterator[Made]:
    for position, grant in enumerate(grants):
        stood = before.get(grant.id)
        if grant != stood:
            change = Change("grant", grant.id, "", stood, grant)
            keys = dict.fromkeys(decision_key(entry) for entry in change.entries)
            yield Made(position, change.narrows, change.is_described, change.closes, tuple(keys))


def alike(grant: Grant) -> str:
    """A hash of what a grant allows and to whom, without its names."""
    allows = {name: value for name, value in grant.as_json().items() if name not in NAMES}
    return short_hash(encode(allows), 16)
