"""Wires the effects of shares: for their owners, and for whoever opens a link."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from secrets import token_bytes
from typing import Any, Self

from vending.aws.environment.lending import Environment
from vending.aws.environment.runtime import clocks, new_id, now
from vending.aws.services import s3
from vending.aws.services.client import Bounded, client
from vending.aws.services.ssm import text
from vending.aws.table import grants, uploads
from vending.aws.table.shares import read, tries, write
from vending.kept import Kept
from vending.revocations.revocation import revocation_id
from vending.sessions.signing_sessions import SigningSessions
from vending.shares.opening.effects import OpenEffects
from vending.shares.opening.tries import TryEffects
from vending.shares.owners.effects import ShareEffects
from vending.table import plan_key

URL_SECONDS = 300.0  # for which the URL that links begin with is kept


@dataclass(frozen=True, slots=True)
class SharingEnvironment:
    """The wiring of one execution environment, made once, at import."""

    lending: Environment
    sessions: SigningSessions
    connection: Bounded
    base_url: Callable[[], str]

    @classmethod
    def of(cls, lending: Environment, links_url_parameter: str) -> Self:
        """The wiring with a connection to S3; the parameter has the URL of links."""
        region = lending.settings.region
        url = partial(_links_url, region, links_url_parameter)
        sessions = SigningSessions(lending.assume_role(), new_id, now)
        return cls(lending, sessions, s3.connection(), Kept(url, URL_SECONDS, clocks).load)

    def owners(self) -> ShareEffects:
        """The effects of making, listing and ending shares now; nothing is cached."""
        return ShareEffects(
            **self._uncached(),
            new_id=lambda: revocation_id(now(), token_bytes(5)),
            random=token_bytes,
            base_url=self.base_url,
            read_ended=self._on_table(read.ended),
            save=self._on_table(write.save),
            owned=self._on_table(read.owned),
            every=self._on_table(read.every),
            standings=self._on_table(read.standings),
            take=self._on_table(write.take),
        )

    def opening(self) -> OpenEffects:
        """The effects of opening a link now."""
        time, tries_of = now(), self._on_table
        return OpenEffects(
            **self._uncached(),
            lasting_until=self.sessions.lasting_until,
            s3_endpoint=self.lending.settings.s3_endpoint,
            start=partial(s3.start_upload, self.connection),
            abort=partial(s3.abort_upload, self.connection),
            save=partial(self._on_table(uploads.save_upload), key_of=plan_key),
            load=partial(self._on_table(uploads.load_upload), key_of=plan_key),
            new_id=new_id,
            find=self._on_table(read.find),
            read=self._on_table(read.read),
            use=self._on_table(write.use),
            tries=TryEffects(tries_of(tries.read), tries_of(tries.replace), new_id, time),
            save_ticket=self._on_table(write.save_ticket),
            list_keys=partial(s3.list_keys, self.connection),
            random=token_bytes,
            base_url=self.base_url,
        )

    def _uncached(self) -> dict[str, Any]:
        """The members of ``Effects``, which read grants and denials anew each time."""
        return self.lending.shared() | {
            "load_grants": self._on_table(grants.load),
            "load_denials": self._on_table(grants.load_denials),
        }

    def _on_table(self, call: Callable[..., Any]) -> partial[Any]:
        return partial(call, self.lending.dynamodb, self.lending.settings.table)


def _links_url(region: str, parameter: str) -> str:
    return text(client("ssm", region), parameter).rstrip("/")
