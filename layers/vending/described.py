"""The owner and the description of an entry of ``vending.yaml``; neither changes what it allows."""

from dataclasses import dataclass, replace
from typing import Self

OWNER = "[a-z0-9][a-z0-9._-]{0,63}"
DESCRIPTION = 256  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What every grant, issuer and location has."""

    owner: str | None = None  # the team that looks after it
    description: str | None = None  # for people

    @property
    def described(self) -> dict[str, object]:
        """Owner and description as in ``vending.yaml``, as far as they are given."""
        members = {"owner": self.owner, "description": self.description}
        return {name: value for name, value in members.items() if value is not None}

    def undescribed(self) -> Self:
        """Return what the entry allows, without its owner and its description."""
        return replace(self, owner=None, description=None)

    def allows_as(self, other: "Described | None") -> bool:
        """Whether the two differ in their owner and their description at most."""
        return other is not None and self.undescribed() == other.undescribed()
