"""Who asks, through which door."""

from dataclasses import dataclass, field
from typing import Literal

from vending.callers.identity import Identity

Door = Literal["iam", "web-identity", "admin", "sts"]


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller, as API Gateway's request context gives it."""

    door: Door
    identity: Identity
    source_ip: str
    authorise_ms: float | None = field(default=None, compare=False)  # that the authorizer took

    def as_recorded(self) -> dict[str, object]:
        """As members of the audit record."""
        return {
            "door": self.door,
            "sourceIp": self.source_ip,
            **self.identity.as_recorded(),
            "authoriseMs": self.authorise_ms,
        }
