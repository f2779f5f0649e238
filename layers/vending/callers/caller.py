"""The caller of a request, and the door that it came through."""

from dataclasses import dataclass, field
from typing import Literal

from vending.callers.identity import Identity

Door = Literal["iam", "web-identity", "admin", "sts", "share"]


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller: its door, its verified identity and its IP address."""

    door: Door
    identity: Identity
    source_ip: str
    authorise_ms: float | None = field(default=None, compare=False)  # how long the authorizer took

    def as_recorded(self) -> dict[str, object]:
        """Return the caller as members of the audit record."""
        return {
            "door": self.door,
            "sourceIp": self.source_ip,
            **self.identity.as_recorded(),
            "authoriseMs": self.authorise_ms,
        }
