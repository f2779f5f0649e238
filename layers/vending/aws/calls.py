"""Calls to AWS: one client a service, short budgets, errors translated once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

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
    return get_session().create_client(
        service, region_name=region, endpoint_url=endpoint or None, config=_BUDGET
    )


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
