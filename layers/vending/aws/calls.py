"""Calls to AWS: one client a service, short budgets, errors translated once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from botocore.session import Session, get_session

from vending.errors import Unavailable

# Two calls in a request, each of two tries of three seconds, fit into a function's fifteen.
_BUDGET = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"total_max_attempts": 2, "mode": "standard"},
    tcp_keepalive=True,
)


def client(service: str, region: str, endpoint: str = "") -> Any:
    """A client of a regional endpoint; ``endpoint`` replaces it where it is not empty."""
    return _session().create_client(
        service, region_name=region, endpoint_url=endpoint or None, config=_BUDGET
    )


class _FoundLater:
    """Credentials, and their provider for botocore: sought when the first request is signed.

    botocore would seek them when a client is made, which is at import: a snapshot of SnapStart
    would keep them, and every environment that starts from it would have them.
    """

    def __init__(self, chain: Any) -> None:
        self._chain = chain

    @cached_property
    def _found(self) -> Any:
        if not (found := self._chain.load_credentials()):
            raise NoCredentialsError
        return found

    def load_credentials(self) -> "_FoundLater":
        return self

    def get_frozen_credentials(self) -> Any:
        return self._found.get_frozen_credentials()

    def get_deferred_property(self, name: str) -> Callable[[], Any]:
        return lambda: self._found.get_deferred_property(name)()  # noqa: PLW0108 - found later


@cache  # the second client costs a tenth of the first: what both read is read once
def _session() -> Session:
    session = get_session()
    chain = session.get_component("credential_provider")
    session.register_component("credential_provider", _FoundLater(chain))
    return session


@contextmanager
def translated() -> Iterator[None]:
    """Turns what botocore raises into ``Unavailable``, which keeps the error code alone.

    STS says ``Throttling`` with HTTP 400, so that the status tells nothing.
    """
    try:
        yield
    except ClientError as error:
        raise Unavailable(str(error.response["Error"]["Code"])) from error
    except BotoCoreError as error:
        raise Unavailable(type(error).__name__) from error
