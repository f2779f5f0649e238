"""One service, used by many threads at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import s3vend
from s3vend.http.patience import Patience
from s3vend.http.wire import Wire
from s3vend.identity.settings import Settings
from s3vend.identity.token import TokenIdentity
from s3vend.service.connect import Service
from tests.client.asking import problem, service
from tests.client.conftest import Asked, Reply, Serve
from tests.client.tokens import receiver, token
from tests.client.vending import address, answer, presigning

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

THREADS = 12
# With an end: a token without one is read again for each request.
OLD, NEW = (token(sub=name, iat=0, exp=9_000_000_000) for name in ("old", "new"))


def together(calls: "Sequence[Callable[[], object]]") -> "list[object]":
    """The results of calls that begin at the same moment."""
    start = threading.Barrier(len(calls))

    def call(one: "Callable[[], object]") -> object:
        start.wait(10)
        return one()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


def test_each_thread_gets_the_urls_that_it_asked_for(serve: Serve) -> None:
    served = presigning(serve)
    asking = service(served.url)
    wanted = [[f"s3://b/{thread}-{number}" for number in range(3)] for thread in range(THREADS)]

    def presign(targets: "list[str]") -> "Callable[[], object]":
        return lambda: [one.url for one in s3vend.presign(targets, service=asking)]

    signed = [list(map(address, targets)) for targets in wanted]
    assert together([presign(targets) for targets in wanted]) == signed
    assert len(served.asked) == THREADS


def renewing(url: str, *tokens: str) -> Service:
    """A service whose token changes with each reading, up to the last one."""
    left = iter(tokens[:-1])
    identity = TokenIdentity("t", lambda: next(left, tokens[-1]), receiver())
    return Service(Settings(url=url, audience=url), identity, Wire(), Patience(sleep=bool))


def test_a_token_that_is_replaced_is_read_once_for_all_threads_and_none_of_them_fails(
    serve: Serve,
) -> None:
    refused = threading.Barrier(THREADS)

    def reply(asked: Asked) -> Reply:
        if asked.headers["authorization"] == f"Bearer {NEW}":
            return 200, {}, answer()
        refused.wait(10)  # every thread has sent the old token
        return problem(401, "NotAuthenticated")

    served = serve(reply)
    asking = renewing(served.url, OLD, NEW)
    results = together([lambda: s3vend.credentials("s3://b/*", service=asking)] * THREADS)
    assert len(results) == THREADS
    assert len(served.asked) == 2 * THREADS


@pytest.mark.parametrize("tokens", [[OLD], [OLD, NEW]])
def test_a_token_that_stays_refused_is_an_error_after_one_more_try(
    serve: Serve, tokens: "list[str]"
) -> None:
    served = serve(lambda asked: problem(401, "NotAuthenticated"))
    with pytest.raises(s3vend.NotAuthenticated):
        s3vend.credentials("s3://b/*", service=renewing(served.url, *tokens))
    assert len(served.asked) == len(tokens)
