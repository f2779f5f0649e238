"""Serves ``/admin/audit``, ``/admin/sessions`` and ``/admin/vends/{id}`` from the logs."""

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from vending.answers import Page
from vending.aws.api import gateway
from vending.aws.api.responses import Answer
from vending.aws.environment.runtime import Settings, now
from vending.aws.environment.standing import read_standing
from vending.aws.services import deadline, logs
from vending.aws.services.client import client
from vending.trail.search import QUERY, Search, look_up, settled_until
from vending.trail.sessions_out import QUERY as SESSIONS_QUERY
from vending.trail.sessions_out import sessions_out, summary
from vending.trail.vends import LONGEST_VEND, Line, Read, Vend, vends_in

logger = Logger()
settings = Settings.read(os.environ)
groups = os.environ["LOG_GROUPS"].split(",")
cloudwatch = client("logs", settings.region, seconds=logs.CALL_SECONDS)
standing = partial(read_standing, settings, client("dynamodb", settings.region))


def log_reader() -> Read:
    """A reader of all log groups, with the budget of one request."""
    return logs.reader(cloudwatch, groups)


def records(request: gateway.Request) -> Answer:
    """One page of the records that match the query."""
    request.caller()
    query, time = request.query(QUERY), now()
    page = Page.from_query(query, parts=2)
    return Search.from_query(query, time).page(log_reader(), page, time)


def sessions(request: gateway.Request) -> Answer:
    """One page of the sessions with credentials or URLs that are still valid."""
    request.caller()
    query = request.query(SESSIONS_QUERY)
    page, time = Page.from_query(query, parts=1), now()
    return sessions_out(log_reader(), query, page, time, standing(time).state)


def vend(request: gateway.Request) -> Answer:
    """The record of the vend with the id in the path, and its session or sessions."""
    request.caller()
    query, time = request.query(("since", "until")), now()
    search, reads = Search.from_query(query, time), logs.readers(cloudwatch, groups)

    def read(
        members: Mapping[str, str], since: datetime, until: datetime, words: Sequence[str] = ()
    ) -> Iterable[Line]:
        """Read one log after the other, since only one has the record."""
        return chain.from_iterable(read_log(members, since, until, words) for read_log in reads)

    line = look_up(read, request.path("id"), search, given="since" in query)
    answer: Answer = {"record": line.members, **settled_until(search.until, time)}
    if not (made := Vend.all_of(line)):
        return answer
    revoked, summaries = standing(time).state, []
    for found in made:
        around = (found.at - LONGEST_VEND, min(found.at + LONGEST_VEND, time))
        vends = vends_in(reads, found.session_id, since=around[0], until=around[1])
        summaries.append(summary(vends, vends[0].at, revoked))
    if len(summaries) == 1:
        return answer | {"session": summaries[0]}
    return answer | {"sessions": summaries}


ROUTES: dict[str, gateway.Route] = {
    "GET /admin/audit": records,
    "GET /admin/sessions": sessions,
    "GET /admin/vends/{id}": vend,
}


@logger.inject_lambda_context(log_event=False)
def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, object]:
    """Entry point."""
    return gateway.answer(event, ROUTES, logger.error, seconds=deadline.ADMINISTRATION)
