"""The base class of all bodies: strict, frozen, and without unknown members."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from vending.errors import Fault


def camel_case(name: str) -> str:
    """Spell ``checksum_crc32c`` as ``checksumCrc32c``; pydantic's own function gives ``Crc32C``."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


class Body(BaseModel):
    """Base class of request bodies and of the objects in them.

    Each builds its validator when it is first used: an object in a body never needs its own, and a
    request needs one body of its function. What every request needs says ``defer_build=False``, so
    that the start builds it.
    """

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        alias_generator=camel_case,
        hide_input_in_errors=True,
        defer_build=True,
    )

    def faults(self) -> Iterable[Fault]:
        """Return the faults of members that are well formed, but do not go together."""
        return ()
