"""A part as the table keeps it: its entries as canonical texts, so that texts can be compared.

The first line is about the part; each of the others is one grant as the catalogue has it. A part of
other lists is one line more: there are few of them, and they are read as a whole.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from vending.bodies.parse import checked
from vending.catalogue.batches import encode
from vending.drafts.request import LISTS, PartRequest
from vending.table import refuse_damaged_item

type Acknowledged = tuple[tuple[str, str], ...]  # codes of warnings, each with a reason


@dataclass(frozen=True, slots=True)
class GrantsPart:
    """The grants of a part as texts, and what their authors acknowledge, by position."""

    texts: tuple[str, ...]
    acknowledged: Mapping[int, Acknowledged]


def text_of(part: PartRequest, members: Mapping[str, object]) -> str:
    """The text of a part, from its body and the members that the body was read from."""
    if not part.grants:
        others = {name: members[name] for name in LISTS if name in members}
        return f'{{"kind":"others"}}\n{encode(others)}'
    acknowledged = {at: one.acknowledge for at, one in enumerate(part.grants) if one.acknowledge}
    head = encode({"kind": "grants", "acknowledged": acknowledged})
    return "\n".join([head, *(encode(one.grant().as_json()) for one in part.grants)])


def hash_of(text: str) -> str:
    """By which it is known that a part is whole, and the one that arrived last."""
    return sha256(text.encode()).hexdigest()


def read_part(text: str) -> GrantsPart | PartRequest:
    """Read what ``text_of`` wrote; raises ``InternalError`` for anything else."""
    head, _, rest = text.partition("\n")
    with refuse_damaged_item():
        about = json.loads(head)
        if about["kind"] == "others":
            return checked(PartRequest, json.loads(rest))
        acknowledged = {
            int(at): tuple((code, reason) for code, reason in given)
            for at, given in about["acknowledged"].items()
        }
        return GrantsPart(tuple(rest.split("\n")), acknowledged)
