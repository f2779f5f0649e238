"""Notes that a caller was seen, for the shares that it may have; every door calls it."""

from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from vending.aws.environment.lending import Environment
from vending.aws.environment.runtime import clocks, now
from vending.aws.table.shares import owners
from vending.callers.caller import Caller
from vending.callers.identity import Identity
from vending.errors import ServiceFault
from vending.kept import CAPACITY, Clocks, is_young
from vending.shares.owner import OFTEN, Owner, identity_members


@dataclass(slots=True)
class Seen:
    """The callers that one execution environment has noted."""

    dynamodb: Any
    table: str
    on: bool  # whether the stack has shares
    clocks: Clocks = clocks
    _noted: OrderedDict[str, tuple[tuple[float, float], Any]] = field(default_factory=OrderedDict)

    @classmethod
    def of(cls, environment: Environment) -> Self:
        """For the callers of one function."""
        settings = environment.settings
        return cls(environment.dynamodb, settings.table, settings.sharing)

    def note(self, caller: Caller) -> None:
        """Note the caller once an hour, and at once if its identity is another than before.

        A failure only makes its shares rest sooner, so it refuses nobody.
        """
        if self.on and not self._is_noted(caller.identity):
            with suppress(ServiceFault):
                self._write(caller.identity)

    def _write(self, identity: Identity) -> None:
        owners.touch(self.dynamodb, self.table, Owner(identity, now()))
        self._noted[identity.canonical] = (self.clocks(), identity_members(identity))
        self._noted.move_to_end(identity.canonical)
        if len(self._noted) > CAPACITY:
            self._noted.popitem(last=False)

    def _is_noted(self, identity: Identity) -> bool:
        since, members = self._noted.get(identity.canonical, (None, None))
        same = members == identity_members(identity)
        return since is not None and same and is_young(since, self.clocks(), OFTEN)
