"""Wires what answers the questions of administrators, from the table as it is now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any

from vending.answers import Page
from vending.audit.record import Record
from vending.aws.environment import parameters
from vending.aws.environment.runtime import Settings, now
from vending.aws.table import catalogue, grants
from vending.aws.table.issuers import issuers
from vending.bodies.parse import parse
from vending.callers.caller import Caller
from vending.decision.effects import Counter, Effects, Rates
from vending.questions.explanation import explain_as
from vending.questions.reach import PARTS, Sources, reach
from vending.questions.request import ExplanationRequest, ReachRequest
from vending.questions.standing import Standing

SECONDS = 10.0  # in which a page looks for more answers, of the 29 that API Gateway waits


@dataclass(slots=True)
class Asking:
    """The catalogue of one execution environment, kept until its revision changes."""

    settings: Settings
    dynamodb: Any
    _kept: Standing | None = None

    def standing(self) -> Standing:
        """The catalogue as it is now; raises ``Unavailable`` if the table fails."""
        self._kept = catalogue.standing(self.dynamodb, self.settings.table, self._kept)
        return self._kept

    def reach(self, query: Mapping[str, str], body: str, record: Record) -> dict[str, object]:
        """One page of who reaches some keys, or of what some callers reach; as ``reach``."""
        until = monotonic() + SECONDS
        page = Page.from_query(query, PARTS)
        sources = Sources(
            standing=self.standing,
            history=partial(catalogue.history, self.dynamodb, self.settings.table),
            never_lent=partial(parameters.never_lent, self.settings),
            now=now(),
            in_time=lambda: monotonic() < until,
        )
        return reach(parse(ReachRequest, body), page, record, sources)

    def explain(self, caller: Caller, body: str, record: Record) -> dict[str, object]:
        """What another caller's credentials request would get; as ``explain_as``."""
        request = parse(ExplanationRequest, body)
        trusted = partial(issuers, self.dynamodb, self.settings.table)
        return explain_as(request, caller, record, trusted, self.effects(), self.standing)

    def effects(self) -> Effects:
        """The effects of a decision that is only explained, read without a cache."""
        settings = self.settings
        return Effects(
            load_grants=partial(grants.load, self.dynamodb, settings.table),
            load_denials=partial(grants.load_denials, self.dynamodb, settings.table),
            rates=Rates(settings.rate_limit, _uncounted, settings.vends_uncounted),
            role_arn=settings.role_arn,
            now=now(),
            never_lent=partial(parameters.never_lent, settings),
        )


def _uncounted(_: str, __: datetime, ___: Sequence[Counter]) -> Mapping[str, int] | None:
    """Count nothing: an explanation vends nothing."""
    return None
