"""Wires what the vending functions share: settings, table, cached reads, rates and STS."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, NamedTuple, Self

from vending.aws.environment import parameters
from vending.aws.environment.runtime import Settings, clocks, new_id, now
from vending.aws.services import sts
from vending.aws.services.client import client
from vending.aws.table import counters, grants
from vending.decision.effects import Effects, Rates
from vending.decision.reads import Reads
from vending.kept import Kept
from vending.sessions.session import AssumeRole, Lending


class Environment(NamedTuple):
    """The wiring of one execution environment, made once, at import."""

    settings: Settings
    dynamodb: Any
    reads: Reads
    rates: Rates
    never_lent: Callable[[], Collection[str]]  # cached as long as grants

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """Read the settings from environment variables, and make the clients.

        Raises:
            KeyError: a variable is missing.
        """
        settings = Settings.read(variables)
        dynamodb = client("dynamodb", settings.region)
        reads = Reads(
            partial(grants.load, dynamodb, settings.table),
            partial(grants.load_denials, dynamodb, settings.table),
            settings.grants_cache_seconds,
            clocks,
        )
        add = partial(counters.add, dynamodb, settings.table)
        never_lent = partial(parameters.never_lent, settings)
        return cls(
            settings,
            dynamodb,
            reads,
            Rates(settings.rate_limit, add, settings.vends_uncounted),
            Kept(never_lent, settings.grants_cache_seconds, clocks).load,
        )

    def assume_role(self) -> partial[Any]:
        """The effect ``AssumeRole``, with a client of its own; call this once, at import."""
        return partial(
            sts.assume_role, client("sts", self.settings.region, self.settings.sts_endpoint)
        )

    def shared(self) -> dict[str, Any]:
        """The members of ``Effects`` now; other effects have these too."""
        return {
            "load_grants": self.reads.load_grants,
            "load_denials": self.reads.load_denials,
            "rates": self.rates,
            "role_arn": self.settings.role_arn,
            "now": now(),
            "never_lent": self.never_lent,
        }

    def effects(self) -> Effects:
        """The effects of a decision that is made now."""
        return Effects(**self.shared())

    def lending(self, assume_role: AssumeRole) -> Lending:
        """The effects of vending credentials now."""
        return Lending(**self.shared(), assume_role=assume_role, new_id=new_id)
