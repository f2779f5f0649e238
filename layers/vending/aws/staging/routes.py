"""Serves the routes of staged changes from the table."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any

from vending.answers import PARAMETERS, Page
from vending.audit.record import Record
from vending.aws.api.gateway import Request
from vending.aws.environment.changing import record_change
from vending.aws.environment.runtime import Settings, new_id, now
from vending.aws.staging import staged
from vending.aws.table.catalogue import read_revision
from vending.bodies.parse import parse
from vending.callers.caller import Caller
from vending.catalogue.proposal import Setting
from vending.drafts.changed import Changed, events_of
from vending.errors import NotFound
from vending.questions.standing import Standing
from vending.staging import shown, stage
from vending.staging.commit import commit, found
from vending.staging.effects import Effects, Write
from vending.staging.request import CommitRequest, StagedRequest
from vending.times import iso

type _Answer = dict[str, object]
type _OnChange = Callable[[Changed, int], None]

_ID = re.compile("[a-z2-7]{16}")
_NUMBER = re.compile("0|[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class Staging:
    """The staged changes of one stack. Each method is a route."""

    settings: Settings
    dynamodb: Any
    history_kept: timedelta
    standing: Callable[[], Standing]
    setting: Callable[[], Setting]

    def stage(self, request: Request, caller: Caller, record: Record) -> _Answer:
        """Announce a document, or find what is announced of it."""
        return stage.stage(parse(StagedRequest, request.body()), caller, record, self._effects())

    def put_part(self, request: Request, caller: Caller, record: Record) -> _Answer:
        """Keep one part."""
        id_, number = _id(request), request.path("number")
        if not _NUMBER.fullmatch(number):
            raise NotFound("No part with this number; parts are numbered from 0.")
        body = request.body()
        return stage.put_part(id_, int(number), body, caller, record, self._effects())

    def commit(self, request: Request, caller: Caller, record: Record) -> _Answer:
        """Check or write what is next; one record for the request, and one for each change."""
        body = parse(CommitRequest, request.body())
        effects = self._effects(partial(record_change, request.ids, caller, record))
        return commit(body, _id(request), caller, record, effects)

    def cancel(self, request: Request, caller: Caller, record: Record) -> _Answer:
        """Cancel a change, whoever staged it."""
        effects = self._effects(partial(record_change, request.ids, caller, record))
        return stage.cancel(_id(request), record, effects)

    def look(self, request: Request) -> _Answer:
        """A staged change as it is now."""
        request.caller()
        request.query()
        effects = self._effects()
        return stage.looked_at(found(_id(request), effects), effects)

    def list(self, request: Request) -> _Answer:
        """One page of the staged changes."""
        request.caller()
        return shown.listed(Page.from_query(request.query(PARAMETERS), 1), self._effects())

    def changes(self, request: Request) -> _Answer:
        """One page of what a planned change does."""
        request.caller()
        page = Page.from_query(request.query(PARAMETERS), shown.CHANGE_PARTS)
        return shown.changes(_id(request), page, self._effects())

    def _effects(self, recorded: Callable[..., None] = lambda *_, **__: None) -> Effects:
        client, table, began = self.dynamodb, self.settings.table, monotonic()
        return Effects(
            revision=partial(read_revision, client, table),
            standing=self.standing,
            tests=partial(staged.tests, client, table),
            load=partial(staged.load, client, table),
            every=partial(staged.every, client, table),
            save=partial(staged.save, client, table),
            keep=partial(staged.keep, client, table),
            kept=partial(staged.kept, client, table),
            write=self._write,
            setting=self.setting(),
            now=now(),
            new_id=new_id,
            seconds=lambda: monotonic() - began,
            environments_by=self._environments_by,
            on_change=partial(recorded, outcome="granted"),
            on_late=partial(recorded, outcome="granted", late=True),
        )

    def _write(self, made: Write) -> None:
        history = events_of(made.changes, made.after.number, now(), self.history_kept)
        staged.write(self.dynamodb, self.settings.table, made, history)

    def _environments_by(self) -> str:
        return iso(now() + timedelta(seconds=self.settings.grants_cache_seconds + 1))


def _id(request: Request) -> str:
    """The id in the path; raises ``NotFound`` for a text that DynamoDB may not take as a key."""
    if not _ID.fullmatch(id_ := request.path("id")):
        raise NotFound("No staged change with this id; it may have expired.")
    return id_
