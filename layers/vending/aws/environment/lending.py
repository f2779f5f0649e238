"""Wires what the vending functions share: settings, table, cached reads, rates and STS."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from vending.aws.environment.runtime import Settings, clocks, new_id, now
from vending.aws.services import sts
from vending.aws.services.client import client
from vending.aws.table import counters, grants
from vending.decision.effects import Effects, Rates
from vending.decision.reads import Reads
from vending.sessions.session import AssumeRole, Lending


@dataclass(frozen=True, slots=True)
class Environment:
    """The wiring of one execution environment, made once, at import."""

    settings: Settings
    dynamodb: Any
    reads: Reads
    rates: Rates

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
        return cls(
            settings,
            dynamodb,
            reads,
            Rates(settings.rate_limit, add, settings.vends_uncounted),
        )

    def assume_role(self) -> partial[Any]:
        """The effect ``AssumeRole``, with a client of its own; call this once, at import."""
        return partial(
            sts.assume_role, client("sts", self.settings.region, self.settings.sts_endpoint)
        )

    def effects(self) -> Effects:
        """The effects of a decision that is made now."""
        return Effects(
            self.reads.load_grants,
            self.reads.load_denials,
            self.rates,
            self.settings.role_arn,
            now(),
        )

    def lending(self, assume_role: AssumeRole) -> Lending:
        """The effects of vending credentials now."""
        return Lending(
            self.reads.load_grants,
            self.reads.load_denials,
            self.rates,
            self.settings.role_arn,
            now(),
            assume_role,
            new_id,
        )
