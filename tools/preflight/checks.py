"""All checks of an account, and what they find together."""

from collections.abc import Callable, Mapping
from typing import Final

from tools.preflight import demands, existing, quotas, simulated
from tools.preflight.account import CannotSeeError, Clients
from tools.preflight.finding import Finding, Findings, Kind
from tools.preflight.planned import Planned

# In the order in which they are made.
CHECKS: Final[Mapping[str, Callable[[Planned, Clients], Findings]]] = {
    "parameters": demands.parameters,
    "stack": existing.stack,
    "names": existing.names,
    "log role": existing.log_role,
    "quota of Lambda": quotas.functions,
    "quota of STS": quotas.sessions,
    "quotas of IAM": quotas.room,
    "boundaries": demands.boundaries,
    "key": demands.key,
    "permissions": simulated.permissions,
}


def look(planned: Planned, client: Clients) -> list[Finding]:
    """Return what all checks find; a check whose answer is missing is found as not seen."""
    found: list[Finding] = []
    for name, check in CHECKS.items():
        try:
            found += check(planned, client)
        except CannotSeeError as error:
            found.append(Finding(Kind.UNSEEN, f"{name}: {error}"))
    return found
