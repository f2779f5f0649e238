"""The parts of a role session name, and the source identity."""

import re

from vending.callers.caller import Caller
from vending.callers.identity import Identity
from vending.ids import short_hash


def source_identity(caller: Caller) -> str:
    """At most 34 characters: the name cut to 20, and a hash of the whole identity."""
    readable = re.sub(r"[^A-Za-z0-9_+=,.@]", "_", caller.identity.name)[:20]
    return f"{readable}-{caller_part(caller.identity)}"


def caller_part(identity: Identity) -> str:
    """Of the role session name; the same for every session of one caller."""
    return short_hash(identity.canonical, 13)


def grant_part(id_: str) -> str:
    """Of the role session name; the same for every session of one grant."""
    return short_hash(id_, 8)
