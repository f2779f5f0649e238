"""The types of the members that every entry of ``vending.yaml`` has for people."""

import re
from typing import Annotated

from pydantic import PlainValidator

from vending.bodies.fields import matching, text
from vending.described import DESCRIPTION, OWNER

# Controls, what is invisible, and what changes how the text beside it reads.
HIDDEN = (
    r"\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    r"\u2028-\u202e\u2060-\u206f\u3164\ue000-\uf8ff\ufe00-\ufe0e\ufeff\uffa0\ufff0-\uffff"
)
_HIDDEN = rf"[{HIDDEN}\ud800-\udfff\U000e0000-\U0010ffff]"


def _description(value: object) -> str:
    described = text(value)
    is_one_line = described == described.strip() and not re.search(_HIDDEN, described)
    if not is_one_line or not 1 <= len(described) <= DESCRIPTION:
        raise ValueError(
            f"must be 1 to {DESCRIPTION} printable characters in one line, without a space at its "
            "ends; in YAML, '>-' makes one line of several"
        )
    return described


Owner = Annotated[
    str,
    matching(
        OWNER,
        "a name such as team-data: 1 to 64 lower-case letters, digits, '.', '_' or '-', starting "
        "with a letter or digit",
    ),
]
Description = Annotated[str, PlainValidator(_description)]
