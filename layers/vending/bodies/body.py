"""The base class of all bodies: strict, frozen, and without unknown members."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from vending.errors import Fault


def camel_case(name: str) -> str:
    """Spell ``checksum_crc32c`` as ``checksumCrc32c``; pydantic's own function gives ``Crc32C``."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


class Body(BaseModel):
    """Base class of request bodies and of the objects in them."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        alias_generator=camel_case,
        hide_input_in_errors=True,
    )

    def faults(self) -> Iterable[Fault]:
        """Return the faults of members that are well formed, but do not go together."""
        return ()
