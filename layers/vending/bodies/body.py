"""Request bodies: strict, frozen, unknown members refused."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from vending.errors import Fault


def camel_case(name: str) -> str:
    """``checksum_crc32c`` as ``checksumCrc32c``; pydantic's own would write ``Crc32C``."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


class Body(BaseModel):
    """Base of everything that comes from outside."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        alias_generator=camel_case,
        hide_input_in_errors=True,
    )

    def faults(self) -> Iterable[Fault]:
        """What is wrong with members that are each well formed."""
        return ()
