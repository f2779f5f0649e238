"""Makes the source identity, and the caller's and grant's parts of a role session name."""

import re
from functools import lru_cache

from vending.callers.caller import Caller
from vending.callers.identity import Identity
from vending.ids import short_hash

_UNREADABLE = re.compile(r"[^A-Za-z0-9_+=,.@]")


def source_identity(caller: Caller) -> str:
    """Return the caller's name, cut to 20 characters, and a hash of its identity: 34 at most."""
    return f"{_readable(caller.identity.name)}-{caller_part(caller.identity)}"


@lru_cache(maxsize=1000)
def _readable(name: str) -> str:
    return _UNREADABLE.sub("_", name)[:20]


def caller_part(identity: Identity) -> str:
    """Return the part of a role session name that all sessions of one caller share."""
    return short_hash(identity.canonical, 13)


def grant_part(id_: str) -> str:
    """Return the part of a role session name that all sessions of one grant share."""
    return short_hash(id_, 8)
